"""The real messages, as installed, and when they are not."""

import pytest

from course_utils.data import DataError, deduplicate, load_spam, spam, spam_file


def test_all_messages_are_read_and_doubles_dropped():
    data = load_spam()
    assert data.counts() == {"ham": 3972, "spam": 561}
    assert deduplicate(data) == data
    assert "CC BY 4.0" in data.credit
    assert "Almeida" in data.credit
    assert data.labels[data.texts.index("Rofl. Its true to its name")] == 0


def test_package_is_not_imported():
    import sys

    load_spam()
    assert spam.PACKAGE not in sys.modules


def test_missing_package_names_the_remedy(monkeypatch):
    monkeypatch.setattr(spam, "PACKAGE", "no_such_package")
    with pytest.raises(DataError, match=r"not installed\. Run `make setup`"):
        load_spam()


@pytest.mark.parametrize(
    ("content", "said"), [(b"ham\tx\n", "is damaged"), (None, "is missing")]
)
def test_other_file_names_the_remedy(monkeypatch, tmp_path, content, said):
    folder = tmp_path / "messages"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").touch()
    if content:
        (folder / "data" / "spam_collection.csv").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(spam, "PACKAGE", "messages")
    with pytest.raises(DataError, match=rf"{said}\. Run `make repair`"):
        spam_file()
