"""A widget that writes answers, on a bare page beside the document of a notebook.

Both are played by a few lines. The model has what the widgets use of Jupyter's: traits
and listeners. The document has what answer_cell.js uses of JupyterLab's: cells with an
id, metadata, a source and a signal.
"""

import json

from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

PAGE = """
<!doctype html><html lang="en"><title>A widget</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>body {{ background: var(--jp-layout-color1, #fff); margin: 8px; }} {theme} {css}
</style><body><main id="place"></main>
<script type="module">
class Cell {{
  constructor([id, source, grade_id]) {{
    Object.assign(this, {{ id, source, grade_id, slots: new Set(), writes: 0 }});
    this.changed = {{
      connect: (slot) => this.slots.add(slot),
      disconnect: (slot) => this.slots.delete(slot),
    }};
  }}
  getMetadata(name) {{
    return name === "nbgrader" && this.grade_id
      ? {{ grade_id: this.grade_id }} : undefined;
  }}
  getSource() {{ return this.source; }}
  setSource(text) {{
    this.source = text;
    this.writes += 1;
    this.slots.forEach((slot) => slot());
  }}
}}
const state = {state}, cells = {cells}?.map((cell) => new Cell(cell));
const listeners = new Map();
const model = {{
  get: (name) => state[name],
  set(name, value) {{
    const values = typeof name === "string" ? {{ [name]: value }} : name;
    for (const [key, value] of Object.entries(values)) {{
      if (JSON.stringify(state[key]) === JSON.stringify(value)) continue;
      state[key] = value;
      listeners.get(`change:${{key}}`)?.forEach((listener) => listener());
    }}
  }},
  save_changes() {{}},
  on: (name, f) => listeners.set(name, (listeners.get(name) ?? new Set()).add(f)),
  off: (name, f) => listeners.get(name).delete(f),
  widget_manager: cells && {{ context: {{ model: {{ sharedModel: {{ cells }} }} }} }},
}};
const blob = new Blob([{esm}], {{ type: "text/javascript" }});
const module = await import(URL.createObjectURL(blob));
const stop = module.default.render({{ model, el: document.getElementById("place") }});
Object.assign(window, {{ model, cells }});
window.left_behind = () => {{
  stop();
  const slots = (cells ?? []).map((cell) => cell.slots.size);
  const heard = [...listeners.values()].map((set) => set.size);
  return [...slots, ...heard].reduce((a, b) => a + b, 0);
}};
</script>
"""
DARK = """:root {
  --jp-layout-color1: #111; --jp-layout-color2: #2a2a2a; --jp-border-color0: #8a8a8a;
  --jp-border-color1: #555; --jp-content-font-color1: #fff; --jp-brand-color1: #64b5f6;
  --jp-content-font-color2: #ccc; --jp-success-color1: #81c784;
  --jp-warn-color1: #ffb74d; color-scheme: dark; }"""


def show(
    page: Page,
    widget: AnyWidget,
    cells: list[tuple[str, str] | tuple[str, str, str]] | None = None,
    theme: str = "",
) -> Locator:
    """The widget, rendered from its traits alone.

    Args:
        cells: (id, source) or (id, source, grade_id) of the notebook's cells; None
            where the document cannot be reached.
        theme: CSS with variables of JupyterLab.
    """
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        PAGE.format(
            css=widget._css,
            theme=theme,
            state=json.dumps(traits(widget)),
            cells=json.dumps(cells),
            esm=json.dumps(widget._esm),
        )
    )
    root = page.locator("#place > *")
    expect(root).to_be_visible()
    assert problems == []
    return root


def traits(widget: AnyWidget) -> dict:
    """What travels to the browser, without anywidget's own."""
    own = {name for name in widget.trait_names() if not name.startswith("_")}
    state = {k: v for k, v in widget.get_state().items() if k in own}
    plain = str | int | list | dict
    return {name: value for name, value in state.items() if isinstance(value, plain)}


def source(page: Page, number: int = 0) -> str:
    """The source of one cell of the document."""
    return page.evaluate("(i) => cells[i].source", number)


def trait(page: Page, name: str):
    """A trait as the browser would send it to Python."""
    return page.evaluate("(name) => model.get(name)", name)
