"""Scripts in pages that a person opens; each carries the mark."""

import nbformat

from tests.attacks.attack import Attack, changed, payload


def shown(name: str, kind: str, text: str):
    return payload(
        f"pages-{name}",
        "from IPython.display import display\n"
        f"display({{{kind!r}: {text!r}}}, raw=True)",
    )


def attachment(place, scene):
    path = place / "p.ipynb"
    book = nbformat.read(path, 4)
    for cell in book.cells:
        if cell.id == "why":
            cell.source = "![x](attachment:x.svg)"
            text = '" onerror="/*@MARK@*/'
            cell.attachments = {"x.svg": {"image/png": scene.fill(text, place)}}
    path.write_text(nbformat.writes(book))


SCRIPT = "<script>/*@MARK@*/</script>"
ATTACKS = [
    shown("html", "text/html", SCRIPT),
    shown("javascript", "application/javascript", "/*@MARK@*/"),
    shown("svg", "image/svg+xml", f"<svg>{SCRIPT}</svg>"),
    shown("handler", "text/html", "<img src=x onerror='/*@MARK@*/'>"),
    shown("frame", "text/html", "<iframe srcdoc='@MARK@'></iframe>"),
    shown("markdown", "text/markdown", SCRIPT),
    shown("latex", "text/latex", f"$x${SCRIPT}"),
    shown("remote", "text/html", "<img src='http://127.0.0.1:9/@MARK@'>"),
    Attack("pages-answer", {"why": SCRIPT}),
    Attack("pages-answer-link", {"why": "<a href='javascript:/*@MARK@*/'>x</a>"}),
    payload("pages-error", f"raise ValueError({SCRIPT!r})"),
    payload("pages-stream", f"print({SCRIPT!r})"),
    changed("pages-attachment", attachment),
]
