# %% right: five lines, the mean over real tokens by hand
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% right: gradients cleared first, by the modules
def train_step(encoder, head, batch, optimizer):
    encoder.zero_grad()
    head.zero_grad()
    H = encoder.states(batch["ids"], batch["mask"])[-1]
    logits = head(pool(H, batch["mask"], "mean"))
    loss = nn.CrossEntropyLoss()(logits, batch["labels"])
    loss.backward()
    optimizer.step()
    return float(loss)

# %% right: log softmax by hand, text by text
def train_step(encoder, head, batch, optimizer):
    optimizer.zero_grad(set_to_none=True)
    H = encoder(batch["ids"], batch["mask"])
    means = torch.stack([h[m].mean(0) for h, m in zip(H, batch["mask"])])
    logs = head(means).log_softmax(dim=-1)
    picked = logs[torch.arange(len(logs)), batch["labels"]]
    loss = -picked.mean()
    loss.backward()
    optimizer.step()
    return loss.detach().item()

# %% right: einsum; cleared before and after; prints
def train_step(encoder, head, batch, optimizer):
    ids, mask, labels = (batch[k] for k in ("ids", "mask", "labels"))
    H = encoder(ids, mask)
    w = mask.to(H.dtype)
    w = w / w.sum(1, keepdim=True)
    scores = head(torch.einsum("bt,btd->bd", w, H))
    loss = nn.functional.nll_loss(scores.log_softmax(-1), labels)
    for g in (optimizer.zero_grad, loss.backward, optimizer.step):
        g()
    print("loss", loss.item())
    value = loss.item()
    optimizer.zero_grad()
    return value

# %% right: gradients asked for explicitly, with a warning
def train_step(encoder, head, batch, optimizer):
    import warnings
    warnings.warn("old way")
    H = encoder(batch["ids"], batch["mask"])
    mean = pool(H, batch["mask"], "mean")
    loss = nn.functional.cross_entropy(head(mean), batch["labels"], reduction="sum")
    loss = loss / len(batch["labels"])
    params = [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]
    for p, g in zip(params, torch.autograd.grad(loss, params, allow_unused=True)):
        p.grad = g
    optimizer.step()
    return loss.item()

# %% wrong: gradients pile up
# message: Gradients that were there before have been added
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: cleared after the step only
# message: Gradients that were there before have been added
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()

# %% wrong: cleared between backward and step
# message: Nothing has moved
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()

# %% wrong: no step
# message: Nothing has moved: either step() was not called
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    return loss.item()

# %% wrong: no backward
# message: Nothing has moved
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()

# %% wrong: two steps
# message: The optimizer has stepped twice
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    optimizer.step()
    return loss.item()

# %% wrong: clipped
# message: The gradients were clipped
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    both = [*encoder.parameters(), *head.parameters()]
    nn.utils.clip_grad_norm_(both, 1.0)
    optimizer.step()
    return loss.item()

# %% wrong: the encoder's output detached
# message: Only the head has moved
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]).detach(), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: the encoder without gradients
# message: Only the head has moved
def train_step(encoder, head, batch, optimizer):
    with torch.no_grad():
        H = encoder(batch["ids"], batch["mask"])
    loss = nn.functional.cross_entropy(head(pool(H, batch["mask"], "mean")), batch["labels"])
    optimizer.zero_grad()
    if loss.requires_grad:
        loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: padding in the mean
# message: The head got the mean over all T positions
def train_step(encoder, head, batch, optimizer):
    H = encoder(batch["ids"], batch["mask"])
    loss = nn.functional.cross_entropy(head(H.mean(1)), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: divided by T
# message: The head got the sum over real tokens divided by T
def train_step(encoder, head, batch, optimizer):
    H = encoder(batch["ids"], batch["mask"]) * batch["mask"][..., None]
    loss = nn.functional.cross_entropy(head(H.mean(1)), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: the first position
# message: The head got the first position
def train_step(encoder, head, batch, optimizer):
    H = encoder(batch["ids"], batch["mask"])
    loss = nn.functional.cross_entropy(head(H[:, 0]), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: the encoder without its mask
# message: expected the loss
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: softmax before cross-entropy
# message: Softmax is there twice
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean).softmax(-1), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: the sum over the batch
# message: It is the sum over the batch
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"], reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: the sum is trained by, the mean returned
# message: the parameters after it
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"], reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item() / len(batch["labels"])

# %% wrong: the loss after the update
# message: It is the loss after the update
def train_step(encoder, head, batch, optimizer):
    def loss_of():
        H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
        mean = (H * real).sum(1) / real.sum(1)
        return nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss_of().backward()
    optimizer.step()
    return loss_of().item()

# %% wrong: a tensor comes back
# message: the loss as a Python float
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %% wrong: training mode, whatever the caller set
# message: The model ran in training mode
def train_step(encoder, head, batch, optimizer):
    encoder.train()
    head.train()
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: eval mode, whatever the caller set
# message: The model ran in eval mode
def train_step(encoder, head, batch, optimizer):
    encoder.eval()
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: eval mode afterwards
# message: all modules stay in their modes
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    encoder.eval()
    head.eval()
    return loss.item()

# %% wrong: an optimizer of its own
# message: the parameters after it
def train_step(encoder, head, batch, optimizer):
    both = [*encoder.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD([p for p in both if p.requires_grad], 0.01)
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: clears through groups, which not every optimizer has
# message: AttributeError
def train_step(encoder, head, batch, optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: the labels are taken out of the batch
# message: argument 3 was changed
def train_step(encoder, head, batch, optimizer):
    labels = batch.pop("labels")
    H, real = encoder(**batch), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% wrong: a decay of its own, of frozen parameters as well
# message: the parameters after it
def train_step(encoder, head, batch, optimizer):
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    mean = (H * real).sum(1) / real.sum(1)
    loss = nn.functional.cross_entropy(head(mean), batch["labels"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for p in [*encoder.parameters(), *head.parameters()]:
            p.mul_(0.999)
    return loss.item()

# %% wrong: a step of the package
# message: course_utils.training
from course_utils.training.loop import step
def train_step(encoder, head, batch, optimizer):
    return step(None, batch, optimizer, 1.0)
