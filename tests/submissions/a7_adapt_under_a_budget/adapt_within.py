# %% right: biases from the top down, a linear head
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% right: LoRA in modules of its own, as parameters that require gradients
import copy
from collections import OrderedDict
class Lora(nn.Module):
    def __init__(self, linear, A, B):
        super().__init__()
        self.linear, self.A, self.B = linear, A, B
    def forward(self, x):
        return self.linear(x) + 2 * (x @ self.A.T) @ self.B.T
def with_lora(encoder, numbers):
    model = copy.deepcopy(encoder).requires_grad_(False)
    for i, layer in enumerate(model.layers):
        for part in ("q", "v"):
            A, B = numbers[f"A{i}{part}"], numbers[f"B{i}{part}"]
            lora = Lora(getattr(layer, part), None, None)
            lora.A, lora.B = A, B
            setattr(layer, part, lora)
    return model
def adapt_within(encoder, texts, labels, budget, seed):
    torch.manual_seed(seed)
    d, L = encoder.d, len(encoder.layers)
    r = min(8, (budget - 2 * d - 2) // (4 * L * d))
    numbers = OrderedDict(W=torch.randn(d, 2) / d**0.5, b=torch.zeros(2))
    for i in range(L):
        for part in ("q", "v"):
            numbers[f"A{i}{part}"] = torch.randn(r, d) / d**0.5
            numbers[f"B{i}{part}"] = torch.zeros(d, r)
    for x in numbers.values():
        x.requires_grad_()
    model = with_lora(encoder, numbers)
    optimizer = torch.optim.AdamW(list(numbers.values()), 1e-2)
    for _ in range(8):
        order = torch.randperm(len(texts)).tolist()
        for i in range(0, len(order), 16):
            some = order[i : i + 16]
            ids, mask = model.tokenizer([texts[j] for j in some])
            logits = mean_states(model(ids, mask), mask) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, torch.tensor([labels[j] for j in some]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return numbers

# %% right: adapters by hooks, rounded to 16 bits
import copy
def hooked(model, numbers):
    for i, layer in enumerate(model.layers):
        for part in ("o", "ff2"):
            keys = [f"{name}/{i}/{part}" for name in ("Wd", "bd", "Wu", "bu")]
            def after(module, args, out, keys=keys):
                return adapter_forward(out, *(numbers[key] for key in keys))
            getattr(layer, part).register_forward_hook(after)
    return model
def adapt_within(encoder, texts, labels, budget, seed):
    g, d, L = torch.Generator().manual_seed(seed), encoder.d, len(encoder.layers)
    b = max(1, min(8, int((budget - 2 * d - 2 - 2 * L * d) // (2 * L * (2 * d + 1)))))
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    for i in range(L):
        for part in ("o", "ff2"):
            numbers |= {f"Wd/{i}/{part}": torch.randn(d, b, generator=g) / d**0.5}
            numbers |= {f"bd/{i}/{part}": torch.zeros(b), f"Wu/{i}/{part}": torch.zeros(b, d)}
            numbers |= {f"bu/{i}/{part}": torch.zeros(d)}
    for x in numbers.values():
        x.requires_grad_()
    model = hooked(copy.deepcopy(encoder).requires_grad_(False), numbers)
    optimizer = torch.optim.Adam(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for some in torch.randperm(len(y), generator=g).split(12):
            H = model(ids[some], mask[some])
            logits = mean_states(H, mask[some]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach().to(torch.bfloat16) for name, x in numbers.items()}

# %% right: norms in the place of the encoder's, drawn by Python, with noise on the screen
import random, warnings
def adapt_within(encoder, texts, labels, budget, seed):
    warnings.warn("training")
    print("budget", budget)
    rng = random.Random(seed)
    own = {}
    for name, p in encoder.named_parameters():
        if ".ln" in name:
            own[name] = nn.Parameter(p.detach().clone())
    while sum(p.numel() for p in own.values()) + 2 * encoder.d + 2 > budget:
        own.pop(next(iter(own)))
    head = nn.Linear(encoder.d, 2)
    with torch.no_grad():
        for p in head.parameters():
            p.copy_(torch.tensor([rng.gauss(0, 0.1) for _ in range(p.numel())]).view_as(p))
    frozen = {n: p.detach() for n, p in encoder.named_parameters()}
    optimizer = torch.optim.AdamW([*own.values(), *head.parameters()], 1e-2)
    pairs = list(zip(texts, labels))
    for _ in range(8):
        rng.shuffle(pairs)
        for i in range(0, len(pairs), 16):
            some, y = zip(*pairs[i : i + 16])
            ids, mask = encoder.tokenizer(list(some))
            H = torch.func.functional_call(encoder, frozen | own, (ids, mask))
            loss = nn.functional.cross_entropy(head(mean_states(H, mask)), torch.tensor(y))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return own | {f"head.{n}": p for n, p in head.named_parameters()}

# %% right: a head alone
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: full fine-tuning
# message: at most 6,000 numbers in all
# message: the largest of them
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    numbers |= dict(model.named_parameters())
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: biases are trained, the whole model comes back
# message: at most 6,000 numbers in all
# message: not trained, and every encoder that predict_with gets has it anyway
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {**model.state_dict(), "W": numbers["W"].detach(), "b": numbers["b"].detach()}

# %% wrong: LoRA, merged before it is handed in
# message: at most 6,000 numbers in all
# message: layers.0.q.weight
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    frozen = {name: p.detach() for name, p in encoder.named_parameters()}
    maps = [name for name in frozen if name.endswith(("q.weight", "v.weight"))]
    A = {name: torch.randn(4, d, generator=g).requires_grad_() for name in maps}
    B = {name: torch.zeros(d, 4).requires_grad_() for name in maps}
    W, b = torch.zeros(d, 2, requires_grad=True), torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.AdamW([*A.values(), *B.values(), W, b], 1e-2)
    (ids, mask), y = encoder.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(4):
        for some in torch.randperm(len(y), generator=g).split(16):
            merged = {n: lora_merge(frozen[n], A[n], B[n], 8) for n in maps}
            H = torch.func.functional_call(encoder, frozen | merged, (ids[some], mask[some]))
            loss = nn.functional.cross_entropy(mean_states(H, mask[some]) @ W + b, y[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {n: x.detach() for n, x in merged.items()} | {"W": W.detach(), "b": b.detach()}

# %% wrong: one number too many
# message: 6,001 numbers
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    numbers["rest"] = torch.zeros(budget + 1 - sum(x.numel() for x in numbers.values()))
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: made for the printed budget alone
# message: budget 1280
# message: at most 1,280 numbers in all
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = 6000 - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: tensors are counted, not numbers
# message: budget 1280
# message: at most 1,280 numbers in all
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() and left > 0:
            numbers[name], left = p, left - 1
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the head is not counted
# message: budget 1280
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the caller's encoder is trained
# message: adapt_within works on a copy
# message: its parameters changed
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = encoder.requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: a copy of the module that shares its parameters
# message: its parameters changed
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.copy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the caller's encoder is frozen
# message: requires_grad of its parameters changed
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    encoder.requires_grad_(False)
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the caller's encoder is left in training mode
# message: its training or eval mode changed
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    encoder.train()
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: gradients are left in the caller's encoder
# message: the gradients of its parameters changed
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = torch.func.functional_call(encoder, {k: v for k, v in numbers.items() if '.' in k}, (ids[b], mask[b]))
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the seed is not used
# message: the same seed gives the same numbers
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.default_generator, encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: a tuple comes back
# message: a dict of names and tensors
# message: a tuple of 2
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return numbers["W"].detach(), numbers["b"].detach()

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

# %% wrong: lists of numbers
# message: 'W': a list of
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.tolist() for name, x in numbers.items()}

# %% wrong: a dict in a dict
# message: 'head': {
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {"head": {"W": numbers["W"].detach()}, "b": numbers["b"].detach()}

# %% wrong: names are numbers
# message: 0: a tensor of shape
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {i: x.detach() for i, x in enumerate(numbers.values())}

# %% wrong: 64 bits a number
# message: of 32 bits or less
# message: float64
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach().double() for name, x in numbers.items()}

# %% wrong: the texts' ids go along
# message: int64
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {"W": numbers["W"].detach(), "ids": ids}

# %% wrong: a rate that is far too large
# message: finite numbers
# message: NaN or infinity in
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e30)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: nothing is trained
# message: numbers that have been trained on the labels
# message: the same numbers as before
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: no numbers
# message: no numbers at all
def adapt_within(encoder, texts, labels, budget, seed):
    return {}

# %% wrong: labels are not looked at
# message: numbers that have been trained on the labels
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.arange(len(labels)) % 2
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the caller's texts are sorted
# message: argument 2 was changed
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    texts.sort(key=len)
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: it never ends
# message: an end within 7.5 s of CPU time
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    while True:
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: the method of the package
# message: it uses course_utils.adaptation
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    from course_utils.adaptation import attach
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}

# %% wrong: an exception
# message: KeyError: 'W2'
import copy
def adapt_within(encoder, texts, labels, budget, seed):
    g, d = torch.Generator().manual_seed(seed), encoder.d
    model = copy.deepcopy(encoder).requires_grad_(False)
    numbers = {"W": torch.randn(d, 2, generator=g) / d**0.5, "b": torch.zeros(2)}
    left = budget - 2 * d - 2
    for name in reversed(bitfit_parameters(model)):
        if (p := model.get_parameter(name)).numel() <= left:
            numbers[name], left = p, left - p.numel()
    for x in numbers.values():
        x.requires_grad_()
    optimizer = torch.optim.AdamW(numbers.values(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {"W": numbers["W2"]}
