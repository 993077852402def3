"""The one form that each meaning has in every chart, the key that explains it, and names that leave room."""

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from salesreport.language.readable import brief
from salesreport.report.canvas import text_width
from salesreport.report.chart import ACCENT, FAINT, INK, MUTED, PAPER, PEERS


def form_key(axes: Axes, entries: Sequence[tuple[str, str]], left: bool = False) -> None:
    """Say what the forms mean, at the right end of the drawing's upper edge or at its left; (form, text) each."""
    if not entries:
        return
    axes.legend(
        handles=[FORMS[form](text) for form, text in entries],
        loc="lower left" if left else "lower right",
        bbox_to_anchor=(0.0, 1.0) if left else (1.0, 1.0),
        **KEY,
    )


KEY: dict[str, Any] = {
    "borderaxespad": 0,
    "ncols": 3,
    "frameon": False,
    "fontsize": 8,
    "labelcolor": MUTED,
    "handlelength": 0.9,
    "handletextpad": 0.4,
    "columnspacing": 1.2,
}
"""How every key looks: a line of small marks."""


def _mark(**style: Any) -> Callable[[str], Line2D]:
    return lambda text: Line2D([], [], linestyle="none", label=text, **style)


FORMS = {
    "value": _mark(marker="o", color=ACCENT, markersize=6),
    "before": _mark(marker="o", color=PAPER, markeredgecolor=FAINT, markersize=6),
    "plan": _mark(marker="|", color=INK, markersize=9, markeredgewidth=1.4),
    "tick": _mark(marker="|", color=FAINT, markersize=9, markeredgewidth=3),
    "solid": _mark(marker="s", color=ACCENT, markersize=6),
    "hollow": _mark(marker="s", color=PAPER, markeredgecolor=FAINT, markersize=6),
    "band": _mark(marker="s", color=PEERS, markersize=7),
    "middle": _mark(marker="o", color=PAPER, markeredgecolor=ACCENT, markersize=6),
}
"""The one form that each meaning has."""


def short_name(name: str, longest: int = 26) -> str:
    """A label that leaves room for the chart."""
    return brief(name, longest)


def name_width(name: str) -> float:
    """Inches that a row's name or text takes."""
    return text_width(short_name(name))
