# %% right: another way of writing it, own constructor, a norm by hand
class fixed_5(nn.Module):
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
        centred = X - X.mean(-1, keepdim=True)
        variance = centred.square().mean(-1, keepdim=True)
        return centred / (variance + 1e-5).sqrt() * ln.weight + ln.bias

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
class fixed_5(Parts):
    def forward(self, H, mask=None):
        N = self.ln1(H)
        heads = (self.n_heads, self.d // self.n_heads)
        Q, K, V = (f(N).unflatten(-1, heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        mixed = nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
        H = H + self.o(mixed.transpose(1, 2).flatten(2))
        return H + self.ff2(self.ff1(self.ln2(H)).relu())

# %% right: einsum and an additive mask
class fixed_5(Parts):
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


class fixed_5(Parts):
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
class fixed_5(Piece5):
    def norm_rows(self, X, ln):
        return ln(X)

# %% right: a norm by hand
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        centred = X - X.mean(-1, keepdim=True)
        variance = centred.square().mean(-1, keepdim=True)
        return centred / (variance + 1e-5).sqrt() * ln.weight + ln.bias

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

# %% wrong: as it was
# message: norm statistics
class fixed_5(Piece5):
    pass

# %% wrong: norm over the positions
# message: shift
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, variance = X.mean(1, keepdim=True), X.var(1, correction=0, keepdim=True)
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

# %% wrong: eps beside the root
# message: golden value
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, size = X.mean(-1, keepdim=True), X.std(-1, correction=0, keepdim=True)
        return (X - mean) / (size + ln.eps) * ln.weight + ln.bias

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

# %% wrong: no eps
# message: golden value
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, size = X.mean(-1, keepdim=True), X.std(-1, correction=0, keepdim=True)
        return (X - mean) / size * ln.weight + ln.bias

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

# %% wrong: gain and shift forgotten
# message: parameters matter
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return nn.functional.layer_norm(X, X.shape[-1:])

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

# %% wrong: variance as a difference of squares
# message: plus 1,000,000
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean = X.mean(-1, keepdim=True)
        variance = (X**2).mean(-1, keepdim=True) - mean**2
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

# %% wrong: the first norm twice
# message: no effect: ln2.weight, ln2.bias
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln1))

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

# %% wrong: post-norm
# message: silent sublayers
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = self.ln1(H + self.attend(H, mask))
        return self.ln2(U + self.feed(U))

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

# %% wrong: an object, not a class
# message: expected a class that makes layers
fixed_5 = Parts(12, 3)

# %% wrong: parameters renamed
# message: expected ff1.weight of shape (48, 12)
class fixed_5(nn.Module):
    def __init__(self, d, n_heads):
        super().__init__()
        self.d, self.n_heads = d, n_heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)

    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.down(torch.relu(self.up(N)))

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

# %% wrong: sums written into the input
# message: the inputs stay as they were
class fixed_5(Parts):
    def forward(self, H, mask=None):
        H += self.attend(self.norm(H, self.ln1), mask)
        U = H
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

# %% wrong: mask turned round
# message: rows sum to one
class fixed_5(Parts):
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
            scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: no residual around feed-forward
# message: silent sublayers
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return self.feed(self.norm(U, self.ln2))

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

# %% wrong: the course's own layer
# message: course_utils.layers, which holds the finished answer
from course_utils.layers import Layer as fixed_5

# %% wrong: mended in the first norm only
# message: what ff1 receives
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        if ln is self.ln1:
            return ln(X)
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

# %% wrong: the variance corrected the wrong way
# message: norm statistics
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, d = X.mean(-1, keepdim=True), X.shape[-1]
        variance = X.var(-1, keepdim=True) * d / (d - 1)
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

# %% wrong: over all axes but the first
# message: shift
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, variance = X.mean((1, 2), keepdim=True), X.var((1, 2), correction=0, keepdim=True)
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

# %% wrong: over the batch
# message: shift
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, variance = X.mean(0, keepdim=True), X.var(0, correction=0, keepdim=True)
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

# %% wrong: a factor that fits the first size only
# message: norm statistics
class fixed_5(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        mean, variance = X.mean(-1, keepdim=True), X.var(-1, keepdim=True) * 11 / 12
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
