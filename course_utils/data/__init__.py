"""Labelled texts: real spam, generated sarcasm, a table of one's own."""

from course_utils.data.mail import load_mail
from course_utils.data.sarcasm import sarcasm
from course_utils.data.spam import load_spam, spam_file
from course_utils.data.table import read_csv
from course_utils.data.texts import DataError, Splits, Texts, deduplicate, split

__all__ = [
    "DataError",
    "Splits",
    "Texts",
    "deduplicate",
    "load_mail",
    "load_spam",
    "read_csv",
    "sarcasm",
    "spam_file",
    "split",
]
