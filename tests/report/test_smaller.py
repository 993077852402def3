"""A page made smaller looks the same."""

import re

from salesreport.report.smaller import smaller

STYLE = "fill: none; stroke: var(--line, #d8dee4); stroke-width: 0.6"


def test_what_is_said_three_times_is_said_once() -> None:
    two = 2 * f'<path style="{STYLE}"/>'
    page = f'<style>p {{}}</style><svg><path d="M 0 0" style="{STYLE}"/>{two}</svg>'
    made = smaller(page)
    (name,) = re.findall(r"\.(_\w+)\{fill: none; stroke: var\(--line\); stroke-width: 0.6\}", made)
    assert made.count(f'class="{name}"') == 3
    assert "style=" not in made
    assert '<path d="M 0 0" class' in made


def test_what_is_rare_or_has_a_class_keeps_its_style() -> None:
    page = f'<style></style><a style="{STYLE}"/><b class="x" style="{STYLE}"/><b class="x" style="{STYLE}"/>'
    assert smaller(page).count("style=") == 3


def test_texts_from_data_are_left_alone() -> None:
    text = '&lt;p style="color: red; color: red; color: red"&gt; style="color: red; color: red"'
    page = "<style></style>" + 3 * f"<p>{text}</p>"
    assert smaller(page) == page
