"""Where a figure lies beside its peers, as a picture of a word's size."""

import math

from markupsafe import Markup, escape

WIDTH, HEIGHT, PAD = 104, 22, 5


def peer_band(
    value: float, interval: tuple[float, float] | None, band: tuple[float, float], description: str, key: str
) -> Markup:
    """The peers' middle half as a grey bar, the figure as a dot, its 95 % interval as a line, on one scale.

    Args:
        value: the figure. interval: its ends, None where it has none. band: ends of the peers' middle half.
        description: what it shows, for those who cannot see it. key: unique on the page.

    Returns:
        An `<svg>` element; empty where the figure is not known.

    Examples:
        >>> "rect" in peer_band(0.4, (0.2, 0.6), (0.3, 0.5), "40% beside 30% to 50%", "rate")
        True
        >>> peer_band(float("nan"), None, (0.3, 0.5), "", "rate")
        Markup('')
    """
    if math.isnan(value):
        return Markup("")
    seen = [value, *band, *(interval or ())]
    low, high = min(seen), max(seen)
    span = (high - low) or 1.0
    middle, name = HEIGHT / 2, escape(f"{key}-title")

    def x(number: float) -> float:
        return PAD + (WIDTH - 2 * PAD) * (number - low) / span

    line = ""
    if interval is not None:
        line = (
            f'<line x1="{x(interval[0]):.1f}" x2="{x(interval[1]):.1f}" y1="{middle}" y2="{middle}" '
            'style="stroke:var(--accent);stroke-width:1.4"/>'
        )
    width = max(x(band[1]) - x(band[0]), 2.0)
    return Markup(  # noqa: S704 - numbers and escaped texts only
        f'<svg class="band" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{escape(description)}</title>'
        f'<rect x="{x(band[0]):.1f}" y="4" width="{width:.1f}" height="{HEIGHT - 8}" rx="2" '
        f'style="fill:var(--peers)"/>'
        f'{line}<circle cx="{x(value):.1f}" cy="{middle}" r="4" style="fill:var(--accent)"/></svg>'
    )
