"""Prompt tuning: trained rows run through all layers in front of the text's own."""

from collections.abc import Iterator

from torch import Tensor
from torch.utils.hooks import RemovableHandle

from course_utils.adaptation.method import Method
from course_utils.adaptation.rows import Rows
from course_utils.encoder import Encoder


class Prompt(Method):
    """k rows in front of H[0]; they evolve with the text's and are dropped at the end.

    The encoder still returns T rows a text. The text's positions start at 0 as ever;
    the prompt has none.

    Args:
        encoder: what the prompt is for.
        k: rows; 0 is the encoder itself.
        seed: of the random start.
        init: (k, d), where to start instead, for example rows of H[0] of real words;
            its k counts.

    Raises:
        ValueError: sizes do not fit.

    Source: Lester et al. 2021, "The Power of Scale for Parameter-Efficient Prompt
    Tuning".

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> Prompt(encoder, k=2).count()
    16
    """

    def __init__(
        self,
        encoder: Encoder,
        k: int = 8,
        seed: int = 0,
        *,
        init: Tensor | None = None,
    ):
        super().__init__(encoder)
        if init is not None:
            k, init = len(init), init[None]
        self.P = self.place(Rows(1, k, encoder.d, seed=seed, init=init))
        self.k, self.options = k, {"k": k}

    def rows(self) -> Tensor:
        """The prompt (k, d) as it is now; gradients flow."""
        return self.P(0)

    def hooks(self) -> Iterator[RemovableHandle]:
        self.encoder.prompt = self.rows
        return iter(())

    def detach(self) -> Encoder:
        if self.attached:
            self.encoder.prompt = None
        return super().detach()
