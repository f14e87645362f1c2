"""What a learner does on a notebook page, for the browser tests."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lab, read_notebook

PATIENCE = 60_000  # milliseconds until a step is given up


class NotebookPage:
    """One notebook, open in JupyterLab, its kernel connected."""

    def __init__(self, page: Page, lab: Lab, path: str) -> None:
        self.page, self.file = page, lab.root / path
        page.set_default_timeout(PATIENCE)
        page.goto(lab.page(f"lab/tree/{path}"))
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """The status bar says that the kernel is connected and idle."""
        status = self.page.locator("#jp-main-statusbar")
        expect(status).to_contain_text("| Idle", timeout=PATIENCE)

    def menu(self, *names: str) -> None:
        """Choose an entry of the menu bar."""
        self.page.get_by_role("menuitem", name=names[0], exact=True).click()
        for name in names[1:]:
            pattern = re.compile(rf"^{re.escape(name)}\b")
            entry = self.page.locator(".lm-Menu-itemLabel", has_text=pattern)
            entry.first.click()

    def run_all(self) -> None:
        """Run every cell and wait until none is waiting."""
        self.menu("Run", "Run All Cells")
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        expect(prompts.last).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)
        expect(prompts.filter(has_text="[*]")).to_have_count(0, timeout=PATIENCE)
        self.wait_until_idle()

    def cell(self, source: str) -> Locator:
        """The code cell that holds a piece of source."""
        return self.page.locator(".jp-CodeCell", has_text=source).first

    def write(self, source: str, answer: str) -> None:
        """Replace the cell that holds `source` by an answer."""
        editor = self.cell(source).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(answer)

    def save(self) -> dict:
        """Press Ctrl+S where the focus is; the notebook as it then lies on disk."""
        before = self.file.stat().st_mtime_ns
        self.page.keyboard.press("ControlOrMeta+s")
        wait_for_change(self.page, self.file, before)
        return read_notebook(self.file)

    def theme(self, name: str) -> None:
        """Switch JupyterLab's theme as its settings menu does."""
        self.menu("Settings", "Theme", name)
        light = "false" if "Dark" in name else "true"
        body = self.page.locator(f"body[data-jp-theme-light='{light}']")
        expect(body).to_be_attached(timeout=PATIENCE)


def wait_for_change(page: Page, file: Path, before: int) -> None:
    """Return when a file has been written."""
    for _ in range(PATIENCE // 50):
        if file.stat().st_mtime_ns != before:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{file.name} was not saved.")


def errors(notebook: dict) -> list[str]:
    """Every error output of a notebook."""
    return [
        f"{cell['id']}: {output['ename']}: {output['evalue']}"
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "error"
    ]
