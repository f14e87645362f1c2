# %% right: masked fill, then sum or maximum; places by argmax
def pool(H, mask, how):
    real, some = mask[..., None], mask.any(1, keepdim=True)
    if how == "mean":
        return H.masked_fill(~real, 0).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
    if how == "max":
        return H.masked_fill(~real, -torch.inf).amax(1).masked_fill(~some, 0)
    if how == "first":
        place = mask.int().argmax(1)
    elif how == "last":
        place = mask.shape[1] - 1 - mask.int().flip(1).argmax(1)
    else:
        raise ValueError(how)
    return H[torch.arange(len(H)), place] * some

# %% right: text by text
def pool(H, mask, how):
    if how not in {"first", "mean", "max", "last"}:
        raise ValueError("how?")
    out = []
    for rows, real in zip(H, mask):
        rows = rows[real]
        if len(rows) == 0:
            out.append(torch.zeros_like(H[0, 0]))
        elif how == "first":
            out.append(rows[0])
        elif how == "last":
            out.append(rows[-1])
        elif how == "mean":
            out.append(rows.mean(0))
        else:
            out.append(rows.max(dim=0).values)
    return torch.stack(out)

# %% right: weights and einsum; the maximum by topk, prints
def pool(H, mask, how):
    print("pooling", how)
    if how == "mean":
        weights = mask.to(H.dtype) / mask.sum(1, keepdim=True).clamp(min=1).to(H.dtype)
        return torch.einsum("btd,bt->bd", H, weights)
    if how == "max":
        low = torch.finfo(H.dtype).min
        top = torch.where(mask[..., None], H, low).topk(1, dim=1).values[:, 0]
        return torch.where(mask.any(1)[:, None], top, 0.0)
    B, T, d = H.shape
    index = torch.arange(T).expand(B, T)
    if how == "first":
        place = torch.where(mask, index, T).min(1).values.clamp(max=T - 1)
    elif how == "last":
        place = torch.where(mask, index, -1).max(1).values.clamp(min=0)
    else:
        raise ValueError(f"unknown: {how}")
    rows = H.gather(1, place[:, None, None].expand(B, 1, d))[:, 0]
    return rows * mask.any(1)[:, None]

# %% right: one row picked by a one-hot weight over positions
def pool(H, mask, how):
    m = mask.to(H.dtype)
    if how == "first":
        w = (mask & (mask.cumsum(1) == 1)).to(H.dtype)
    elif how == "last":
        w = (mask & (mask.flip(1).cumsum(1).flip(1) == 1)).to(H.dtype)
    elif how == "mean":
        w = m / m.sum(1, keepdim=True).clamp(min=1)
    elif how == "max":
        filled = H.masked_fill(~mask[:, :, None], float("-inf"))
        best = filled.max(1)[0]
        return torch.where(torch.isinf(best), torch.zeros_like(best), best)
    else:
        raise ValueError
    return (H * w[:, :, None]).sum(1)

# %% right: match, with warnings
def pool(H, mask, how):
    import warnings
    warnings.warn("slow")
    some = mask.any(dim=1)
    out = H.new_zeros(H.shape[0], H.shape[2])
    match how:
        case "mean":
            out = (H * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1).clamp(min=1).unsqueeze(1)
        case "max":
            for b in range(len(H)):
                if some[b]:
                    out[b] = H[b, mask[b]].amax(dim=0)
        case "first" | "last":
            for b in range(len(H)):
                where = mask[b].nonzero().flatten()
                if len(where):
                    out[b] = H[b, where[0 if how == "first" else -1]]
        case _:
            raise ValueError("first, mean, max or last")
    return out

# %% wrong: the mean over all positions
# message: Padding took part: it is the mean over all T positions
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        return H.mean(1)
    return right(H, mask, how)

# %% wrong: real rows summed, divided by T
# message: divided by T, not by how many
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        return (H * mask[..., None]).mean(1)
    return right(H, mask, how)

# %% wrong: the sum
# message: It is the sum over real tokens, not their mean
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        return (H * mask[..., None]).sum(1)
    return right(H, mask, how)

# %% wrong: one count for the whole batch
# message: expected the pooled states
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        return (H * mask[..., None]).sum(1) / mask.sum() * len(H)
    return right(H, mask, how)

