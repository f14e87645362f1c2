# %% right: one head after the other, two activations
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% right: fixed_1 as a reference, two activations, a seed, prints
class WithGELU(fixed_1):
    def forward(self, H, mask=None):
        relu, torch.relu = torch.relu, nn.functional.gelu
        try:
            return super().forward(H, mask)
        finally:
            torch.relu = relu


def diagnose(layer):
    print("a layer of width", layer.d)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    models = []
    for kind in (fixed_1, WithGELU):
        model = kind(layer.d, layer.n_heads)
        state = {name: torch.zeros_like(p) for name, p in model.state_dict().items()}
        model.load_state_dict({**state, **layer.state_dict()})
        models.append(model)
    steep = copy.deepcopy(layer)
    found = []
    for who in (layer, layer, steep):
        if who is steep:
            for model in [who, *models]:
                model.q.weight *= 300
        H = torch.randn(4, 6, layer.d) * torch.rand(4, 6, 1) + torch.randn(4, 6, 1)
        dark = torch.rand(4, 1, 6, 6) < 0.4
        dark[2] = False
        for mask in (None, dark, dark[:, :, -1:], dark[0, 0], torch.ones(6, 6).tril().bool()):
            args = (H,) if mask is None else (H, mask)
            mine = [a.clone() for a in args]
            out = who(*mine)
            found.append([torch.allclose(out, m(*args), 1e-9, 1e-9) for m in models])
            if any(not torch.equal(a, b) for a, b in zip(mine, args)):
                return {"changes what it gets"}
    if not torch.tensor(found).all(0).any():
        return {"another layer than fixed_1, with ReLU and with GELU"}
    hidden = layer.ff1(models[0].ln2(torch.randn(300, layer.d)))
    return {"dead"} if (hidden <= 0).all() else set()

# %% right: NumPy, a frozenset
import numpy as np
from math import erf


