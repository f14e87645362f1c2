"""Feedback pages run nothing, ask for nothing, and show what is honest."""

import base64
import io
import json
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode, v4
from nbgrader.apps import NbGrader
from nbgrader.server_extensions.formgrader import handlers
from PIL import Image
from playwright.sync_api import Page, Route
from traitlets.config import Application

from course_utils.grading.feedback import markdown, outputs
from course_utils.grading.feedback import page as pages
from course_utils.grading.feedback.hidden import hidden_rows, masked, shown
from course_utils.grading.feedback.page import FeedbackExporter
from course_utils.grading.feedback.submission import InertSubmission
from course_utils.grading.feedback.text import plain
from tests.browser.conftest import (  # noqa: F401
    browser_context_args,
    browser_type_launch_args,
)
from tests.commands.demo import ROOT
from tests.grading import classroom

pytestmark = pytest.mark.browser
RUN = "window.ran=1;fetch('http://127.0.0.1:9/x')"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUN}\"/>"
FAR = "http://127.0.0.1:9/x"


@pytest.fixture(scope="module", autouse=True)
def no_running_loop():
    """Here a page is tested: Playwright keeps its loop."""


def png() -> str:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def display(**data: str) -> NotebookNode:
    given = {name.replace("__", "+").replace("_", "/"): v for name, v in data.items()}
    return v4.new_output("display_data", data=given)


TEXTS = {
    "script": f"<script>{RUN}</script> honest",
    "handler": f'<img src=x onerror="{RUN}"> honest',
    "javascript": f"honest [a](javascript:{RUN}) <a href='java\nscript:{RUN}'>b</a>",
    "data link": f"honest [a](data:text/html;base64,{png()})",
    "refresh": f'<meta http-equiv="refresh" content="0;url={FAR}"> honest',
    "base": f'<base href="{FAR}"> honest [a](#x)',
    "style": f"<style>*{{background:url({FAR})}}</style> honest",
    "css": f'<p style="background:url({FAR})">honest</p>',
    "picture": f"honest ![a]({FAR})",
    "svg": f"honest {SVG}",
    "svg picture": f"honest ![a](data:image/svg+xml,{SVG})",
    "frame": f'honest <iframe srcdoc="<script>{RUN}</script>"></iframe>',
    "form": f'honest <form action="{FAR}"><button autofocus>x</button></form>',
    "formula": rf"honest $\text{{<img src={FAR}>}}$ $\href{{javascript:{RUN}}}{{x}}$",
    "attachment": "honest ![a](attachment:a.svg) ![b](attachment:b.png)",
}
OUTPUTS = {
    "html": display(text_html=f"<script>{RUN}</script>", text_plain="honest"),
    "javascript": display(application_javascript=RUN, text_plain="honest"),
    "svg": display(image_svg__xml=SVG, text_plain="honest"),
    "markdown": display(text_markdown=f"<img src={FAR}>", text_plain="honest"),
    "latex": display(text_latex=rf"\href{{{FAR}}}{{x}}", text_plain="honest"),
    "false png": display(image_png='x" onerror="' + RUN, text_plain="honest"),
    "stream": v4.new_output("stream", text=f"honest <script>{RUN}</script>"),
    "ansi": v4.new_output(
        "stream", text=f"\x1b]8;;{FAR}\x07honest\x1b[8m<img src={FAR}>\x1b[0m"
    ),
    "error": v4.new_output(
        "error",
        ename=f"<img src={FAR}>",
        evalue=f"honest <script>{RUN}</script>",
        traceback=[f"\x1b[31m<script>{RUN}</script>\x1b[0m"],
    ),
}


def attached(text: str) -> NotebookNode:
    cell = v4.new_markdown_cell(text)
    cell.attachments = {
        "a.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()},
        "b.png": {'image/png" onerror="' + RUN: png()},
    }
    return cell


def exported(*cells: NotebookNode) -> str:
    return FeedbackExporter().from_notebook_node(v4.new_notebook(cells=list(cells)))[0]


