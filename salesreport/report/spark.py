"""Sparklines: word-sized trends for tiles, as SVG of their own: a whole figure each would be dear."""

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT, PAD = 92, 30, 4


def sparkline(values: Sequence[float], description: str, key: str) -> Markup:
    """A line through the values, above a pale one at zero, with its last point marked; gaps stay gaps.

    Args:
        values: oldest first; NaN where there is none.
        description: what it shows, for those who cannot see it.
        key: unique on the page.

    Returns:
        An `<svg>` element; empty where fewer than two values are known.
    """
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return Markup("")
    # from zero, so that the line falls by as much as its figure does
    low, high = min(*known, 0.0), max(*known, 0.0)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * PAD) / (len(values) - 1)
    points = [
        None
        if math.isnan(value)
        else (PAD + step * place, HEIGHT - PAD - (HEIGHT - 2 * PAD) * (value - low) / span)
        for place, value in enumerate(values)
    ]
    path, drawing = "", False
    for point in points:
        if point is not None:
            path += f"{'L' if drawing else 'M'}{point[0]:.1f} {point[1]:.1f}"
        drawing = point is not None
    last, name = points[-1], escape(f"{key}-title")
    dot = ""
    if last is not None:
        dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.6" style="fill:var(--accent)"/>'
    zero = HEIGHT - PAD + (HEIGHT - 2 * PAD) * low / span
    return Markup(  # noqa: S704 - numbers and escaped texts only
        f'<svg class="spark" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{escape(description)}</title>'
        f'<line x1="{PAD}" x2="{WIDTH - PAD}" y1="{zero:.1f}" y2="{zero:.1f}" style="stroke:var(--line)"/>'
        f'<path d="{path}" style="fill:none;stroke:var(--accent);stroke-width:1.6"/>{dot}</svg>'
    )
