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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% right: LoRA in modules of its own, text by text
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
@torch.no_grad()
def predict_with(encoder, numbers, texts):
    model, found = with_lora(encoder, numbers), []
    for text in texts:
        ids, mask = encoder.tokenizer([text])
        logits = mean_states(model(ids, mask), mask) @ numbers["W"] + numbers["b"]
        found.append(int(logits.argmax()))
    return found

# %% right: adapters by hooks on the new encoder, NumPy's integers in a tuple
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
def predict_with(encoder, numbers, texts):
    numbers, found = {name: x.float() for name, x in numbers.items()}, []
    model = hooked(encoder, numbers)  # the encoder is ours alone
    for i in range(0, len(texts), 50):
        ids, mask = model.tokenizer(list(texts[i : i + 50]))
        with torch.inference_mode():
            logits = mean_states(model(ids, mask), mask) @ numbers["W"] + numbers["b"]
        found.extend(logits.argmax(1).numpy())
    return tuple(found)

# %% right: norms in the place of the encoder's, loaded into a copy, with warnings
import copy, random, warnings
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
def predict_with(encoder, numbers, texts):
    warnings.warn("predicting")
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    own = {n: p for n, p in numbers.items() if not n.startswith("head.")}
    assert model.load_state_dict(own, strict=False).unexpected_keys == []
    head.load_state_dict({"weight": numbers["head.weight"], "bias": numbers["head.bias"]})
    def one(text):
        ids, mask = model.eval().tokenizer([text])
        with torch.no_grad():
            return head(mean_states(model(ids, mask), mask)).argmax().item()
    return [one(text) for text in texts]

# %% wrong: a linear head alone
# message: accuracy 0.800 or more: what the task asks for
# message: whose phrases stand in none of those
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: the head alone of what was trained
# message: accuracy 0.800 or more
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name and False}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: a model in a global variable
# message: the first dict of numbers gives the labels that it gave before
# message: uses something that training has left elsewhere
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
    global MODEL, NUMBERS
    MODEL, NUMBERS = model, numbers
    return {name: x.detach() for name, x in numbers.items()}
def predict_with(encoder, numbers, texts):
    found = []
    for text in texts:
        ids, mask = MODEL.tokenizer([text])
        with torch.no_grad():
            logits = mean_states(MODEL(ids, mask), mask) @ NUMBERS["W"] + NUMBERS["b"]
        found.append(int(logits.argmax()))
    return found

# %% wrong: the head in a global variable, the rest from the numbers
# message: the first dict of numbers gives the labels that it gave before
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
    global HEAD
    HEAD = numbers.pop("W").detach()
    return {name: x.detach() for name, x in numbers.items()}
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ HEAD + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: the head hangs on the encoder
# message: has no attribute 'head'
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
    encoder.head = numbers["W"].detach()
    return {name: x.detach() for name, x in numbers.items()}
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ encoder.head
    return logits.argmax(-1).tolist()

# %% wrong: numbers by where they lie in memory
# message: KeyError
import copy
KEPT = {}
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
    result = {name: x.detach() for name, x in numbers.items()}
    KEPT[id(result)] = model, result
    return result
def predict_with(encoder, numbers, texts):
    model, kept = KEPT[id(numbers)]
    ids, mask = model.tokenizer(list(texts))
    return (mean_states(model(ids, mask), mask) @ kept["W"] + kept["b"]).argmax(-1).tolist()

# %% wrong: numbers are not looked at
# message: labels that depend on the numbers that predict_with gets
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
def predict_with(encoder, numbers, texts):
    return [len(text) % 2 for text in texts]

# %% wrong: labels come back sorted by the texts' lengths
# message: each text has its own label
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    texts = sorted(texts, key=len)
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: padding in the mean
# message: each text has its own label
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = H.mean(1) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: the mask is left out
# message: each text has its own label
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids,))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: normed over the batch
# message: each text has its own label
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    logits = logits - logits.mean(0)
    return logits.argmax(-1).tolist()

# %% wrong: dropout on
# message: each text has its own label
# message: the same numbers give the same labels
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        encoder = copy.deepcopy(encoder).train()
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: the encoder is left in training mode
# message: its training or eval mode changed
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        encoder.train()
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: numbers are loaded into the encoder that came
# message: predict_with works on a copy
# message: its parameters changed
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        encoder.load_state_dict(weights, strict=False)
        H = encoder(ids, mask)
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: the numbers that came are taken apart
# message: argument 2 was changed
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    W, b = numbers.pop("W"), numbers.pop("b")
    weights = numbers
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ W + b
    return logits.argmax(-1).tolist()

# %% wrong: no texts
# message: then predict_with on 0 texts
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
def predict_with(encoder, numbers, texts):
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: one text gives a number
# message: a list of 1 label(s)
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).squeeze().tolist()

# %% wrong: the last batch is lost
# message: a list of 1 label(s)
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
def predict_with(encoder, numbers, texts):
    whole = len(texts) // 8 * 8
    if not whole:
        return []
    texts = texts[:whole]
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: a tensor of labels
# message: a tensor of shape
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1)

# %% wrong: a list of tensors
# message: each 0 or 1
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return list(logits.argmax(-1))

# %% wrong: names of classes
# message: (str) among them
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return ["literal" if y == 0 else "sarcastic" for y in logits.argmax(-1)]

# %% wrong: probabilities
# message: (float) among them
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.softmax(-1)[:, 1].tolist()

# %% wrong: the smaller logit wins
# message: With 0 and 1 exchanged it would be good enough
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
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmin(-1).tolist()

# %% wrong: always the same label
# message: labels that depend on the numbers
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
def predict_with(encoder, numbers, texts):
    return [1] * len(texts)

# %% wrong: one step of training
# message: accuracy 0.500
# message: All texts get the label
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
    for _ in range(1):
        for b in torch.randperm(len(y), generator=g).split(400):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: labels are learnt as if texts had another order
# message: accuracy 0.800 or more
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
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))[torch.randperm(len(labels), generator=g)]
    for _ in range(8):
        for b in torch.randperm(len(y), generator=g).split(16):
            H = model(ids[b], mask[b])
            logits = mean_states(H, mask[b]) @ numbers["W"] + numbers["b"]
            loss = nn.functional.cross_entropy(logits, y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: x.detach() for name, x in numbers.items()}
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

# %% wrong: arguments in another order
# message: TypeError
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
def predict_with(texts, numbers):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()

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
    return {name: x.detach() for name, x in numbers.items()}
def predict_with(encoder, numbers, texts):
    if not texts:
        return None
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]

# %% wrong: the method of the package
# message: it uses course_utils.adaptation
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
from course_utils.adaptation import pool
def predict_with(encoder, numbers, texts):
    if not texts:
        return []
    weights = {name: x for name, x in numbers.items() if "." in name}
    ids, mask = encoder.tokenizer(list(texts))
    with torch.no_grad():
        H = torch.func.functional_call(encoder, weights, (ids, mask))
        logits = mean_states(H, mask) @ numbers["W"] + numbers["b"]
    return logits.argmax(-1).tolist()
