"""All methods of adaptation, by name."""

from course_utils.adaptation.adapter import Adapter
from course_utils.adaptation.lora import Lora
from course_utils.adaptation.method import Method
from course_utils.adaptation.own import BitFit, Full
from course_utils.adaptation.prefix import KeyValuePrefix, Prefix
from course_utils.adaptation.prompt import Prompt
from course_utils.encoder import Encoder

METHODS: dict[str, type[Method]] = {
    "head": Method,
    "full": Full,
    "bitfit": BitFit,
    "prompt": Prompt,
    "prefix": Prefix,
    "prefix_kv": KeyValuePrefix,
    "lora": Lora,
    "adapter": Adapter,
}


def attach(encoder: Encoder, method: str, **options) -> Method:
    """Attach a method to an encoder, whose own numbers are frozen meanwhile.

    Args:
        encoder: changed in place, until ``.detach()`` leaves it as it was.
        method: a name of `METHODS`.
        options: of the method's class, for example k and seed.

    Returns:
        The method: its parameters are what training changes. A classifier's head is
        left alone.

    Raises:
        ValueError: the method is unknown, an option makes no sense, or the encoder
            has a method already.
        TypeError: the method has no such option.

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> attach(encoder, "prefix_kv", k=5).count()  # keys and values of 3 layers
    240
    """
    if method not in METHODS:
        raise ValueError(
            f"method is {method!r}, but it must be one of {', '.join(METHODS)}."
        )
    return METHODS[method](encoder, **options).attach()
