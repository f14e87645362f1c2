# %% right: as in the hints
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.cat([torch.ones(len(H0), k, dtype=torch.bool), mask], 1)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% right: the last T rows, prompt repeated, arguments in a tuple
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    B, T, d = H0.shape
    n = prompt.shape[0] + T
    H = torch.hstack([prompt.unsqueeze(0).repeat(B, 1, 1), H0])
    given = ()
    if mask is not None or causal:
        allowed = torch.ones(B, 1, n, n, dtype=torch.bool)
        if causal:
            allowed = allowed.tril()
        if mask is not None:
            allowed[..., n - T :] &= mask[:, None, None, :]
        given = (allowed,)
    for f in layers:
        H = f(H.clone(), *given).clone()
    return H[:, -T:]

# %% right: the prompt behind the tokens, with a mask that knows it
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    B, T, d = H0.shape
    k = prompt.size(0)
    place = torch.cat([torch.arange(T) + k, torch.arange(k)])
    attend = None
    if causal:
        attend = place[:, None] >= place[None, :]
    if mask is not None:
        keys = torch.nn.functional.pad(mask, (0, k), value=True).view(B, 1, 1, T + k)
        attend = keys if attend is None else attend & keys
    H = torch.cat((H0, prompt[None].expand(B, k, d)), dim=1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, :T].contiguous().clone()

# %% right: filled in, text by text, and it prints
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    B, T, d = H0.shape
    k = len(prompt)
    print("rows:", k + T)
    H = H0.new_zeros(B, k + T, d)
    for b in range(B):
        H[b, :k] = prompt
        H[b, k:] = H0[b]
    rows = []
    for b in range(B if (mask is not None or causal) else 0):
        real = [True] * k + ([True] * T if mask is None else mask[b].tolist())
        rows.append([[real[j] and (j <= i or not causal) for j in range(k + T)] for i in range(k + T)])
    for layer in layers:
        H = layer(H, torch.tensor(rows)[:, None]) if rows else layer(H)
    _, tokens = H.split([k, T], dim=1)
    return tokens + 0

# %% right: recursion over the layers
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k = prompt.shape[0]
    n = k + H0.shape[1]
    attend = []
    if causal:
        attend = [torch.arange(n)[:, None] >= torch.arange(n)]
    if mask is not None:
        real = torch.cat([mask[:, :1].expand(-1, k) | True, mask], dim=1)[:, None, None, :]
        attend = [attend[0].logical_and(real)] if attend else [real]

    def go(H, l):
        return H if l == len(layers) else go(layers[l](H, *attend), l + 1)

    return go(torch.cat([torch.stack([prompt] * len(H0)), H0], 1), 0)[:, k:].clone()

# %% right: padding also does not ask
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    B, T, _ = H0.shape
    k = len(prompt)
    real = torch.ones(B, T, dtype=torch.bool) if mask is None else mask
    real = torch.cat([real.new_ones(B, k), real], 1)
    attend = real[:, None, :, None] & real[:, None, None, :]
    if causal:
        attend = attend & torch.ones(k + T, k + T).tril().bool()
    H = torch.cat([prompt.expand(B, -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if mask is None and not causal else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: the prompt's rows are never dropped
# message: The prompt's rows are still there
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H.clone()

# %% wrong: the first T rows are kept
# message: The first T rows were kept
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H[:, : H0.shape[1]].clone()

# %% wrong: the prompt's rows are returned
# message: These are the prompt's rows
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H[:, : len(prompt)].clone()

# %% wrong: k - 1 rows dropped
# message: One row too few was dropped
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H[:, len(prompt) - 1 :].clone()

# %% wrong: T - 1 rows kept
# message: One token row too few
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H[:, -(H0.shape[1] - 1) :].clone()

# %% wrong: put in anew at every layer
# message: put in anew at every layer
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = H0
    for layer in layers:
        H = layer(torch.cat([prompt.expand(len(H0), -1, -1), H], 1))[:, len(prompt) :]
    return H.clone()

# %% wrong: dropped after layer 1
# message: dropped after layer 1
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = layers[0](torch.cat([prompt.expand(len(H0), -1, -1), H0], 1))[:, len(prompt) :]
    for layer in layers[1:]:
        H = layer(H)
    return H.clone()

# %% wrong: no prompt
# message: The prompt has no effect
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = H0.clone()
    for layer in layers:
        H = layer(H)
    return H.clone()

# %% wrong: its mean is added
# message: The mean of the prompt was added
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = H0 + prompt.mean(0)
    for layer in layers:
        H = layer(H)
    return H.clone()

# %% wrong: its mean is put in as one row
# message: layer 1 receives
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.mean(0).expand(len(H0), 1, -1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H[:, 1:].clone()

# %% wrong: one prompt row for each text
# message: Sizes of tensors must match
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.unsqueeze(1), H0], 1)
    for layer in layers:
        H = layer(H)
    return H[:, 1:].clone()

# %% wrong: rows in place of features
# message: Error
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], -1)
    for layer in layers:
        H = layer(H)
    return H[:, len(prompt) :].clone()

