"""The explorer on a bare page: no JupyterLab, no kernel, awkward numbers."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.explorer import StateExplorer

# The part of a widget model that the explorer uses.
PAGE = """
<!doctype html><meta charset="utf-8"><style>{css}</style>
<body><div id="place"></div>
<script type="module">
const state = {state};
for (const name of ["values", "near"]) {{
  const bytes = Uint8Array.from(atob(state[name]), (c) => c.charCodeAt(0));
  const shifted = new Uint8Array(bytes.length + 1); // buffers may lie unaligned
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
window.stop_explorer = () => {{ stop(); return listeners.size; }};
</script>
"""


def show(page: Page, explorer: StateExplorer) -> Locator:
    """The explorer, rendered on an empty page from its traits alone."""
    state = {
        name: value
        for name, value in explorer.get_state().items()
        if name in explorer.trait_names() and not name.startswith("_")
    }
    for name in ("values", "near"):
        state[name] = base64.b64encode(state[name]).decode()
    state = {name: v for name, v in state.items() if isinstance(v, str | int | list)}
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        PAGE.format(
            css=explorer._css, state=json.dumps(state), esm=json.dumps(explorer._esm)
        )
    )
    root = page.locator(".state-explorer")
    expect(root).to_be_visible()
    assert problems == []
    return root


def states(L: int, T: int, d: int = 16) -> np.ndarray:
    steps = np.random.default_rng(0).normal(size=(L + 1, T, d))
    return steps.cumsum(axis=0)


def test_missing_numbers_are_named_in_words(page: Page, pictures: Path):
    H = states(4, 6)
    H[2, 1] = np.nan  # not finite
    H[3, 4] = 0  # no direction
    root = show(page, StateExplorer(H, list("abcdef"), title="Broken states"))
    words, chart = root.get_by_role("status"), root.get_by_role("application")
    expect(root).to_contain_text("Hatched: there is no number.")
    for keys, says in [
        (
            ["ArrowRight", "ArrowDown", "ArrowDown"],
            "“b” in H[2], after layer 2: no norm",
        ),
        (["2"], "no change by layer 2: a row it needs has length 0 or is not finite"),
        (["ArrowDown"], "“b” in H[3], after layer 3: no change by layer 3"),
        (["3", "End", "ArrowLeft"], "“e” in H[3], after layer 3: no cosine"),
        (["1"], "“e” in H[3], after layer 3: norm = 0.00"),
    ]:
        for key in keys:
            chart.press(key)
        expect(words).to_contain_text(says)
    expect(root).to_contain_text("No other token has a cosine to 4 “e” in H[3].")
    chart.press("2")
    root.screenshot(path=pictures / "explorer-missing.png")


def test_neighbours_are_ranked_by_cosine(page: Page):
    # Angles to token 0 in H[0]: 90, 30, 180 and 60 degrees.
    angles = np.radians([0, 90, 30, 180, 60])
    H = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[None]
    root = show(page, StateExplorer(H, ["zero", "right", "near", "back", "far"]))
    rows = root.get_by_role("listitem").all_inner_texts()
    assert [row.split() for row in rows] == [
        ["2", "near", "0.866"],
        ["4", "far", "0.500"],
        ["1", "right", "0.000"],
        ["3", "back", "-1.000"],
    ]


def test_the_map_is_as_sharp_as_the_screen(page: Page):
    root = show(page, StateExplorer(states(3, 5), list("abcde")))
    ratio = root.get_by_role("application").evaluate(
        "(canvas) => canvas.width / parseFloat(canvas.style.width)"
    )
    assert ratio == page.evaluate("window.devicePixelRatio") == 2


def test_tokens_are_shown_as_text(page: Page):
    root = show(page, StateExplorer(states(1, 2), ["<b>bold</b>", "&amp;"]))
    expect(root.get_by_role("status")).to_contain_text("“<b>bold</b>”")
    expect(root.get_by_role("listitem")).to_contain_text("&amp;")


@pytest.mark.parametrize(("L", "T"), [(0, 1), (12, 256)])
def test_smallest_and_largest_maps_can_be_walked_to_the_end(
    page: Page, L: int, T: int, pictures: Path
):
    root = show(page, StateExplorer(states(L, T), [f"token{t}" for t in range(T)]))
    chart = root.get_by_role("application")
    for key in ["End", *["ArrowDown"] * (L + 1)]:
        chart.press(key)
    words = root.get_by_role("status")
    expect(words).to_contain_text(f"Token {T - 1} “token{T - 1}” in H[{L}]")
    assert root.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    root.screenshot(path=pictures / f"explorer-{T}-tokens.png")


def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(page: Page, pictures: Path):
    page.set_viewport_size({"width": 360, "height": 760})
    root = show(page, StateExplorer(states(6, 17), [f"word{t}" for t in range(17)]))
    expect(root).to_be_visible()
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.screenshot(path=pictures / "explorer-360.png")


def test_a_tap_selects_and_nothing_is_left_behind_when_the_view_goes(page: Page):
    root = show(page, StateExplorer(states(2, 3), list("abc")))
    box = root.get_by_role("application").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + box["height"] - 6)
    expect(root.get_by_role("status")).to_contain_text("Token 2 “c” in H[2]")
    assert page.evaluate("window.stop_explorer()") == 0
