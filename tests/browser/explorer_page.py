"""A widget on an empty page: its traits, its script, no JupyterLab and no kernel."""

import base64
import json

from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

# The part of a widget model that widgets use. Bytes arrive as in JupyterLab, where they
# may lie unaligned in a larger buffer.
PAGE = """
<!doctype html><meta charset="utf-8"><style>{css}</style>
<body><div id="place"></div>
<script type="module">
const state = {state};
for (const [name, text] of Object.entries({packed})) {{
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  state[name] = new DataView(shifted.buffer, 1);
}}
const listeners = new Set();
const model = {{
  get: (name) => state[name],
  set: (values) => {{ Object.assign(state, values); listeners.forEach((f) => f()); }},
  save_changes() {{}},
  on: (name, listener) => listeners.add(listener),
  off: (name, listener) => listeners.delete(listener),
}};
const source = {esm};
const module = await import(URL.createObjectURL(
  new Blob([source], {{ type: "text/javascript" }})));
const stop = module.default.render({{ model, el: document.getElementById("place") }});
window.widget_state = () => state;
window.stop_widget = () => {{ stop(); return listeners.size; }};
</script>
"""


def show(page: Page, widget: AnyWidget) -> Locator:
    """The widget, rendered on an empty page from its traits alone."""
    given = widget.get_state()
    own = {n: v for n, v in given.items() if n in widget.trait_names() and n[0] != "_"}
    packed = {
        name: base64.b64encode(value).decode()
        for name, value in own.items()
        if isinstance(value, bytes)
    }
    state = {n: v for n, v in own.items() if isinstance(v, str | int | float | list)}
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        PAGE.format(
            css=widget._css,
            state=json.dumps(state),
            packed=json.dumps(packed),
            esm=json.dumps(widget._esm),
        )
    )
    root = page.locator("#place > *")
    expect(root).to_be_visible()
    assert problems == []
    return root
