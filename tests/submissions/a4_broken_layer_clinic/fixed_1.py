# %% right: another way of writing it, own constructor
class fixed_1(nn.Module):
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
class fixed_1(Parts):
    def forward(self, H, mask=None):
        N = self.ln1(H)
        heads = (self.n_heads, self.d // self.n_heads)
        Q, K, V = (f(N).unflatten(-1, heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        mixed = nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
        H = H + self.o(mixed.transpose(1, 2).flatten(2))
        return H + self.ff2(self.ff1(self.ln2(H)).relu())

# %% right: einsum and an additive mask
class fixed_1(Parts):
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


class fixed_1(Parts):
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
class fixed_1(Piece1):
    def forward(self, H, mask=None):
        H = H + self.attend(self.ln1(H), mask)
        return H + self.ff2(torch.relu(self.ff1(self.ln2(H))))

# %% wrong: as it was
# message: silent sublayers
class fixed_1(Piece1):
    pass

# %% wrong: no residual around feed-forward
# message: silent sublayers
class fixed_1(Parts):
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

# %% wrong: the stream counted twice
# message: silent sublayers
class fixed_1(Parts):
    def forward(self, H, mask=None):
        U = 2 * H + self.attend(self.norm(H, self.ln1), mask)
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

# %% wrong: post-norm
# message: silent sublayers
class fixed_1(Parts):
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

# %% wrong: x + LN(F(x))
# message: silent sublayers
class fixed_1(Parts):
    def forward(self, H, mask=None):
        U = H + self.ln1(self.attend(H, mask))
        return U + self.ln2(self.feed(U))

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

# %% wrong: the first norm twice
# message: no effect: ln2.weight, ln2.bias
class fixed_1(Parts):
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

# %% wrong: sums written into the input
# message: the inputs stay as they were
class fixed_1(Parts):
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

# %% wrong: heads merged by reshape
# message: causal: Under
class fixed_1(Parts):
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

# %% wrong: parameters renamed
# message: expected ff1.weight of shape (48, 12)
class fixed_1(nn.Module):
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

# %% wrong: a third argument of the constructor
# message: TypeError
class fixed_1(nn.Module):
    def __init__(self, d, n_heads, d_ff):
        super().__init__()
        self.d, self.n_heads = d, n_heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ff1, self.ff2 = nn.Linear(d, d_ff), nn.Linear(d_ff, d)
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

# %% wrong: one buffer for all results
# message: shares its memory
class fixed_1(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        U = (U + self.feed(self.norm(U, self.ln2))).detach()
        if not hasattr(self, 'buffer') or self.buffer.shape != U.shape:
            self.buffer = U
        return self.buffer.copy_(U)

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
from course_utils.layers import Layer as fixed_1

# %% wrong: nothing yet
# message: nothing yet
class fixed_1(Parts):
    def forward(self, H, mask=None):
        raise NotImplementedError('a4')

# %% wrong: GELU
# message: expected the result
class fixed_1(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2))

    def norm(self, X, ln):
        return ln(X)

    def feed(self, N):
        return self.ff2(nn.functional.gelu(self.ff1(N)))

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

# %% wrong: states and weights returned
# message: a tuple
class fixed_1(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask)
        return U + self.feed(self.norm(U, self.ln2)), mask

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

# %% wrong: all keys where nothing may be attended
# message: some queries may attend nowhere
class fixed_1(Parts):
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
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: the second sum adds to the input
# message: golden value
class fixed_1(Piece1):
    def forward(self, H, mask=None):
        U = H + self.attend(self.ln1(H), mask)
        return H + self.ff2(torch.relu(self.ff1(self.ln2(U))))

# %% wrong: the normed rows are added to the stream
# message: silent sublayers
class fixed_1(Piece1):
    def forward(self, H, mask=None):
        N = self.ln1(H)
        U = H + N + self.attend(N, mask)
        return U + self.ff2(torch.relu(self.ff1(self.ln2(U))))

# %% wrong: mended in the first sum, spoilt in the second
# message: silent sublayers
class fixed_1(Piece1):
    def forward(self, H, mask=None):
        H = H + self.attend(self.ln1(H), mask)
        H = self.ln2(H)
        return H + self.ff2(torch.relu(self.ff1(H)))

# %% wrong: attention reads the raw stream
# message: shift
class fixed_1(Piece1):
    def forward(self, H, mask=None):
        U = H + self.attend(H, mask)
        return U + self.ff2(torch.relu(self.ff1(self.ln2(U))))
