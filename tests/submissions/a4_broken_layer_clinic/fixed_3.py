# %% right: another way of writing it, own constructor
class fixed_3(nn.Module):
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
class fixed_3(Parts):
    def forward(self, H, mask=None):
        N = self.ln1(H)
        heads = (self.n_heads, self.d // self.n_heads)
        Q, K, V = (f(N).unflatten(-1, heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        mixed = nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
        H = H + self.o(mixed.transpose(1, 2).flatten(2))
        return H + self.ff2(self.ff1(self.ln2(H)).relu())

# %% right: einsum and an additive mask
class fixed_3(Parts):
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


class fixed_3(Parts):
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
class fixed_3(Piece3):
    def attend(self, N, mask):
        Q, K, V = (self.split(part(N)) for part in (self.q, self.k, self.v))
        scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
        if mask is None:
            mask = torch.ones_like(scores, dtype=torch.bool)
        low = scores.masked_fill(~mask, -math.inf)
        low = low - low.amax(-1, keepdim=True).clamp(min=-1e30)
        shares = low.exp()
        weights = shares / shares.sum(-1, keepdim=True).clamp(min=1e-30)
        return self.o((weights @ V).transpose(1, 2).flatten(-2))

# %% wrong: as it was
# message: masked keys ignored: Masked keys get no attention weight
class fixed_3(Piece3):
    pass

# %% wrong: NaN where nothing may be attended
# message: NaN or infinity
class fixed_3(Parts):
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

# %% wrong: all keys where nothing may be attended
# message: some queries may attend nowhere
class fixed_3(Parts):
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

# %% wrong: masks of two axes only
# message: masked keys ignored
class fixed_3(Parts):
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
        mask = None if mask is None or mask.dim() == 4 else mask
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: padding masks only
# message: causal: Under a causal mask
class fixed_3(Parts):
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
        mask = None if mask is None or mask.shape[-2] == T else mask
        Q, K, V = self.split(self.q(N)), self.split(self.k(N)), self.split(self.v(N))
        scores = Q @ K.mT / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: causal and padding masks, no others
# message: golden value
class fixed_3(Parts):
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
        if mask is not None and mask.dim() == 4:
            mask = mask[:, :, -1:]
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
class fixed_3(Parts):
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

# %% wrong: mask turned round, everywhere
# message: rows sum to one
class fixed_3(Parts):
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
            weights = weights.masked_fill(mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: mask on the weights
# message: rows sum to one
class fixed_3(Parts):
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
            pass
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: masked scores at -10
# message: masked keys ignored
class fixed_3(Parts):
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
            scores = scores.masked_fill(~mask, -10.0)
        weights = scores.softmax(-1)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: the mask is turned round in place
# message: the mask as it was
class fixed_3(Parts):
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
            mask.logical_not_()
            scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: no biases
# message: got no q.bias
class fixed_3(nn.Module):
    def __init__(self, d, n_heads):
        super().__init__()
        self.d, self.n_heads = d, n_heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))
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

# %% wrong: inner sums over one sequence
# message: invariant
class fixed_3(Parts):
    def forward(self, H, mask=None):
        U = H + self.attend(self.norm(H, self.ln1), mask[:1] if mask is not None and mask.dim() == 4 else mask)
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

# %% wrong: softmax over the queries
# message: rows sum to one
class fixed_3(Parts):
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

# %% wrong: the mask is obligatory
# message: TypeError
class fixed_3(Parts):
    def forward(self, H, mask):
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

# %% wrong: a layer from a list of healthy ones
# message: course_utils.exercises.specimens
from course_utils.exercises import specimens


class fixed_3(specimens.ByEinsum):
    pass

# %% wrong: shares dealt out again, 0 / 0 where nothing may be attended
# message: NaN or infinity
class fixed_3(Piece3):
    def attend(self, N, mask):
        Q, K, V = (self.split(part(N)) for part in (self.q, self.k, self.v))
        weights = (Q @ K.mT / math.sqrt(Q.shape[-1])).softmax(-1)
        if mask is not None:
            weights = weights * mask
            weights = weights / weights.sum(-1, keepdim=True)
        return self.o((weights @ V).transpose(1, 2).flatten(-2))

# %% wrong: shares dealt out again, nothing left of small ones
# message: scores near 10,000
class fixed_3(Piece3):
    def attend(self, N, mask):
        Q, K, V = (self.split(part(N)) for part in (self.q, self.k, self.v))
        weights = (Q @ K.mT / math.sqrt(Q.shape[-1])).softmax(-1)
        if mask is not None:
            weights = weights * mask
            weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-300)
        return self.o((weights @ V).transpose(1, 2).flatten(-2))

# %% wrong: a bias of -10,000 that large scores beat
# message: scores near 10,000
class fixed_3(Parts):
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
            scores = scores - 10000.0 * ~mask
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        return self.o((weights @ V).transpose(1, 2).reshape(B, T, d))

# %% wrong: sequences of padding alone are skipped
# message: expected the result
class fixed_3(Parts):
    def forward(self, H, mask=None):
        H = H.clone()
        U = H + self.attend(self.ln1(H), mask)
        return U + self.ff2(torch.relu(self.ff1(self.ln2(U))))

    def attend(self, N, mask):
        heads = (self.n_heads, self.d // self.n_heads)
        Q, K, V = (f(N).unflatten(-1, heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        out = self.o(nn.functional.scaled_dot_product_attention(Q, K, V, mask).transpose(1, 2).flatten(2))
        if mask is not None:
            out = out * mask.any(-1).reshape(*mask.shape[:-3], -1, 1)
        return out