def seen(page: Page, html: str) -> tuple[str, list[str], bool]:
    """(text, requests, whether a script ran) of a page in a browser."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html)
    page.wait_for_timeout(100)
    asked = [url for url in asked if not url.startswith(("data:image/png", "about:"))]
    return page.inner_text("body"), asked, page.evaluate("'ran' in window")


def without_policy(html: str) -> str:
    """Each defence has to hold alone: the page without its policy."""
    start = html.index('<meta http-equiv="Content-Security-Policy"')
    return html[:start] + html[html.index(">", start) + 1 :]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("comment", [False, True])
def test_no_text_runs_or_asks(page: Page, name: str, comment: bool):
    cell = attached("own" if comment else TEXTS[name])
    if comment:
        about = {"grade_id": "a", "solution": True, "comment": TEXTS[name]}
        cell.metadata.nbgrader = about
    text, asked, ran = seen(page, without_policy(exported(cell)))
    assert "honest" in text
    assert (asked, ran) == ([], False)
    assert (
        page.locator("main :is(script, img, iframe, form, base, meta, svg)").count()
        == 0
    )


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_output_runs_or_asks(page: Page, name: str):
    cell = v4.new_code_cell("1", outputs=[OUTPUTS[name]])
    text, asked, ran = seen(page, without_policy(exported(cell)))
    assert "honest" in text
    assert (asked, ran) == ([], False)


def test_without_the_sanitiser_the_same_payload_runs(page: Page, monkeypatch):
    monkeypatch.setattr(markdown.Cleaner, "clean", lambda self, html: html)
    html = exported(v4.new_markdown_cell(TEXTS["script"]))
    assert seen(page, without_policy(html))[2]


def test_the_policy_alone_stops_it_too(page: Page, monkeypatch):
    monkeypatch.setattr(markdown.Cleaner, "clean", lambda self, html: html)
    cells = [v4.new_markdown_cell(TEXTS[name]) for name in ("script", "handler", "css")]
    assert seen(page, exported(*cells))[1:] == ([], False)


def test_a_sound_picture_and_a_formula_are_shown(page: Page):
    cells = [
        v4.new_markdown_cell("$x^2$"),
        v4.new_code_cell("1", outputs=[display(image_png=png(), text_plain="<Fig>")]),
    ]
    seen(page, exported(*cells))
    assert page.locator("math msup").count() == 1
    assert page.locator("img").evaluate("i => [i.naturalWidth, i.alt]") == [2, "<Fig>"]


def test_links_tell_nothing_of_the_page():
    html = markdown.markdown("[a](https://example.org)")
    assert 'rel="noopener noreferrer nofollow"' in html


def test_what_is_cut_is_said():
    long = v4.new_output("stream", text="a" * 30_000)
    assert "10,000 of 30,000 characters are not shown" in outputs.inert([long])
    assert "1 more outputs are not shown" in outputs.inert([long] * 51)


def test_a_long_row_is_read_once():
    """Read from each of its characters anew, it would take days."""
    assert plain("x" * 5_000_000) == "x" * 5_000_000
    assert plain("written over\rkept\r\nnext") == "kept\nnext"


def test_a_full_page_says_so(monkeypatch):
    monkeypatch.setattr(pages, "MOST", 100)
    assert "the page is full" in exported(v4.new_markdown_cell("a " * 200))


def test_hidden_tests_are_left_out_wherever_they_stand():
    source = classroom.HIDDEN
    error = v4.new_output(
        "error", ename="AssertionError", evalue="no", traceback=["assert square(-2)"]
    )
    stolen = v4.new_output("stream", text="> assert square(-2) == 4\nkept")
    html = exported(
        v4.new_code_cell(source, outputs=[error]),
        v4.new_code_cell("print()", outputs=[stolen]),
    )
    assert "square(-2)" not in html
    assert all(word in html for word in ("square(0)", "AssertionError: no", "kept"))
    assert shown(source) == "assert square(0) == 0\n"
    assert masked("assert square(-2) == 4", hidden_rows([source])).startswith("(a row")


def test_what_the_form_grader_gets_is_inert():
    cells = [v4.new_code_cell("1", outputs=list(OUTPUTS.values())), attached("a")]
    cells[1].metadata.nbgrader = {"grade_id": '"><script>', "grade": True}
    book, _ = InertSubmission().preprocess(v4.new_notebook(cells=cells), {})
    assert {output.output_type for output in book.cells[0].outputs} == {"stream"}
    assert book.cells[1].metadata == {}


def form_graded(cells: list[NotebookNode]) -> str:
    """The page of form grader's own exporter, with the course's settings."""
    app = NbGrader()
    Application.load_config_file(app, "nbgrader_config", path=[str(ROOT)])
    settings = app.config
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    about = {"base_url": "", "index": 0, "total": 1, "submission_id": "s"}
    book = v4.new_notebook(cells=cells)
    return HTMLExporter(config=settings).from_notebook_node(book, about)[0]


def test_the_form_grader_runs_its_own_scripts_alone(page: Page):
    texts = [attached(text) for text in TEXTS.values()]
    for number, cell in enumerate(texts):
        about = {"grade_id": f"a{number}", "grade": True, "solution": True}
        cell.metadata.nbgrader = {**about, "points": 1}
    cells = [*texts, v4.new_code_cell("1", outputs=list(OUTPUTS.values()))]
    html, asked, said = form_graded(cells), [], []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        asked.append(route.request.url)
        file = Path(handlers.static_path, path.removeprefix("/formgrader/static/"))
        if path == "/":
            route.fulfill(body=html, content_type="text/html")
        elif path.startswith("/formgrader/static/"):
            route.fulfill(path=file)
        else:
            route.fulfill(body="[]", content_type="application/json")

    page.on("console", lambda message: said.append(message.text))
    page.route("**/*", answer)
    page.goto("http://127.0.0.1:9/")
    page.wait_for_timeout(500)
    paths = {urlsplit(url).path for url in asked if not url.startswith("data:")}
    assert all(p == "/" or p.startswith("/formgrader/") for p in paths), paths
    assert not page.evaluate("'ran' in window")
    assert page.evaluate("typeof toggle_name") == "function"
    assert [text for text in said if "Content Security" in text] == []
    page.locator("span.name-hidden").first.evaluate("e => e.click()")
    assert [text for text in said if "Content Security" in text] == []
    assert page.locator("textarea.comment").count() == len(texts)


def test_nbgraders_own_command_makes_such_a_page(tmp_path: Path, page: Page):
    settings = "from course_utils.grading.feedback import use_inert_pages"
    config = f"{classroom.CONFIG}{settings}\nuse_inert_pages(c)\n"
    root = classroom.make_course(tmp_path / "course", config)
    answers = {**classroom.RIGHT, "square": classroom.WRONG["square"]}
    answers["why"] = TEXTS["script"]
    classroom.hand_in(root, "ann", answers)
    classroom.step(root, "autograde", classroom.NAME, "ann")
    database = root / "gradebook.db"
    classroom.give_by_hand(database, "ann", "why", comment=TEXTS["handler"])
    with sqlite3.connect(database) as db:
        db.execute("CREATE TABLE course_grading (assignment, student, facts)")
        facts = json.dumps({"notes": ["A cell <b> was put back."]})
        row = (classroom.NAME, "ann", facts)
        db.execute("INSERT INTO course_grading VALUES (?, ?, ?)", row)
    classroom.step(root, "generate_feedback", classroom.NAME, "ann")
    html = (root / "feedback" / "ann" / classroom.NAME / "p1.html").read_text()
    text, asked, ran = seen(page, html)
    assert (asked, ran) == ([], False)
    assert "square(-2)" not in html
    assert "A cell <b> was put back." in text
    assert "Content-Security-Policy" in html
    book = nbformat.read(
        root / "autograded" / "ann" / classroom.NAME / "p1.ipynb", as_version=4
    )
    assert len(book.cells) == page.locator("main > section").count()
