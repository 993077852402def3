"""A finished page in a brand: colours, logo and name at the head, what stands on each page and at the end."""

import html
import re

from salesreport.brand import ACCENT, DARK_PANEL, Look, mixed, tint
from salesreport.report.page import css_string

_MAIN = re.compile(r"<main[^>]*>")


def dressed(page: str, look: Look) -> str:
    """A page in a brand; without one it stays as it is.

    Args:
        page: a whole HTML document, as reports and indexes are. look: the brand.
    """
    if look.is_plain:
        return page
    page = page.replace("</head>", f"<style>{_css(look)}</style>\n</head>", 1)
    page = _MAIN.sub(lambda found: found[0] + _head(look), page, count=1)
    before, end, after = page.rpartition("</main>")
    return before + _foot(look) + end + after


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
