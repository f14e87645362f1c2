# %% right: another way of writing it, own constructor
class fixed_2(nn.Module):
    def __init__(self, d, n_heads):
        super().__init__()
        self.d, self.n_heads = d, n_heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ff1, self.ff2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)

    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% right: torch's own attention
class fixed_2(Parts):
    def forward(self, H, mask=None):
        N = self.ln1(H)
        heads = (self.n_heads, self.d // self.n_heads)
        Q, K, V = (f(N).unflatten(-1, heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        mixed = nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
        H = H + self.o(mixed.transpose(1, 2).flatten(2))
        return H + self.ff2(self.ff1(self.ln2(H)).relu())

# %% right: einsum and an additive mask
class fixed_2(Parts):
    """Einstein sums, an additive mask."""

    def forward(self, H, mask=None):
        N = self.ln1(H)
        d_h = self.d // self.n_heads
        Q, K, V = (f(N).unflatten(-1, (-1, d_h)) for f in (self.q, self.k, self.v))
        scores = torch.einsum("bihc,bjhc->bhij", Q, K) * d_h**-0.5
        if mask is not None:
            scores = scores + torch.zeros_like(scores).masked_fill(~mask, -torch.inf)
        weights = torch.softmax(scores, dim=3).nan_to_num(0.0)
        U = H + self.o(torch.einsum("bhij,bjhc->bihc", weights, V).flatten(-2))
        return U + self.ff2(torch.relu(self.ff1(self.ln2(U))))

# %% right: loops, with a print and a warning
import warnings


class fixed_2(Parts):
    """One head of one sequence after the other."""

    def forward(self, H, mask=None):
        print("layer", tuple(H.shape))
        warnings.warn("slow")
        B, T, d = H.shape
        N, d_h = self.ln1(H), d // self.n_heads
        Q, K, V = self.q(N), self.k(N), self.v(N)
        texts = []
        for b in range(B):
            heads = []
            for first in range(0, d, d_h):
                part = slice(first, first + d_h)
                scores = Q[b, :, part] @ K[b, :, part].T / d_h**0.5
                if mask is None:
                    weights = scores.softmax(-1)
                else:
                    may = mask if mask.dim() == 2 else mask[b, 0]
                    scores = torch.where(may, scores, torch.finfo(scores.dtype).min)
                    weights = torch.where(may, scores.softmax(-1), 0.0)
                heads.append(weights @ V[b, :, part])
            texts.append(torch.cat(heads, -1))
        U = H + self.o(torch.stack(texts))
        return U + self.ff2(self.ff1(self.ln2(U)).clamp(min=0))

# %% right: only what is wrong is replaced
class fixed_2(Piece2):
    """Queries that are as much larger as piece 2 makes them too small."""

    def attend(self, N, mask):
        q, factor = self.q, self.n_heads**0.5
        B, T, d = N.shape
        Q = q(N).view(B, T, self.n_heads, -1) * factor / math.sqrt(d)
        K, V = (part(N).view(B, T, self.n_heads, -1) for part in (self.k, self.v))
        scores = torch.einsum("bihc,bjhc->bhij", Q, K)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights * mask
        return self.o(torch.einsum("bhij,bjhc->bihc", weights, V).reshape(B, T, d))

# %% wrong: as it was
# message: scores divided by 3.464
class fixed_2(Piece2):
    pass

# %% wrong: not scaled
# message: scores divided by 1
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: divided by the heads' width, not its root
# message: score scale
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / (d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: divided by the root of the number of heads
# message: score scale
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: softmax over the queries
# message: rows sum to one
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-2)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: softmax over the heads
# message: rows sum to one
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: exp without the maximum
# message: NaN or infinity
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.exp() / scores.exp().sum(-1, keepdim=True)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: NaN where nothing may be attended
# message: NaN or infinity
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        weights = scores.softmax(-1)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: three heads, always
# message: RuntimeError
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, 3, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: feed-forward of width 2 d
# message: ff1.weight of shape (48, 12)
class fixed_2(nn.Module):
    def __init__(self, d, n_heads):
        super().__init__()
        self.d, self.n_heads = d, n_heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ff1, self.ff2 = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)

    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: no gradient through the weights
# message: gradient
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights.detach() @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: dropout by hand
# message: repeatable
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = torch.dropout(scores.softmax(-1), 0.1, True)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: single precision inside
# message: rows sum to one
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.float().softmax(-1).to(scores.dtype)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: the course's own layer, by name
# message: course_utils.layers
import importlib

fixed_2 = importlib.import_module('course_utils.layers').Layer

# %% wrong: a function, not a class
# message: an nn.Module
def fixed_2(d, n_heads):
    layer = Piece2(d, n_heads)
    return lambda H, mask=None: layer(H, mask)

# %% wrong: queries and keys both divided by the root
# message: scores divided by 4
class fixed_2(Piece2):
    def attend(self, N, mask):
        B, T, d = N.shape
        root = math.sqrt(d // self.n_heads)
        Q, K = (part(N).view(B, T, self.n_heads, -1) / root for part in (self.q, self.k))
        V = self.v(N).view(B, T, self.n_heads, -1)
        scores = torch.einsum('bihc,bjhc->bhij', Q, K)
        if mask is None:
            mask = torch.ones(T, T, dtype=torch.bool)
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask
        return self.o(torch.einsum('bhij,bjhc->bihc', weights, V).reshape(B, T, d))

# %% wrong: a width that fits the first size only
# message: score scale
class fixed_2(Piece2):
    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = (p(N).view(B, T, self.n_heads, -1) for p in (self.q, self.k, self.v))
        scores = torch.einsum('bihc,bjhc->bhij', Q, K) / 2
        if mask is None:
            mask = torch.ones(T, T, dtype=torch.bool)
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask
        return self.o(torch.einsum('bhij,bjhc->bihc', weights, V).reshape(B, T, d))

# %% wrong: weights divided, not scores
# message: rows sum to one
class fixed_2(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1) / math.sqrt(d // self.n_heads)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: weights of q scaled in the constructor
# message: scores divided by 3.464
class fixed_2(Piece2):
    def __init__(self, d, n_heads):
        super().__init__(d, n_heads)
        with torch.no_grad():
            self.q.weight *= math.sqrt(n_heads)
            self.q.bias *= math.sqrt(n_heads)
