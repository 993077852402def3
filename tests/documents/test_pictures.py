"""Pictures for Office are the report's own SVGs."""

import io

import pytest
from office import section
from PIL import Image

from salesreport.documents.pictures import DOTS_PER_INCH, coloured, picture
from salesreport.drawing import palette


def svg(**changes: object) -> str:
    return str(section(**changes).charts[0].svg())


def test_a_picture_has_the_size_of_the_chart_and_its_words() -> None:
    drawn = picture(svg())
    with Image.open(io.BytesIO(drawn.png)) as opened:
        size, shown = opened.size, opened.convert("RGB")
    # 6.4 × 2.6 inches, as `Chart` has it
    assert (round(drawn.width, 1), round(drawn.height, 1)) == (6.4, 2.6)
    assert size == (round(drawn.width * DOTS_PER_INCH), round(drawn.height * DOTS_PER_INCH))
    assert (drawn.title, drawn.description) == ("Chart of won", "Two bars")
    assert shown.getpixel((0, 0)) == (255, 255, 255)


def test_the_same_svg_gives_the_same_bytes() -> None:
    made = svg()
    first = picture(made).png
    picture.cache_clear()
    assert picture(made).png == first


def test_colours_are_the_light_page_s_with_the_brand_s_accent() -> None:
    assert coloured('style="fill: var(--ink, #1b1f24); stroke: var(--peers)"', "#7a1f5c") == (
        f'style="fill: {palette.INK}; stroke: {palette.PEERS}"'
    )
    assert coloured("var(--accent)", "#7a1f5c") == "#7a1f5c"
    assert coloured("var(--accent-soft)", palette.ACCENT) == palette.ACCENT_SOFT


def test_letters_that_the_font_lacks_do_not_stop_it() -> None:
    made = svg().replace("<path", "<text>中文 ไทย</text><path", 1)
    assert "中文" in made
    assert picture(made).png.startswith(b"\x89PNG")


def test_something_else_is_refused() -> None:
    with pytest.raises(ValueError):
        picture("<p>no picture</p>")
