"""A page made smaller: what its pictures say again and again is said once, in the page's style sheet."""

import re
from collections import Counter

_FALLBACK = re.compile(r"var\((--[a-z-]+), #[0-9a-f]{6}\)")
"""A colour with what it is where no page says so; a whole page does."""

_STYLED = re.compile(r'(<[a-z]+(?: [^<>]*?)?) style="([^"<>]*)"([^<>]*>)')
"""A tag with a style of its own; what comes from data is escaped and holds no tag."""

FEWEST = 3
"""A style that fewer tags have stays with them."""


def smaller(html: str) -> str:
    """A whole page with shared styles as classes; it looks the same.

    Args:
        html: the page; its first `<style>` element takes the classes.

    Examples:
        >>> page = "<style>p {}</style>" + 3 * '<path style="fill: var(--ink, #1b1f24)"/>'
        >>> smaller(page).count("fill"), smaller(page).count('class="_0"')
        (1, 3)
    """
    html = _FALLBACK.sub(r"var(\1)", html)
    counts = Counter(style for before, style, after in _STYLED.findall(html) if not _has_class(before + after))
    worth = [style for style, n in counts.most_common() if n >= FEWEST and n * len(style) > 40]
    names = {style: f"_{number:x}" for number, style in enumerate(worth)}

    def shared(tag: re.Match[str]) -> str:
        before, style, after = tag.groups()
        if style not in names or _has_class(before + after):
            return tag[0]
        return f'{before} class="{names[style]}"{after}'

    rules = "".join(f".{name}{{{style}}}\n" for style, name in names.items())
    return _STYLED.sub(shared, html).replace("</style>", rules + "</style>", 1)


def _has_class(tag: str) -> bool:
    return " class=" in tag