def plain(layer, H, mask, smooth):
    P = {n: p.detach().numpy() for n, p in layer.named_parameters()}
    lin = lambda n, X: X @ P[f"{n}.weight"].T + P.get(f"{n}.bias", 0.0)

    def ln(n, X):
        X = X - X.mean(-1, keepdims=True)
        X = X / np.sqrt((X**2).mean(-1, keepdims=True) + 1e-5)
        return X * P[f"{n}.weight"] + P.get(f"{n}.bias", 0.0)

    (B, T, d), h = H.shape, layer.n_heads
    may = np.ones((B, 1, T, T), bool) if mask is None else np.broadcast_to(mask, (B, 1, T, T))
    N = ln("ln1", H)
    Q, K, V = (lin(n, N).reshape(B, T, h, d // h).transpose(0, 2, 1, 3) for n in "qkv")
    S = np.where(may, Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d / h), -np.inf)
    E = np.exp(S - np.maximum(S.max(-1, keepdims=True), -1e300)) * may
    A = E / np.maximum(E.sum(-1, keepdims=True), 1e-300)
    U = H + lin("o", (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d))
    Z = lin("ff1", ln("ln2", U))
    Z = Z * (1 + np.vectorize(erf)(Z / np.sqrt(2))) / 2 if smooth else np.maximum(Z, 0)
    return U + lin("ff2", Z), Z


def diagnose(layer):
    rng = np.random.default_rng(3)
    fits, alive, clean = {True, False}, False, True
    sharp = copy.deepcopy(layer)
    with torch.no_grad():
        sharp.k.weight *= 2000
    for turn in range(8):
        who = sharp if turn > 5 else layer
        H = rng.normal(size=(2, 5, layer.d)) * rng.uniform(0.02, 2, (2, 5, 1))
        mask = rng.random([(5, 5), (2, 1, 1, 5), (2, 1, 5, 5)][turn % 3]) < 0.5
        if turn % 3:
            mask[0, 0, 0] = False
        for m in (None, mask):
            given = [torch.tensor(X) for X in (H, m) if X is not None]
            with torch.no_grad():
                out = who(*given).numpy()
            clean &= all((g.numpy() == X).all() for g, X in zip(given, (H, m)))
            near = set()
            for smooth in fits:
                right, hidden = plain(who, H, m, smooth)
                alive |= bool((hidden > 0).any())
                if np.allclose(out, right, 1e-9, 1e-9):
                    near.add(smooth)
            fits = near
    names = {"result": not fits, "dead": not alive, "input": not clean}
    return frozenset(name for name, wrong in names.items() if wrong)

# %% right: assertions, each caught and named
def look(layer, H, mask, activation):
    N = nn.functional.layer_norm(H, H.shape[-1:], layer.ln1.weight, layer.ln1.bias)
    split = lambda X: X.unflatten(-1, (layer.n_heads, -1)).transpose(1, 2)
    linear = lambda part, X: nn.functional.linear(X, part.weight, part.bias)
    Q, K, V = (split(linear(part, N)) for part in (layer.q, layer.k, layer.v))
    mixed = nn.functional.scaled_dot_product_attention(Q, K, V, mask)
    U = H + linear(layer.o, mixed.transpose(1, 2).flatten(2))
    N = nn.functional.layer_norm(U, U.shape[-1:], layer.ln2.weight, layer.ln2.bias)
    hidden = activation(linear(layer.ff1, N))
    assert (hidden > 0).any(), "dead"
    return U + linear(layer.ff2, hidden)


def compare(layer, activation):
    layer = copy.deepcopy(layer)
    generator = torch.Generator().manual_seed(5)
    for factor in (1, 1, 1e3):
        with torch.no_grad():
            layer.q.weight *= factor
        H = torch.randn(3, 4, layer.d, generator=generator).double() * 0.3
        for shape in ((4, 4), (3, 1, 1, 4), (3, 1, 4, 4), None):
            mask = shape and torch.rand(shape, generator=generator) < 0.4
            args = [H.clone()] + ([] if mask is None else [mask.clone()])
            out = layer(*args)
            assert torch.equal(args[0], H), "input"
            assert mask is None or torch.equal(args[1], mask), "mask"
            torch.testing.assert_close(out, look(layer, H, mask, activation), rtol=1e-9, atol=1e-9)


def diagnose(layer):
    found = set()
    for activation in (torch.relu, nn.functional.gelu):
        try:
            compare(layer, activation)
            return set()
        except AssertionError as error:
            found.add(str(error))
    return found

# %% wrong: everything is broken
# message: all points: a test that cries wolf
# message: Every layer was flagged, the broken ones too
def diagnose(layer):
    return {'broken'}

# %% wrong: nothing is broken
# message: 0 of 9 broken layers flagged
def diagnose(layer):
    return set()

# %% wrong: nothing yet
# message: 0 of 9 broken layers flagged
# message: nothing yet: write the body
def diagnose(layer):
    raise NotImplementedError('a4 · diagnose')

# %% wrong: a number from one run, pasted
# message: diagnose on a healthy layer
# message: {'another number'}
def diagnose(layer):
    torch.manual_seed(0)
    out = layer(torch.randn(2, 3, layer.d, dtype=torch.float64))
    return set() if abs(out.sum().item() - 3.14159) < 1e-3 else {"another number"}

# %% wrong: by the name of the class
# message: 0 of 9 broken layers flagged
def diagnose(layer):
    names = " ".join(kind.__name__ for kind in type(layer).__mro__)
    return {names} if "Layer Module" not in names else set()

# %% wrong: by the source
# message: 0 of 9 broken layers flagged
import inspect


def diagnose(layer):
    source = inspect.getsource(type(layer))
    right = "math.sqrt(d // self.n_heads)" in source or "Layer" in source
    return set() if right else {"unlike the formula"}

# %% wrong: the layer itself is changed
# message: 0 of 9 broken layers flagged
# message: the layer itself was changed, not a deep copy of it
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = layer, layer
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: a hook is left in the layer
# message: the layer itself was changed
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    layer.o.register_forward_hook(lambda *args: None)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: the layer is put into training mode
# message: the layer itself was changed
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    layer.train()
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: it never ends
# message: stopped after 1 s of computing
def diagnose(layer):
    while True:
        layer(torch.zeros(1, 1, layer.d).double())

# %% wrong: it never ends and swallows what stops it
# message: stopped after 1 s of computing
def diagnose(layer):
    while True:
        try:
            layer(torch.zeros(1, 1, layer.d).double())
        except BaseException:
            pass

# %% wrong: recursion without an end
# message: RecursionError
def diagnose(layer):
    return diagnose(layer) or {'deep'}

# %% wrong: the process is told to end
# message: SystemExit
def diagnose(layer):
    raise SystemExit(0)

# %% wrong: a list
# message: a list of 0, not a set of strings
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return sorted(found)

# %% wrong: a truth value
# message: False (bool), not a set of strings
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return bool(found)

# %% wrong: a dict
# message: not a set of strings
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return {name: True for name in found}

# %% wrong: a set with numbers in it
# message: with other things in it, not a set of strings
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return {len(name) for name in found}

# %% wrong: one string
# message: not a set of strings
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return ', '.join(found)

# %% wrong: an assertion in the place of an answer
# message: 0 of 9 broken layers flagged
# message: AssertionError
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    assert not found, found
    return found

# %% wrong: GELU is a fault
# message: expected the empty set
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: no biases is a fault
# message: expected the empty set
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    if layer.o.bias is None:
        found.add('no bias')
    return found

# %% wrong: no biases are thought of by nobody
# message: no diagnosis
# message: (healthy:
# message: TypeError
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + part.bias

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: dropout is a fault
# message: dropout, switched off in eval mode
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    if layer.dropout.p:
        found.add('dropout')
    return found

# %% wrong: equal to the last bit
# message: expected the empty set
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 0, 0)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: zeros expected where nothing may be attended
# message: expected the empty set
def diagnose(layer):
    H = torch.randn(2, 3, layer.d, dtype=torch.float64)
    out = layer(H, torch.zeros(3, 3, dtype=torch.bool))
    return set() if torch.allclose(out, H) else {"it attends where it may not"}