# %% wrong: NaN for a text of padding
# message: A text of padding only has to give zeros, but here it gives NaN
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        return (H * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return right(H, mask, how)

# %% wrong: NaN replaced, but not in the gradient
# message: the gradient from pool with how='mean' to H
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        count = mask.sum(1, keepdim=True).to(H.dtype)
        mean = ((H * mask[..., None]) / count[..., None]).sum(1)
        return torch.where(mask.any(1, keepdim=True), mean, 0.0)
    return right(H, mask, how)

# %% wrong: minus infinity for a text of padding
# message: A text of padding only has to give zeros, but here it gives -inf
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "max":
        return H.masked_fill(~mask[..., None], -torch.inf).amax(1)
    return right(H, mask, how)

# %% wrong: padding in the maximum
# message: Padding took part: it is the maximum over all T positions
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "max":
        return H.amax(1)
    return right(H, mask, how)

# %% wrong: padding as 0 in the maximum
# message: Padding counts as 0, so that a maximum below 0 is lost
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "max":
        return (H * mask[..., None]).amax(1)
    return right(H, mask, how)

# %% wrong: padding as -1e9 in the maximum
# message: Padding counts as -1e9
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "max":
        some = mask.any(1, keepdim=True)
        low = max(-1e9, torch.finfo(H.dtype).min)
        return H.masked_fill(~mask[..., None], low).amax(1).masked_fill(~some, 0)
    return right(H, mask, how)

# %% wrong: the row with the largest sum
# message: each feature has its own maximum
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "max":
        place = (H * mask[..., None]).sum(-1).argmax(1)
        return H[torch.arange(len(H)), place] * mask.any(1, keepdim=True)
    return right(H, mask, how)

# %% wrong: the first position
# message: It is the row of position 0, real token or not
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "first":
        return H[:, 0].clone()
    return right(H, mask, how)

# %% wrong: the first text
# message: H[0] is the first text
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "first":
        return H[0].clone()
    return right(H, mask, how)

# %% wrong: the last position
# message: It is the row of the last position, real token or not
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "last":
        return H[:, -1].clone()
    return right(H, mask, how)

# %% wrong: the last position by counting
# message: only if all padding stands behind it
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "last":
        return H[torch.arange(len(H)), mask.sum(1) - 1]
    return right(H, mask, how)

# %% wrong: a row of padding for a text of padding
# message: its first row, which is padding
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "first":
        return H[torch.arange(len(H)), mask.int().argmax(1)]
    return right(H, mask, how)

# %% wrong: the last row of padding for a text of padding
# message: its last row, which is padding
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "last":
        T = mask.shape[1]
        return H[torch.arange(len(H)), T - 1 - mask.int().flip(1).argmax(1)]
    return right(H, mask, how)

# %% wrong: True means padding
# message: The mask is read the wrong way round
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    return right(H, ~mask, how)

# %% wrong: first and last exchanged
# message: It is what how='last' asks for
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    other = {"first": "last", "last": "first"}
    return right(H, mask, other.get(how, how))

# %% wrong: the mean over features
# message: got a tensor of shape
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        return (H * mask[..., None]).mean(2)
    return right(H, mask, how)

# %% wrong: an axis of length 1 stays
# message: got a tensor of shape
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    return right(H, mask, how)[:, None]

# %% wrong: everything in float32
# message: float32
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    return right(H.float(), mask, how)

# %% wrong: half precision becomes float32
# message: torch.float16
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        m = mask.float()
        return (H * m[..., None]).sum(1) / m.sum(1, keepdim=True).clamp(min=1)
    return right(H, mask, how)

# %% wrong: padding set to 0 in the caller's states
# message: argument 1 was changed
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    H[~mask] = 0
    return right(H, mask, how)

# %% wrong: a view of the states
# message: new memory for every result
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "first" and mask[:, 0].all():
        return H[:, 0]
    return right(H, mask, how)

# %% wrong: no gradient
# message: a gradient flows
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    with torch.no_grad():
        return right(H, mask, how)

# %% wrong: through NumPy
# message: a gradient flows
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    return right(torch.tensor(H.detach().float().numpy()).to(H.dtype) if "16" in str(H.dtype) else torch.tensor(H.detach().numpy()), mask, how)

# %% wrong: everything unknown is the mean
# message: a ValueError
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    return right(H, mask, how if how in ("first", "max", "last") else "mean")

# %% wrong: another exception
# message: KeyError
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise KeyError(how)
    return right(H, mask, how)

# %% wrong: minus the sum of padding, which may be huge
# message: padding filled with 1e+300
def right(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
    rows = [h[m] for h, m in zip(H, mask)]
    take = {
        "first": lambda h: h[0],
        "last": lambda h: h[-1],
        "mean": lambda h: h.sum(0) / len(h),
        "max": lambda h: h.amax(0),
    }[how]
    return torch.stack([take(h) if len(h) else h.new_zeros(H.shape[-1]) for h in rows])

def pool(H, mask, how):
    if how == "mean":
        total = H.sum(1) - (H * ~mask[..., None]).sum(1)
        return total / mask.sum(1, keepdim=True).clamp(min=1)
    return right(H, mask, how)

# %% wrong: the finished function of the package
# message: course_utils.adaptation
from course_utils.adaptation import pool

# %% wrong: nothing
# message: None (is a `return` missing?)
def pool(H, mask, how):
    if how not in ("first", "mean", "max", "last"):
        raise ValueError(how)
