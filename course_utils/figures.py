"""Pictures of arrays: heatmap, lines, bars.

Each function shows one picture with an alternative text and, folded under it,
the same numbers as a table. Colours are safe for colour-blind readers, and
markers or printed numbers say the same. Returns None: a cell shows it once.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.figure_html import show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":")
MOST_TICKS = 40  # names along an axis; of more, every second, third … is written


def heatmap(
    values: Any,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    xticks: Sequence[str] | None = None,
    yticks: Sequence[str] | None = None,
    colorbar: str = "",
    alt: str = "",
    annotate: bool = False,
    diverging: bool = False,
) -> None:
    """A table of numbers as colours, the first row on top.

    Args:
        values: (rows, columns), array or tensor.
        title: the message of the picture.
        xlabel, ylabel: what columns and rows are.
        xticks, yticks: one name a column, one a row; numbers from 0 if None.
        colorbar: what the numbers are, with their unit.
        alt: what the picture shows, for those who do not see it.
        annotate: print each number into its field.
        diverging: white at 0, two colours for the signs.

    Raises:
        ValueError: values are not a table, or names do not fit it.
    """
    table = as_numbers(values, 2)
    rows, columns = table.shape
    xnames, ynames = (
        names_for(xticks, columns, "xticks"),
        names_for(yticks, rows, "yticks"),
    )
    figure, axes = new_figure(min(11, 2.5 + 0.5 * columns), min(11, 1.6 + 0.36 * rows))
    largest = np.nanmax(np.abs(table), initial=0.0) or 1.0
    colours = {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}
    image = axes.imshow(
        table, aspect="auto", **(colours if diverging else {"cmap": "viridis"})
    )
    crowded = max(map(len, xnames)) > 3 and columns > 5
    step, rowstep = 1 + (columns - 1) // MOST_TICKS, 1 + (rows - 1) // MOST_TICKS
    axes.set_xticks(
        range(0, columns, step),
        xnames[::step],
        rotation=60 if crowded else 0,
        ha="right" if crowded else "center",
        rotation_mode="anchor",
    )
    axes.set_yticks(range(0, rows, rowstep), ynames[::rowstep])
    axes.grid(False)
    figure.colorbar(image, ax=axes, label=colorbar, pad=0.02)
    if annotate:
        print_numbers(axes, table, image)
    label(axes, title, xlabel, ylabel)
    show(
        figure,
        alt or title,
        [f"{ylabel} \\ {xlabel}", *xnames],
        [[name, *row] for name, row in zip(ynames, table, strict=True)],
    )


def lines(
    series: Mapping[str, Any],
    x: Sequence[float] | None = None,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str = "",
    spread: Mapping[str, Any] | None = None,
) -> None:
    """One or more curves, each with its marker; a band for its spread.

    Args:
        series: name -> values of one curve, all of one length.
        x: where the values stand; 0, 1, 2, … if None.
        title, xlabel, ylabel, alt: as in `heatmap`.
        spread: name -> half-width of the band around that curve.

    Raises:
        ValueError: there is no curve, the lengths differ, or `spread` has a name
            that no curve has.
    """
    curves = {name: as_numbers(values, 1) for name, values in series.items()}
    bands = {name: as_numbers(half, 1) for name, half in (spread or {}).items()}
    known_names(spread, series)
    length = len(next(iter(curves.values())))
    where = np.arange(length) if x is None else as_numbers(list(x), 1)
    if any(len(c) != len(where) for c in [*curves.values(), *bands.values()]):
        raise ValueError(f"Every curve needs {len(where)} values, one for each x.")
    figure, axes = new_figure(7, 3.6)
    for i, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[i % len(COLOURS)]
        axes.plot(
            where,
            curve,
            color=colour,
            label=name,
            linestyle=DASHES[i % 4],
            marker=MARKERS[i % len(MARKERS)],
            markersize=5,
        )
        if name in bands:
            half = bands[name]
            axes.fill_between(
                where, curve - half, curve + half, color=colour, alpha=0.2
            )
    if len(curves) > 1:
        beside = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
        axes.legend(frameon=False, **(beside if len(curves) > 4 else {}))
    if np.all(where == where.round()) and length <= 25:
        axes.set_xticks(where)
    label(axes, title, xlabel, ylabel)
    head, columns = [xlabel], [where]
    for name, curve in curves.items():
        head, columns = [*head, name], [*columns, curve]
        if name in bands:
            head, columns = [*head, f"± {name}"], [*columns, bands[name]]
    show(figure, alt or title, head, list(zip(*columns, strict=True)))


def bars(
    values: Mapping[str, Any],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str = "",
    spread: Mapping[str, Any] | None = None,
) -> None:
    """One bar a name, its number on top, with an error bar for its spread.

    Args:
        values: name -> height.
        title, xlabel, ylabel, alt: as in `heatmap`.
        spread: name -> half-width of the error bar.

    Raises:
        ValueError: there is no bar, or `spread` has a name that no bar has.
    """
    known_names(spread, values)
    heights = as_numbers([float(v) for v in values.values()], 1)
    halves = [float((spread or {}).get(name, 0.0)) for name in values]
    figure, axes = new_figure(max(4.5, min(11, 1.5 + len(values))), 3.6)
    drawn = axes.bar(
        list(values),
        heights,
        yerr=halves if spread else None,
        capsize=4,
        color=COLOURS[0],
        edgecolor="black",
        linewidth=0.6,
    )
    axes.bar_label(drawn, fmt="%.3g", padding=3)
    axes.margins(y=0.15)
    if max(map(len, values)) > 9:
        axes.tick_params(axis="x", rotation=25)
    label(axes, title, xlabel, ylabel)
    head = [xlabel, ylabel, *(["±"] if spread else [])]
    rows = [
        [name, height, *([half] if spread else [])]
        for name, height, half in zip(values, heights, halves, strict=True)
    ]
    show(figure, alt or title, head, rows)


def as_numbers(values: Any, dimensions: int) -> np.ndarray:
    """An array or tensor as float64 with the given number of axes."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    array = np.asarray(values, dtype=float)
    if array.ndim != dimensions or not array.size:
        kind = "a table (rows, columns)" if dimensions == 2 else "a row of numbers"
        raise ValueError(f"The figure needs {kind}, but got shape {array.shape}.")
    return array


