"""A page made smaller looks the same."""

import re

import lxml.html

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
    assert made.endswith('<path d="M0 0V9M1 0V9M2 0V9M3 0V9" class="_0" />')


def test_what_is_rare_or_has_a_class_keeps_its_style() -> None:
    page = f'<style></style><a style="{STYLE}"/><b class="x" style="{STYLE}"/><b class="x" style="{STYLE}"/>'
    assert smaller(page).count("style=") == 3


def test_texts_from_data_are_left_alone() -> None:
    text = '&lt;p style="color: red; color: red; color: red"&gt; style="color: red; color: red"'
    page = "<style></style>" + 3 * f"<p>{text}</p>"
    assert smaller(page) == page


def test_a_course_ends_where_it_did() -> None:
    course = "M 1 2.0 L 3.5 2.0 L 3.5 -4 L 7 -5.10 C 1 2 3 4 5.0 6 L 5.0 9 z L 5.0 9"
    made = re.search(r' d="([^"]*)"', smaller(f'<style></style><path d="{course}"/>'))
    assert made is not None
    assert made[1] == "M1 2H3.5V-4L7-5.10C1 2 3 4 5 6V9zL5 9"


def test_only_rules_that_the_page_has_no_use_for_go() -> None:
    sheet = (
        "p {a: 1}\n.used, .not {b: 2}\n.not p {c: 3}\n@media print {\n  .not {d: 4}\n  .used {e: 5}\n}\n"
        '.used:is(.not, :nth-child(1)) {f: 6}\n[data-x="y"] .used {g: 7}\n'
    )
    made = smaller(f'<style>{sheet}</style><p class="used other">.not {{c: 3}} not</p>')
    kept, page = made.split("</style>")
    assert [letter for letter in "abcdefg" if f"{{{letter}:" in kept] == ["a", "b", "e", "f"]
    assert kept.count("{") == kept.count("}")
    assert page == '<p class="used other">.not {c: 3} not</p>'


def test_groups_that_say_nothing_go_in_pairs() -> None:
    page = '<style></style><svg><g>\n<g id="a">\n<g>\n<path d="M0 0" /></g></g></g><defs>\n</defs></svg>'
    assert smaller(page) == '<style></style><svg>\n<g id="a">\n<path d="M0 0" /></g></svg>'


def test_a_table_without_its_idle_ends_is_the_same_table() -> None:
    table = (
        '<table><thead><tr><th scope="col">A</th>\n<th>B</th></tr></thead>\n'
        "<tbody><tr><th>1 &lt;/td&gt;</th><td>2</td></tr>\n<tr><th>3</th><td></td></tr></tbody></table>"
    )
    made = smaller(f"<style></style>{table}")
    assert not re.search("</t[dr]>", made)
    rows = [[cell.text_content().strip() for cell in row] for row in lxml.html.fromstring(made).iter("tr")]
    assert rows == [["A", "B"], ["1 </td>", "2"], ["3", ""]]
