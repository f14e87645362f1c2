"""Markdown of students, instructors and graders as HTML that is only text."""

import secrets
from html import escape
from typing import Any
from urllib.parse import urlsplit

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_utils.grading.feedback.images import picture
from course_utils.grading.feedback.maths import formula
from course_utils.grading.feedback.text import shorten, visible

LONGEST = 40_000  # characters of one cell
TAGS = set(
    "a abbr b blockquote br code data dd del details div dl dt em h3 h4 h5 h6 hr i kbd "
    "li ol p pre s strong sub summary sup table tbody td th thead tr ul".split()
)
SCHEMES = {"http", "https", "mailto"}
ATTRIBUTES = {"a": ["href"], "abbr": ["title"], "data": ["value"], "ol": ["start"]}


class Links(Filter):
    """Links tell the other side nothing and open nothing of this page."""

    def __iter__(self):
        for token in super().__iter__():
            if token.get("name") == "a" and token["type"] == "StartTag":
                token["data"][(None, "rel")] = "noopener noreferrer nofollow"
            yield token


class Renderer(IPythonRenderer):
    """Formulas and pictures are put aside until all else is sanitised."""

    def __init__(self, attachments: dict[str, Any]):
        super().__init__(escape=False, attachments=attachments)
        self.mark, self.aside = secrets.token_hex(16), []

    def keep(self, html: str) -> str:
        self.aside.append(html)
        return f'<data value="{self.mark}-{len(self.aside) - 1}"></data>'

    def block_math(self, body: str) -> str:
        return self.keep(formula(body, block=True))

    def inline_math(self, body: str) -> str:
        return self.keep(formula(body))

    def latex_environment(self, name: str, body: str) -> str:
        return self.keep(formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", True))

    def heading(self, text: str, level: int, **_attrs: Any) -> str:
        level = min(level + 2, 6)  # below the page's own
        return f"<h{level}>{text}</h{level}>\n"

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        try:
            known = url.startswith("#") or urlsplit(url).scheme in SCHEMES
        except ValueError:
            known = False
        return f'<a href="{escape(url)}">{text}</a>' if known else text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        shown, said = "", "a picture that is not in this page"
        name = url.removeprefix("attachment:")
        if name != url and isinstance(self.attachments.get(name), dict):
            for kind, data in self.attachments[name].items():
                shown, said = picture(str(kind), data, text)
                if shown:
                    break
        elif url.startswith("data:"):
            kind, _, data = url[5:].partition(";base64,")
            shown, said = picture(kind, data, text)
        return self.keep(shown or f"<em>[{escape(text)}: {escape(said)}]</em>")


def markdown(source: object, attachments: object = None) -> str:
    """HTML of a Markdown text: no script, no request, no style.

    >>> markdown("*a* <script>b</script> [c](javascript:d)")
    '<p><em>a</em> b c</p>\\n'
    """
    text, cut = shorten(visible(str(source or "")), LONGEST)
    renderer = Renderer(attachments if isinstance(attachments, dict) else {})
    try:
        raw = MarkdownWithMath(renderer=renderer).render(text)
        cleaner = Cleaner(TAGS, ATTRIBUTES, SCHEMES, strip=True, filters=[Links])
        html = cleaner.clean(raw)
    except Exception:  # nested too deeply, or what the parser cannot read
        html = f"<pre>{escape(text)}</pre>"
    for number, kept in enumerate(renderer.aside):
        html = html.replace(f'<data value="{renderer.mark}-{number}"></data>', kept)
    return html + (f"<p><em>{cut}</em></p>" if cut else "")
