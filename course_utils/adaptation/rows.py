"""Trained rows of width d: of a prompt, of prefixes, of their keys and values."""

import torch
from torch import Tensor, nn


class Rows(nn.Module):
    """n groups of k rows each, (n, k, d), trained as they are.

    Args:
        n, k, d: sizes; k = 0 is legal.
        seed: of the random start, normal with standard deviation `std`.
        std: see `seed`.
        init: (n, k, d), where to start instead.

    Raises:
        ValueError: k is negative, or init has another shape.

    >>> Rows(3, 2, 8)(1).shape
    torch.Size([2, 8])
    """

    def __init__(
        self,
        n: int,
        k: int,
        d: int,
        *,
        seed: int = 0,
        std: float = 0.02,
        init: Tensor | None = None,
    ):
        super().__init__()
        if k < 0:
            raise ValueError(f"k is {k}, but must be at least 0.")
        if init is None:
            generator = torch.Generator().manual_seed(seed)
            init = std * torch.randn(n, k, d, generator=generator)
        elif init.shape != (n, k, d):
            raise ValueError(
                f"init has shape {tuple(init.shape)}, but this encoder and k={k} need "
                f"{(n, k, d)}."
            )
        self.weight = nn.Parameter(init.detach().clone())

    def start_with(self, rows: Tensor) -> None:
        """Take rows (n, k, d)."""
        with torch.no_grad():
            self.weight.copy_(rows)

    def forward(self, i: int) -> Tensor:
        """Rows (k, d) of group i."""
        return self.weight[i]

    def all(self) -> Tensor:
        """Rows (n, k, d) of all groups."""
        return self.weight


class ReparametrisedRows(nn.Module):
    """n groups of k rows, written by an MLP from k vectors that they share.

    ``rows = tanh(E W1 + b1) W2 + b2``, cut into n groups. E, W1, b1, W2, b2 are
    trained; when training is over only the rows are needed.

    Args:
        n, k, d: sizes.
        hidden: width inside the MLP.
        seed: of the random start, as torch starts embeddings and linear maps.
        init: (n, k, d), rows to start with: W2 is chosen so that the MLP writes them.

    Raises:
        ValueError: there is an init, and more than `hidden` rows a group.

    Source: Li and Liang 2021, "Prefix-Tuning", section 4.3.

    >>> start = torch.randn(3, 2, 8)
    >>> rows = ReparametrisedRows(3, 2, 8, hidden=4, init=start)
    >>> torch.allclose(rows.all(), start, atol=1e-5)
    True
    """

    def __init__(
        self,
        n: int,
        k: int,
        d: int,
        *,
        hidden: int,
        seed: int = 0,
        init: Tensor | None = None,
    ):
        super().__init__()
        self.shape = n, k, d
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.vectors = nn.Parameter(torch.randn(k, d))
            self.inner, self.outer = nn.Linear(d, hidden), nn.Linear(hidden, n * d)
        if init is not None:
            self.start_with(Rows(n, k, d, init=init).all())

    def start_with(self, rows: Tensor) -> None:
        """Choose the outer map so that the MLP writes rows (n, k, d)."""
        n, k, d = self.shape
        if k > self.outer.in_features:
            raise ValueError(
                f"An MLP of width {self.outer.in_features} cannot start with {k} given "
                f"rows: make it at least {k} wide."
            )
        wanted = rows.detach().cpu().double().transpose(0, 1).reshape(k, n * d)
        with torch.no_grad():
            inside = self.inner(self.vectors).tanh().double()
            self.outer.weight.copy_((torch.linalg.pinv(inside) @ wanted).T)
            self.outer.bias.zero_()

    def forward(self, i: int) -> Tensor:
        """Rows (k, d) of group i."""
        d = self.shape[2]
        part = slice(i * d, (i + 1) * d)
        inside = self.inner(self.vectors).tanh()
        return nn.functional.linear(
            inside, self.outer.weight[part], self.outer.bias[part]
        )

    def all(self) -> Tensor:
        """Rows (n, k, d) of all groups."""
        n, k, d = self.shape
        out = self.outer(self.inner(self.vectors).tanh())
        return out.view(k, n, d).transpose(0, 1)