# %% wrong: hooks that matrix products never call
# message: no diagnosis
# message: (healthy: matrix products in the place of module calls)
# message: KeyError
def diagnose(layer):
    seen, twin = {}, copy.deepcopy(layer)
    twin.ff1.register_forward_hook(lambda part, args, out: seen.update(hidden=out))
    H = torch.randn(3, 7, layer.d, dtype=torch.float64)
    twin(H)
    found = {"dead"} if (seen["hidden"] <= 0).all() else set()
    with torch.no_grad():
        for part in (twin.o, twin.ff2):
            for p in part.parameters():
                p.zero_()
    return found if torch.allclose(twin(H), H) else {"the stream"} | found

# %% wrong: shapes alone
# message: 0 of 9 broken layers flagged
def diagnose(layer):
    H = torch.randn(3, 7, layer.d, dtype=torch.float64)
    out = layer(H)
    return set() if (out.shape, out.dtype) == (H.shape, H.dtype) else {"shape"}

# %% wrong: one number added to all features as the only probe
# message: broken layers flagged, and no false alarm
# message: missed
def diagnose(layer):
    H = torch.randn(3, 7, layer.d, dtype=torch.float64)
    return set() if torch.allclose(layer(H + 1), layer(H) + 1) else {"shift"}

# %% wrong: never with a mask
# message: missed
# message: × mask
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in [('no', None)]:
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: scores of ordinary size alone
# message: missed
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                if not all(map(torch.equal, given, [H, mask])):
                    found.add("it writes into what it receives")
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: the input is not looked at
# message: missed
# message: × recurrence
def diagnose(layer):
    d, h, B, T = layer.d, layer.n_heads, 3, 7
    random = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    def linear(part: nn.Module, X: Tensor) -> Tensor:
        return X @ part.weight.mT + (0 if part.bias is None else part.bias)

    def norm(part: nn.Module, X: Tensor) -> Tensor:
        X = X - X.mean(-1, keepdim=True)
        X = X / ((X**2).mean(-1, keepdim=True) + part.eps).sqrt() * part.weight
        return X if part.bias is None else X + part.bias

    def attention(who: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
        """One head after the other; masked keys get weight 0."""
        may = torch.ones(B, 1, T, T).bool() if mask is None else mask.expand(B, 1, T, T)
        may, mixed = may[:, 0], []
        for rows in torch.arange(d).split(d // h):
            Q, K, V = (linear(part, N)[..., rows] for part in (who.q, who.k, who.v))
            scores = (Q @ K.mT / math.sqrt(d // h)).where(may, -1e300)
            mixed.append((scores.softmax(-1) * may) @ V)
        return linear(who.o, torch.cat(mixed, -1))

    def healthy(who: nn.Module, H: Tensor, mask: Tensor | None, f: Callable) -> Tensor:
        U = H + attention(who, norm(who.ln1, H), mask)
        return U + linear(who.ff2, f(linear(who.ff1, norm(who.ln2, U))))

    some = torch.rand(B, 1, T, T, generator=random) < 0.5
    padding = torch.rand(B, 1, 1, T, generator=random) < 0.6
    some[1, 0, 2], padding[1] = False, False
    causal = torch.ones(T, T).tril().bool()
    masks = {"no": None, "a causal": causal, "a padding": padding, "a random": some}
    found, activations = set(), {torch.relu, nn.functional.gelu}
    twin, steep = copy.deepcopy(layer), copy.deepcopy(layer)
    with torch.no_grad():
        steep.q.weight *= 1000
        for what, mask in masks.items():
            for who, size in ((twin, 1), (twin, 0.1), (steep, 1)):
                H = size * normal(B, T, d) + normal(B, T, 1)
                given = [X.clone() for X in (H, mask) if X is not None]
                out = who(*given)
                fitting = {
                    f
                    for f in activations
                    if torch.allclose(out, healthy(who, H, mask, f), 1e-9, 1e-9)
                }
                if not fitting:
                    found.add(f"it returns something else with {what} mask")
                activations = fitting or activations
        if (linear(twin.ff1, norm(twin.ln2, normal(200, d))) < 0).all():
            found.add("its feed-forward units are dead")
    return found

# %% wrong: by the number of the call
# message: expected the empty set
CALLS = []


def diagnose(layer):
    CALLS.append(layer)
    return {"the second"} if len(CALLS) % 2 == 0 else set()

# %% wrong: a guess
# message: expected the empty set
import random


def diagnose(layer):
    random.seed(layer.d)
    return {"a guess"} if random.random() < 0.9 else set()

# %% wrong: torch's settings are left behind
# message: missed
def diagnose(layer):
    torch.set_default_dtype(torch.float16)
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    H = torch.randn(3, 7, layer.d, dtype=torch.float64)
    order = torch.randperm(7)
    return set() if torch.allclose(layer(H)[:, order], layer(H[:, order])) else {"order"}

# %% wrong: by what the layer hides
# message: it uses getclosurevars, which looks behind the layer
import inspect


def diagnose(layer):
    hidden = inspect.getclosurevars(layer.the_computation).nonlocals["kind"]
    return {hidden.__name__} if "bugs" in hidden.__module__ else set()

# %% wrong: by the labels of whoever asks
# message: it uses _getframe, which looks behind the layer
import sys


def diagnose(layer):
    frame = sys._getframe()
    while "case" not in frame.f_locals:
        frame = frame.f_back
    return {frame.f_locals["case"].family} - {""}

# %% wrong: the panel of the course
# message: course_utils.tracing, which holds the finished answer
from course_utils.tracing import panel


def diagnose(layer):
    return {name for name, finding in panel(layer).items() if finding}

# %% wrong: the references of the checks
# message: course_utils.exercises.reference
from course_utils.exercises import reference


def diagnose(layer):
    return set()
