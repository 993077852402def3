"""A page made smaller, and looking the same: what its pictures say again and again is said once, in its styles.

What means nothing is left out.
"""

import re
from collections import Counter
from functools import lru_cache

_FALLBACK = re.compile(r"var\((--[a-z-]+), #[0-9a-f]{6}\)")
"""A colour with what it is where no page says so; a whole page does."""

_TAG = re.compile(r"<[a-zA-Z]+ [^<>]*>")
"""A tag with attributes; what comes from data is escaped and holds no tag."""

_SAID = re.compile(r' (style|clip-path)="([^"]*)"')
"""Attributes that a class can say instead."""

_PATH = re.compile(r' d="([^"]*)"')
"""The course of a line."""

_RUN = re.compile(r'(<path d="[^"]*)(" class="[^"]*" />)(?:\n<path d="([^"]*)\2)+')
"""Lines of one class, one after the other."""

_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)

_RULE = re.compile(r"([^{}]+)\{[^{}]*\}\n?")
"""A rule of the style sheet, by its selectors."""

_SOME = re.compile(r":(?:is|not|where)\([^()]*(?:\([^()]*\)[^()]*)*\)")
"""Alternatives in a selector, none of which the page must have."""

_CLASS = re.compile(r"[.\[]([A-Za-z][\w-]*)")
"""A class, or an attribute, that a selector wants."""

_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)

_GROUP = re.compile(r"<g>|<g [^<>]*>|</g>|<defs>\s*</defs>")

_ENDS = re.compile(r"</t[hdr]>(?=\s*<(?:t[hdr]\b|/tr>|/thead>|/tbody>))")
"""Ends of cells and rows, which HTML does without where another one begins or the table's part ends."""

_NUMBER = re.compile(r"(-?\d+)\.0+(?!\d)")

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
        >>> smaller('<style></style><path d="M 1 2.0 L 3 2.0 L 4 -4 z"/>')
        '<style></style><path d="M1 2H3L4-4z"/>'
    """
    html = _ENDS.sub("", _PICTURE.sub(lambda found: _picture(found[0]), _FALLBACK.sub(r"var(\1)", html)))
    tags = _TAG.findall(html)
    what = {tag: _said(tag) for tag in dict.fromkeys(tags)}
    counts = Counter(said for tag in tags if (said := what[tag]))
    worth = [said for said, n in counts.most_common() if n >= FEWEST and n * len(said) > 40]
    names = {said: f"_{number:x}" for number, said in enumerate(worth)}

    def shorter(found: re.Match[str]) -> str:
        tag, said = found[0], what[found[0]]
        if ' d="' in tag:
            tag = _PATH.sub(lambda path: f' d="{_course(path[1])}"', tag)
        if said not in names:
            return tag
        first = True

        def name(attribute: re.Match[str]) -> str:
            nonlocal first
            shown, first = f' class="{names[said]}"' if first else "", False
            return shown

        return _SAID.sub(name, tag)

    rules = "".join(f".{name}{{{said}}}\n" for said, name in names.items())
    before, style, after = html.partition("</style>")
    opening, start, sheet = before.rpartition("<style>")
    sheet = _needed(re.sub(r"\n\s+", "\n", _COMMENT.sub("", sheet)), after)
    return opening + start + sheet + rules + style + _RUN.sub(_one_path, _TAG.sub(shorter, after))


def _needed(sheet: str, page: str) -> str:
    """The style sheet without rules for classes and attributes that the page does not have.

    Examples:
        >>> _needed(".a p {x: 1}\\n.b p {x: 2}\\n.a:not(.b) {x: 3}\\n", '<p class="a">')
        '.a p {x: 1}\\n.a:not(.b) {x: 3}\\n'
    """
    has = {name for said in re.findall(r'class="([^"]*)"', page) for name in said.split()}
    tags = set(re.findall(r"<[a-z0-9]+ [^<>]*>", page))
    has |= {name for tag in tags for name in re.findall(r" ([\w-]+)=", tag)}

    def kept(rule: re.Match[str]) -> str:
        return rule[0] if any(wanted <= has for wanted in _wanted(rule[1])) else ""

    return _RULE.sub(kept, sheet)


@lru_cache(maxsize=1024)
def _wanted(selectors: str) -> list[frozenset[str]]:
    """The classes and attributes that each of a rule's selectors wants."""
    return [frozenset(_CLASS.findall(one)) for one in _SOME.sub("", selectors).split(",")]


def _picture(svg: str) -> str:
    """A picture without groups that say nothing and without line breaks between its tags."""
    bare: list[bool] = []

    def group(found: re.Match[str]) -> str:
        if found[0] == "</g>":
            return "" if bare.pop() else found[0]
        if found[0].startswith("<g"):
            bare.append(found[0] == "<g>")
            return "" if bare[-1] else found[0]
        return ""

    return re.sub(r">\s+<", ">\n<", _GROUP.sub(group, svg))


def _one_path(run: re.Match[str]) -> str:
    """Several lines of one class as one."""
    courses = re.findall(r' d="([^"]*)"', run[0])
    return f'<path d="{"".join(courses)}{run[2]}'


def _said(tag: str) -> str:
    """What a class could say of a tag; nothing where it has one, or where its picture's own words are in it."""
    if " class=" in tag:
        return ""
    return "; ".join(value if name == "style" else f"{name}: {value}" for name, value in _SAID.findall(tag))


def _course(path: str) -> str:
    """A line's course as short as it can be said: level and upright parts by where they end, no idle zeros."""
    path = _NUMBER.sub(r"\1", re.sub(r"\s*([A-Za-z])\s*", r"\1", path).strip())
    x = y = ""
    parts = []
    for letter, said in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = said.split()
        if letter == "L" and len(numbers) == 2 and y == numbers[1]:
            parts.append(f"H{numbers[0]}")
        elif letter == "L" and len(numbers) == 2 and x == numbers[0]:
            parts.append(f"V{numbers[1]}")
        else:
            parts.append(letter + " ".join(numbers).replace(" -", "-"))
        x, y = numbers[-2:] if len(numbers) > 1 else ("", "")
    return "".join(parts)
