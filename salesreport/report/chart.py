"""A chart of a report: what draws it, and what it says to those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from salesreport.drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Chart:
    """A picture that has yet to be drawn, as inline SVG: small, deterministic, accessible, light or dark.

    Attributes:
        key: unique on its page; the ids inside the SVG start with it.
        draw: draws into a drawing; or a figure that somebody drew with matplotlib.
        title: the message of the chart. description: what it shows, for those who cannot see it.
        width, height: in inches at 96 px.
        say: shows each text of a chart of one's own: other reps' names are masked there.
    """

    key: str
    draw: Callable[[Drawing], None] | Figure
    title: str
    description: str
    width: float = 6.4
    height: float = 2.6
    say: Callable[[str], str] | None = None

    @classmethod
    def of(cls, key: str, figure: Figure, title: str, description: str) -> Chart:
        """A figure of one's own, drawn with matplotlib or seaborn inside `own_style`, as a chart of the report.

        Its texts and lines take the page's colours, light or dark: black and near-black become ink, white the
        paper, the palette's colours (`ACCENT`, `PEERS`, …) what the page has for them; others stay as they are.

        Args:
            key: unique on its page. figure: what was drawn. title: its message.
            description: what it shows, for those who cannot see it.
        """
        width, height = figure.get_size_inches()
        return cls(key, figure, title, description, float(width), float(height))

    def drawn(self) -> Drawing:
        """The picture, its shapes in the terms of the data; not of a figure of one's own."""
        assert callable(self.draw)
        drawing = Drawing(self.width, self.height)
        self.draw(drawing)
        return drawing

    def svg(self) -> Markup:
        """Draw it: an `<svg>` element with title and description, ready to stand in HTML."""
        if callable(self.draw):
            return self.drawn().svg(self.key, self.title, self.description)
        from salesreport.report.own_figure import inline  # with matplotlib, which few reports need

        return inline(self.draw, self.key, self.title, self.description, self.say)
