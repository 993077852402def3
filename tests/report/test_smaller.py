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
    assert f'<path d="M0 0" class="{name}"' in made


def test_what_cuts_a_picture_off_is_said_with_its_style() -> None:
    page = "<style></style>" + 3 * '<use x="1" style="fill: red" clip-path="url(#a-0)" />\n'
    made = smaller(page)
    assert made.count('<use x="1" class="_0" />') == 3
    assert "._0{fill: red; clip-path: url(#a-0)}" in made


def test_lines_of_one_class_are_one_line() -> None:
    lines = "\n".join(
        f'<path d="M {n} 0 L {n} 9 " style="fill: none; stroke: red; stroke-width: 2" />' for n in range(4)
    )
    made = smaller(f"<style></style>{lines}")
    assert made.endswith('<path d="M0 0L0 9M1 0L1 9M2 0L2 9M3 0L3 9" class="_0" />')


def test_what_is_rare_or_has_a_class_keeps_its_style() -> None:
    page = f'<style></style><a style="{STYLE}"/><b class="x" style="{STYLE}"/><b class="x" style="{STYLE}"/>'
    assert smaller(page).count("style=") == 3


def test_texts_from_data_are_left_alone() -> None:
    text = '&lt;p style="color: red; color: red; color: red"&gt; style="color: red; color: red"'
    page = "<style></style>" + 3 * f"<p>{text}</p>"
    assert smaller(page) == page
