"""What a learner does on a notebook page, for the browser tests."""

import re

from playwright.sync_api import Page, Response, TimeoutError, expect

from tests.browser.conftest import Lab, read_notebook

PATIENCE = 30_000  # milliseconds until a step is given up


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

    def run_all(self) -> None:
        """Run every cell and wait until none is waiting."""
        choose(self.page, "Run", "Run All Cells")
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        expect(prompts.last).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)
        expect(prompts.filter(has_text="[*]")).to_have_count(0, timeout=PATIENCE)
        self.wait_until_idle()

    def write(self, cell_id: str, answer: str) -> None:
        """Replace the source of one cell by an answer."""
        ids = [cell["id"] for cell in read_notebook(self.file)["cells"]]
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(ids.index(cell_id))
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(answer)

    def save(self) -> dict:
        """Press Ctrl+S where the focus is; the notebook as it then lies on disk.

        A page that is still busy may miss a key, so it is pressed up to three times.
        """
        for last in (False, False, True):
            try:
                with self.page.expect_response(is_saved, timeout=PATIENCE / 3):
                    self.page.keyboard.press("ControlOrMeta+s")
                break
            except TimeoutError:
                if last:
                    raise
        return read_notebook(self.file)

    def theme(self, name: str) -> None:
        """Switch JupyterLab's theme as its settings menu does."""
        choose(self.page, "Settings", "Theme", name)
        light = "false" if "Dark" in name else "true"
        body = self.page.locator(f"body[data-jp-theme-light='{light}']")
        expect(body).to_be_attached(timeout=PATIENCE)


def choose(page: Page, *names: str) -> None:
    """Choose an entry of the menu bar."""
    page.get_by_role("menuitem", name=names[0], exact=True).click()
    for name in names[1:]:
        pattern = re.compile(rf"^{re.escape(name)}\b")
        page.locator(".lm-Menu-itemLabel", has_text=pattern).first.click()


def is_saved(response: Response) -> bool:
    """The server has written a document."""
    return response.request.method == "PUT" and "/api/contents/" in response.url


def errors(notebook: dict) -> list[str]:
    """Every error output of a notebook."""
    return [
        f"{cell['id']}: {output['ename']}: {output['evalue']}"
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "error"
    ]
