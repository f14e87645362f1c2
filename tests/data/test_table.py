"""Tables that people bring: read with a report, or refused with a reason."""

import pytest

from course_utils.data import DataError, read_csv

GOOD = "text,label\nfree entry,spam\nsee you,ham\n"


@pytest.fixture
def table(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "mine.csv"
        data = content if isinstance(content, bytes) else content.encode(encoding)
        path.write_bytes(data)
        return path

    return write


def test_texts_labels_and_classes(table):
    data, report = read_csv(table(GOOD))
    assert data.texts == ["free entry", "see you"]
    assert [data.classes[y] for y in data.labels] == ["spam", "ham"]
    assert data.classes == ("ham", "spam")
    assert report == (2, 2, [])


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", "|"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\n\n"),
        "\ufeff" + GOOD,
        "Label ,number, TEXT\nspam,1,free entry\nham,2,see you",
        'text,label\n"free entry",spam\n"see you",ham',
    ],
)
def test_other_ways_to_write_the_same(table, content):
    data, _ = read_csv(table(content))
    assert (data.texts, data.labels) == (["free entry", "see you"], [1, 0])


def test_quoted_text_may_hold_delimiters_and_line_breaks(table):
    data, _ = read_csv(table('text,label\n"a, b\nc",x\nd,y\n'))
    assert data.texts == ["a, b\nc", "d"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_marked_encodings_are_recognised(table, encoding):
    data, _ = read_csv(table("text,label\nfür,x\nà,y\n", encoding))
    assert data.texts == ["für", "à"]


def test_encoding_can_be_named(table):
    path = table("text,label\nfür,x\nà,y\n", "cp1252")
    with pytest.raises(DataError, match=r'not utf-8.*encoding="cp1252"'):
        read_csv(path)
    assert read_csv(path, encoding="cp1252")[0].texts == ["für", "à"]


def test_other_columns_can_be_named(table):
    path = table("kind,message\nx,one\ny,two\n")
    assert read_csv(path, text="message", label="kind")[0].texts == ["one", "two"]


def test_report_says_what_was_left_out(table):
    rows = ["a,x", "A ,x", "b,y", ",x", "c,", "d,x", "D,y"]
    data, report = read_csv(table("text,label\n" + "\n".join(rows)))
    assert data.texts == ["a", "b"]
    assert (report.rows, report.kept) == (7, 2)
    assert report.notes == [
        "1 row(s) without a text were left out.",
        "1 row(s) without a label were left out.",
        "3 row(s) that stand there already, or under two labels were left out.",
        "1 text(s) stand under two labels.",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no rows"),
        ("text,label\n", "holds no rows"),
        ("message,label\na,x\nb,y", "no column 'text'; its columns are: message"),
        ("text,kind\na,x\nb,y", "no column 'label'"),
        ("text,label\na,x\nb,x", "only the class 'x'"),
        ("text,label\n,x\n,y", "no labelled text"),
        ("text,label\na,x\nA,y", "no labelled text"),
        ("text,label\na,x\nlonely\nb,y", "row 3 has 1 columns"),
        ("text,label\nabc\0,x\nb,y", "zero bytes"),
        (b"\x80\x81\xff", "not utf-8: byte 0"),
        (b"\xff\xfe\x00", "not utf-16"),
    ],
)
def test_bad_tables_name_the_reason(table, content, said):
    path = table(content)
    with pytest.raises(DataError, match=said) as caught:
        read_csv(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_folder_and_encoding(table, tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_csv(tmp_path)
    with pytest.raises(DataError, match="no encoding 'x-none'"):
        read_csv(table(GOOD), encoding="x-none")


def test_endless_field_is_refused(table):
    with pytest.raises(DataError, match="not a table"):
        read_csv(table(f"text,label\n{'a' * 200_000},x\nb,y"))
