"""A finished page in a brand: colours, logo and name at the head, what stands on each page and at the end.

A pack's folder has no brand, only pages in one. What a brand put in can be found again (`Dress.of`) by whoever
knows the page without it, so that another page can be dressed alike.
"""

import html
import re
from typing import NamedTuple

from salesreport.brand import DARK_PANEL, Look, mixed, tint
from salesreport.drawing.palette import ACCENT
from salesreport.report.page import css_string

_MAIN = re.compile(r"<main[^>]*>")


class _Parts(NamedTuple):
    """A page in four parts: up to the end of its head, from there to what it shows, that, and the rest."""

    head: str
    between: str
    shown: str
    end: str


class Dress(NamedTuple):
    """What was put in: at the end of the head, before what the page shows, and after it."""

    style: str
    before: str
    after: str

    @classmethod
    def of(cls, plain: str, page: str) -> "Dress | None":
        """What a page has beyond the plain one; None where it differs in anything else.

        Examples:
            >>> plain = "<head></head><main>x</main>"
            >>> Dress.of(plain, "<head><style></style></head><main>A x</main>")
            Dress(style='<style></style>', before='A ', after='')
            >>> Dress.of(plain, "<head></head><main>y</main>")
        """
        one, other = _parts(plain), _parts(page)
        if one is None or other is None or not other.head.startswith(one.head):
            return None
        before, found, after = other.shown.partition(one.shown)
        if not found or (one.between, one.end) != (other.between, other.end):
            return None
        return cls(other.head[len(one.head) :], before, after)

    def put_on(self, plain: str) -> str:
        """A page dressed alike.

        Examples:
            >>> Dress("<style></style>", "A ", "").put_on("<head></head><main>y</main>")
            '<head><style></style></head><main>A y</main>'
        """
        one = _parts(plain)
        if one is None:
            return plain
        return one.head + self.style + one.between + self.before + one.shown + self.after + one.end


def _parts(page: str) -> _Parts | None:
    found = _MAIN.search(page)
    head, end = page.find("</head>"), page.rfind("</main>")
    if found is None or not 0 <= head < found.start() < found.end() <= end:
        return None
    return _Parts(page[:head], page[head : found.end()], page[found.end() : end], page[end:])


def dressed(page: str, look: Look) -> str:
    """A page in a brand; without one it stays as it is.

    Args:
        page: a whole HTML document, as reports and indexes are. look: the brand.
    """
    if look.is_plain:
        return page
    return Dress(f"<style>{_css(look)}</style>\n", _head(look), _foot(look)).put_on(page)


def _css(look: Look) -> str:
    dark = f"--accent:{look.on_dark};--accent-soft:{mixed(look.on_dark, DARK_PANEL, 0.25)}"
    light = f"--accent:{look.accent};--accent-soft:{tint(look.accent, 0.2)}"
    rules = [
        ".brand{display:flex;justify-content:space-between;align-items:center;gap:1rem;margin-bottom:.8rem}"
        ".brand p{margin:0}.brand img{height:2.2rem;max-width:12rem;object-fit:contain}"
        ".brand-foot{border-top:1px solid var(--line);padding-top:.5rem}"
        "@media (prefers-color-scheme:dark){.brand img{background:#fff;padding:.25rem;border-radius:4px}}"
        "@media print{.brand img{padding:0;height:9mm}}"
    ]
    if look.accent != ACCENT or look.accent_dark:
        rules.append(
            f".salesreport,.sr-page{{{light}}}"
            f"@media (prefers-color-scheme:dark){{.sr-page,.sr-page .salesreport{{{dark}}}}}"
            f"@media print{{.sr-page,.sr-page .salesreport{{{light}}}}}"
        )
    if look.confidential:
        said = css_string(look.confidential)
        style = "font:8pt system-ui,sans-serif;color:#444"
        rules.append(f'@media print{{@page{{@bottom-center{{content:"{said}";{style}}}}}}}')
    return "".join(rules)


def _head(look: Look) -> str:
    said = " · ".join(html.escape(one) for one in (look.name, look.confidential) if one)
    logo = f'<img src="{look.data_uri}" alt="{html.escape(look.name)}">' if look.logo is not None else ""
    return f'<div class="salesreport brand"><p class="kicker">{said}</p>{logo}</div>' if said or logo else ""


def _foot(look: Look) -> str:
    if not look.footer:
        return ""
    return f'<div class="salesreport brand-foot"><p class="kicker">{html.escape(look.footer)}</p></div>'
