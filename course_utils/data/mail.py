"""Real spam e-mail, an option: the SpamAssassin public corpus, `make mail`.

Headers, list prefixes and addresses would give the label away, so only subject and
body are kept, without mark-up and addresses.
"""

import hashlib
import json
import re
import sys
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

from course_utils.data.spam import CLASSES
from course_utils.data.texts import DataError, Texts, deduplicate

# Of all texts in the order of their files' names.
SHA256 = "e361a923470fad1fc2e45d70cef009009fca865468b5a187a3ab824a6db10727"
CREDIT = (
    "SpamAssassin public corpus, packaged by the Stdlib authors (database PDDL 1.0, "
    "contents CC0 1.0)."
)
PREFIX = re.compile(r"^\s*(\[[^\]]{1,40}\]|re:|fwd?:|aw:)\s*", re.I)
ADDRESS = re.compile(r"(https?://|www\.)\S+|[\w.+-]+@[\w-]+(\.[\w-]+)+", re.I)


def load_mail(folder: Path | None = None) -> Texts:
    """5,893 e-mails, subject and body, without doubles; class 1 is spam.

    Args:
        folder: where the corpus lies, with a folder for each of its parts
            (easy-ham-1, …, spam-2); None takes what `make mail` has fetched.

    Raises:
        DataError: the corpus is not there, or differs from the published one.
    """
    folder = Path(sys.prefix) / "mail" / "data" if folder is None else Path(folder)
    paths = sorted(folder.glob("*am-[12]/*.json"))
    if not paths:
        raise DataError(
            f"{folder} holds no e-mails. They are an option: run `make mail` (it needs "
            "npm and a network once)."
        )
    whole, texts, labels = hashlib.sha256(), [], []
    for path in paths:
        text = json.loads(path.read_text(encoding="utf-8"))["text"]
        whole.update(text.encode("utf-8", "surrogatepass"))
        texts.append(readable(text))
        labels.append(int(path.parent.name.startswith("spam")))
    if whole.hexdigest() != SHA256:
        raise DataError(
            f"The e-mails in {folder} differ from the published ones. Delete the "
            "folder and run `make mail` again."
        )
    return deduplicate(Texts(texts, labels, CLASSES, CREDIT))


def readable(source: str) -> str:
    """Subject and body of an e-mail's source as one line of plain text.

    >>> readable("Subject: [x] Re: Hi\\n\\nWrite to me@example.org, <b>now</b>")
    'Hi. Write to (address), <b>now</b>'
    """
    source = re.sub(r"\AFrom .*\n", "", source)
    message = message_from_string(source, policy=default)
    subject, before = header(message, "subject"), None
    while subject != before:
        before, subject = subject, PREFIX.sub("", subject)
    text = ADDRESS.sub("(address)", f"{subject}. {body(message)}")
    return " ".join(text.split())


def header(message: EmailMessage, name: str) -> str:
    """A header; "" if it is missing or cannot be parsed, as in much spam."""
    try:
        return str(message[name] or "")
    except Exception:  # the parser fails in many ways on malformed headers
        return ""


def body(message: EmailMessage) -> str:
    """The first part that is text, plain before HTML, without its mark-up."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind:
                text = content(part)
                return strip_tags(text) if kind == "text/html" else text
    return ""


def content(part: EmailMessage) -> str:
    """A part as text, whatever encoding it claims to have."""
    data = part.get_payload(decode=True) or b""
    charset = part.get_content_charset("latin-1")
    try:
        return data.decode(charset, "replace")
    except LookupError:  # an encoding that does not exist
        return data.decode("latin-1")


class Words(HTMLParser):
    """Collects what a page shows."""

    def __init__(self):
        super().__init__()
        self.words, self.hidden = [], 0

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def strip_tags(page: str) -> str:
    """The words of an HTML page.

    >>> strip_tags("<p>Act <b>now</b><style>p {}</style></p>")
    'Act  now'
    """
    parser = Words()
    parser.feed(page)
    parser.close()
    return " ".join(parser.words)
