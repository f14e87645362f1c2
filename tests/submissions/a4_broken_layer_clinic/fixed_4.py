# %% right: another way of writing it, own constructor
class fixed_4(nn.Module):
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
class fixed_4(Parts):
    def forward(self, H, mask=None):
        N = self.ln1(H)
        heads = (self.n_heads, self.d // self.n_heads)
        Q, K, V = (f(N).unflatten(-1, heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        mixed = nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
        H = H + self.o(mixed.transpose(1, 2).flatten(2))
        return H + self.ff2(self.ff1(self.ln2(H)).relu())

# %% right: einsum and an additive mask
class fixed_4(Parts):
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


class fixed_4(Parts):
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
class fixed_4(Piece4):
    def attend(self, N, mask):
        given, self_o = [], self.o
        B, T, d = N.shape
        parts = (part(N) for part in (self.q, self.k, self.v))
        Q, K, V = (X.view(B, T, self.n_heads, -1).permute(0, 2, 1, 3) for X in parts)
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        heads = (weights @ V).unbind(1)
        return self_o(torch.cat(heads, -1))

# %% wrong: as it was
# message: masked keys ignored
class fixed_4(Piece4):
    pass

# %% wrong: heads merged by reshape
# message: causal: Under
class fixed_4(Parts):
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
        return self.o((weights @ V).reshape(B, T, d))

# %% wrong: heads merged feature by feature
# message: heads apart
class fixed_4(Parts):
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
        return self.o((weights @ V).permute(0, 2, 3, 1).reshape(B, T, d))

# %% wrong: view in the place of reshape
# message: view size is not compatible
class fixed_4(Parts):
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
        return self.o((weights @ V).transpose(1, 2).view(B, T, d))

# %% wrong: three heads, always
# message: RuntimeError
class fixed_4(Parts):
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

# %% wrong: n_heads under another name
# message: an attribute n_heads that is 3
class fixed_4(nn.Module):
    def __init__(self, d, n_heads):
        super().__init__()
        self.d, self.h = d, n_heads
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
        return X.view(B, T, self.h, -1).transpose(1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.h)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: no gradient at all
# message: expected a gradient flows
class fixed_4(Parts):
    @torch.no_grad()
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

# %% wrong: not scaled
# message: scores divided by 1
class fixed_4(Parts):
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

# %% wrong: sample variance
# message: variances 0.917
class fixed_4(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, variance = X.mean(-1, keepdim=True), X.var(-1, keepdim=True)
        return (X - mean) / (variance + ln.eps).sqrt() * ln.weight + ln.bias

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

# %% wrong: one more parameter
# message: no scale
class fixed_4(nn.Module):
    def __init__(self, d, n_heads):
        super().__init__()
        self.d, self.n_heads = d, n_heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ff1, self.ff2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.scale = nn.Parameter(torch.ones(1))

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

# %% wrong: nothing returned
# message: None
class fixed_4(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        U + self.feed(self.norm(U, self.ln2))

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

# %% wrong: single precision returned
# message: float32
class fixed_4(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return (U + self.feed(self.norm(U, self.ln2))).float()

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

# %% wrong: no ReLU
# message: nonlinear
class fixed_4(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(self.ff1(N))

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

# %% wrong: the course's own layer
# message: course_utils.layers, which holds the finished answer
from course_utils.layers import Layer as fixed_4

# %% wrong: the merge changed to fit the split
# message: invariant
class fixed_4(Piece4):
    def attend(self, N, mask):
        B, T, d = N.shape
        parts = (part(N) for part in (self.q, self.k, self.v))
        Q, K, V = (X.reshape(B, self.n_heads, T, -1) for X in parts)
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return self.o((weights @ V).reshape(B, T, d))

# %% wrong: positions and features moved, not heads
# message: causal
class fixed_4(Parts):
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
        return self.o((weights @ V).transpose(2, 3).reshape(B, T, d))

# %% wrong: heads in reverse order
# message: heads apart
class fixed_4(Parts):
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
        return self.o((weights @ V).flip(1).transpose(1, 2).reshape(B, T, d))

# %% wrong: heads interleaved on both ways
# message: heads apart
class fixed_4(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(torch.relu(self.ff1(N)))

    def split(self, X):
        B, T, d = X.shape
        return X.view(B, T, -1, self.n_heads).permute(0, 3, 1, 2)

    def attend(self, N, mask):
        B, T, d = N.shape
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).permute(0, 2, 3, 1).reshape(B, T, d))