# %% wrong: the prompt is padding
# message: No token attends to the rows put in
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0))[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: the mask is given as it is
# message: The mask has shape
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if mask is None else layer(H, mask)
    return H[:, len(prompt) :].clone()

# %% wrong: the padding mask is not widened
# message: The mask has shape
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if mask is None else layer(H, mask[:, None, None])
    return H[:, len(prompt) :].clone()

# %% wrong: padding ignored
# message: The padding mask has no effect
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, n = len(prompt), len(prompt) + H0.shape[1]
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H, torch.ones(n, n, dtype=torch.bool).tril()) if causal else layer(H)
    return H[:, k:].clone()

# %% wrong: causal ignored
# message: `causal` has no effect
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        if mask is None:
            H = layer(H)
        else:
            H = layer(H, torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None])
    return H[:, k:].clone()

# %% wrong: the triangle starts with the tokens
# message: Token t may attend to the first t + 1 rows only
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        triangle = torch.cat([triangle[T:], triangle[:T]])
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: the triangle is extended on one axis only
# message: The mask has shape
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(T, k + T, dtype=torch.bool).tril(k)
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: under causal the prompt's rows see each other and the tokens
# message: the prompt's rows may attend to no token
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        triangle[:k] = True
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: with both, the triangle alone
# message: The padding mask has no effect
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        attend = torch.ones(k + T, k + T, dtype=torch.bool).tril()
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: or in place of and
# message: a row may attend where one of them allows it
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend | triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: True means masked
# message: The mask is turned round
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(~mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: behind the tokens, with the mask of a prompt in front
# message: The rows put in stand behind the tokens
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([H0, prompt.expand(len(H0), -1, -1)], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, :T].clone()

# %% wrong: a mask of True where nothing is masked
# message: nothing is masked here
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    real = torch.ones(len(H0), T, dtype=torch.bool) if mask is None else mask
    attend = torch.nn.functional.pad(real, (k, 0), value=True)[:, None, None]
    if causal:
        attend = attend & torch.ones(k + T, k + T, dtype=torch.bool).tril()
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H, attend)
    return H[:, k:].clone()

# %% wrong: the mask by its name
# message: unexpected keyword argument 'mask'
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, mask=attend)
    return H[:, k:].clone()

# %% wrong: [-k:] and its trap at k = 0
# message: for k = 0 the slice [:-k] is [:0]
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (0, k), value=True)[:, None, None]
    if causal:
        place = torch.cat([torch.arange(T) + k, torch.arange(k)])
        triangle = place[:, None] >= place
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([H0, prompt.expand(len(H0), -1, -1)], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, :-k].clone()

# %% wrong: the result is a view
# message: the first result as it was
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:]

# %% wrong: the prompt is cut off from the gradient
# message: a gradient flows
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    k, T = len(prompt), H0.shape[1]
    attend = None
    if mask is not None:
        attend = torch.nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    if causal:
        triangle = torch.ones(k + T, k + T, dtype=torch.bool).tril()
        attend = triangle if attend is None else attend & triangle
    H = torch.cat([prompt.detach().expand(len(H0), -1, -1), H0], 1)
    for layer in layers:
        H = layer(H) if attend is None else layer(H, attend)
    return H[:, k:].clone()

# %% wrong: the prompt becomes float32
# message: Error
def prompt_forward(H0, layers, prompt, mask=None, causal=False):
    B, T, d = H0.shape
    H = torch.zeros(B, len(prompt) + T, d)
    H[:, : len(prompt)], H[:, len(prompt) :] = prompt, H0
    for layer in layers:
        H = layer(H)
    return H[:, len(prompt) :].clone()

# %% wrong: the answer is imported
# message: course_utils.adaptation
from course_utils.adaptation.flow import prompt_forward