def names_for(names: Sequence[str] | None, count: int, what: str) -> list[str]:
    """One name a row or column."""
    if names is None:
        return [str(i) for i in range(count)]
    if len(names) != count:
        raise ValueError(f"{what} holds {len(names)} names for {count} places.")
    return [str(name) for name in names]


def known_names(spread: Mapping[str, Any] | None, drawn: Mapping[str, Any]) -> None:
    """Something is drawn, and every spread belongs to something drawn."""
    if not drawn:
        raise ValueError("There is nothing to draw: give at least one name and value.")
    if unknown := sorted(set(spread or {}) - set(drawn)):
        raise ValueError(f"spread has {unknown}, but the names are {sorted(drawn)}.")


def new_figure(width: float, height: float) -> "tuple[Figure, Axes]":
    """An empty figure that no global state of matplotlib knows of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    return figure, axes


def label(axes: "Axes", title: str, xlabel: str, ylabel: str) -> None:
    """Title and axis names."""
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", wrap=True)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)


def print_numbers(axes: "Axes", table: np.ndarray, image: Any) -> None:
    """Each number in its field, black or white by the better contrast (WCAG 2)."""
    for (i, j), value in np.ndenumerate(table):
        light = np.array(image.cmap(image.norm(value))[:3]) ** 2.2
        dark = np.isfinite(value) and light @ (0.2126, 0.7152, 0.0722) < 0.18
        axes.text(
            j,
            i,
            f"{value:.2g}",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if dark else "black",
        )
