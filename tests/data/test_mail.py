"""E-mails as they are sent: parsed without headers, mark-up and addresses."""

import base64
import json

import pytest

from course_utils.data import DataError, load_mail
from course_utils.data.mail import readable


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("From x@y.z Tue\nSubject: Hi\nX-Spam: yes\n\nbody", "Hi. body"),
        ("Subject: [list] Re: Fwd: [other] Hi\n\nbody", "Hi. body"),
        ("Subject: =?utf-8?q?f=C3=BCr?=\n\nbody", "für. body"),
        ("\nno headers at all", ". no headers at all"),
        (
            "Subject: a\n\nask me@example.org or http://x.org/y?z",
            "a. ask (address) or (address)",
        ),
        (
            "Subject: a\nContent-Type: text/html\n\n<style>p{}</style><p>Act <b>now",
            "a. Act now",
        ),
        (
            "Subject: a\nContent-Transfer-Encoding: base64\n\n"
            + base64.b64encode(b"hidden").decode(),
            "a. hidden",
        ),
        (
            "Subject: a\nContent-Type: text/plain; charset=no-such-thing\n\nbody",
            "a. body",
        ),
        (
            "Subject: a\nContent-Type: multipart/alternative; boundary=B\n\n"
            "--B\nContent-Type: text/html\n\n<p>page</p>\n"
            "--B\nContent-Type: text/plain\n\nplain\n--B--\n",
            "a. plain",
        ),
        ("Subject: a\nContent-Type: image/png\n\nxyz", "a."),
    ],
)
def test_readable(source, text):
    assert readable(source) == text


def test_missing_corpus_names_the_command(tmp_path):
    with pytest.raises(DataError, match="run `make mail`"):
        load_mail(tmp_path)


def test_other_corpus_is_refused(tmp_path):
    (tmp_path / "spam-1").mkdir()
    (tmp_path / "spam-1" / "1.json").write_text(json.dumps({"text": "Subject: a\n\nb"}))
    with pytest.raises(DataError, match="differ from the published ones"):
        load_mail(tmp_path)
