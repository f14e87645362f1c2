"""Accuracy against trainable numbers: a panel for each setting."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import TYPE_CHECKING

from course_utils.figure_html import show
from course_utils.figures import COLOURS, MARKERS, label, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS = [*zip(COLOURS, MARKERS, strict=True), ("#000000", "*")]
Runs = Mapping[str, Sequence[float]]  # method -> one accuracy a seed


def accuracy_by_numbers(
    trainable: Mapping[str, int],
    accuracy: Mapping[str, Runs],
    *,
    title: str,
    alt: str,
    lines: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Means with bars of one standard deviation; the horizontal axis is logarithmic.

    Args:
        trainable: method -> how many numbers it trains; at most eight methods.
        accuracy: setting -> method -> one accuracy a seed, two seeds or more. Methods
            that `trainable` lacks are left out.
        title, alt: as in `figures.heatmap`.
        lines: setting -> name -> a level to compare with, drawn dashed.

    Raises:
        ValueError: there is no method, or there are more than marks.

    >>> accuracy_by_numbers({}, {}, title="", alt="")
    Traceback (most recent call last):
    ...
    ValueError: The figure has marks for 1 to 8 methods, but got 0.
    """
    if not 0 < len(trainable) <= len(LOOKS):
        raise ValueError(
            f"The figure has marks for 1 to {len(LOOKS)} methods, but got "
            f"{len(trainable)}."
        )
    down, across = -(-len(accuracy) // 2), min(2, len(accuracy))
    figure, axes = new_figure(10, 1.1 + 3.1 * down)
    axes.remove()
    panels = figure.subplots(down, across, squeeze=False).flat
    rows = []
    for axes, (setting, by_method) in zip(panels, accuracy.items(), strict=False):
        draw_panel(axes, trainable, by_method, (lines or {}).get(setting, {}))
        label(axes, setting, "trainable numbers", "accuracy")
        for method, count in trainable.items():
            runs = list(by_method[method])
            rows.append([f"{setting}, {method}", count, mean(runs), stdev(runs)])
    for axes in panels[len(accuracy) :]:
        axes.remove()
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=8, frameon=False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    show(figure, alt, ["setting, method", "numbers", "mean", "±"], rows)


def draw_panel(
    axes: "Axes",
    trainable: Mapping[str, int],
    by_method: Runs,
    levels: Mapping[str, float],
) -> None:
    """One setting: a mark with its bar a method, a dashed line a level."""
    for (method, count), (colour, marker) in zip(
        trainable.items(), LOOKS, strict=False
    ):
        runs = list(by_method[method])
        look = {"color": colour, "marker": marker, "markersize": 7, "capsize": 3}
        centre, half = mean(runs), stdev(runs)
        bar = [[half], [min(half, 1 - centre)]]  # no accuracy is above 1
        axes.errorbar(count, centre, bar, ls="none", label=method, **look)
    for name, level in levels.items():
        axes.axhline(level, color="#555555", linestyle="--", linewidth=1)
        place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
        axes.annotate(name, (0.99, level), fontsize=8, **place)
    axes.set_xscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
