"""Brands: colours that can be read, logos that only show something, pages that stay whole."""

import colorsys
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from salesreport.brand import (
    DARK_PANEL,
    LARGEST_EMBEDDED,
    PANEL,
    PLAIN,
    Brand,
    Look,
    contrast,
    darker,
    lighter,
    look_of,
)
from salesreport.documents.pictures import logo_of
from salesreport.errors import ConfigError
from salesreport.report.dressed import dressed

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">{}</svg>'
PAGE = '<!DOCTYPE html><html><head><title>x</title></head><body><main class="index"><p>y</p></main></body></html>'


# --- colours


def wcag(one: str, other: str) -> float:
    """The contrast by the formula of WCAG 2.1, written down once more."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            (part / 12.92) if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def hue(colour: str) -> float:
    """Where a colour lies on the wheel, 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)[0]


COLOURS = ["#ff9900", "#ffff00", "#00c8ff", "#7a1f5c", "#0b5fa5", "#ff0000", "#808080", "#000000", "#ffffff"]


@pytest.mark.parametrize("colour", COLOURS)
def test_the_nearest_shade_can_be_read_and_one_step_less_cannot(colour: str) -> None:
    for towards, ground in ((darker, PANEL), (lighter, DARK_PANEL)):
        found = towards(colour, ground)
        assert wcag(found, ground) >= 4.5
        assert contrast(found, ground) == pytest.approx(wcag(found, ground), rel=1e-3)
        if wcag(colour, ground) >= 4.5:
            assert found == colour
        else:
            assert wcag(found, ground) < 4.9  # hundredths of black or white, no more than needed
            hues = [hue(one) for one in (colour, found)]
            assert hues[0] == pytest.approx(hues[1], abs=0.03)


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can() -> None:
    for setting, value, ground in (("accent", "#ff9900", PANEL), ("accent_dark", "#333333", DARK_PANEL)):
        with pytest.raises(ValidationError) as caught:
            Brand.model_validate({setting: value})
        proposed = re.search(r"#[0-9a-f]{6}", str(caught.value.errors()[0]["ctx"]["error"].expected))
        assert proposed is not None
        assert wcag(proposed[0], ground) >= 4.5
        assert getattr(Brand.model_validate({setting: proposed[0]}), setting) == proposed[0]


# --- logos


def logo(folder: Path, content: str) -> Look:
    (folder / "logo.svg").write_text(content, encoding="utf-8")
    return look_of(Brand(name="Lumina", logo="logo.svg"), folder / "logo.svg")


@pytest.mark.parametrize(
    "inside",
    [
        '<rect width="9" height="9" style="fill:url(#shade)"/>',
        '<defs><linearGradient id="shade"><stop offset="1"/></linearGradient></defs><use href="#shade"/>',
        "<style>.a{fill:red}</style><text>Lumina &amp; Co</text>",
        '<n:view xmlns:n="http://example.org/drawing" n:zoom="1"/><path d="M0 0"/>',
    ],
)
def test_an_svg_of_shapes_is_a_logo_and_a_picture_for_office(inside: str, tmp_path: Path) -> None:
    look = logo(tmp_path, SVG.format(inside))
    assert look.logo_type == "svg"
    assert look.data_uri.startswith("data:image/svg+xml;base64,")
    picture = logo_of(look)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (SVG.format("<script>1</script>"), "<script>"),
        (SVG.format('<rect onclick="x"/>'), "onclick="),
        (SVG.format('<a href="#x"><rect/></a>'), "<a>"),
        (SVG.format('<image href="logo.png"/>'), "<image>"),
        (SVG.format('<use href="other.svg#x"/>'), "href="),
        (SVG.format('<rect style="fill:url(other.svg)"/>'), "style="),
        (SVG.format("<style>@import 'x.css';</style>"), "<style>"),
        (SVG.format("<foreignObject/>"), "<foreignObject>"),
        ("<!DOCTYPE svg>" + SVG.format(""), "<!DOCTYPE>"),
        (SVG.format("<rect>"), "mismatched tag"),
    ],
)
def test_an_svg_that_is_more_than_shapes_is_refused(content: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        logo(tmp_path, content)
    assert "more than shapes" in str(caught.value)
    assert found in str(caught.value.found)


def test_a_large_picture_is_made_smaller_for_pages(tmp_path: Path) -> None:
    from PIL import Image

    Image.effect_noise((1600, 400), 90).save(tmp_path / "logo.png")
    assert (tmp_path / "logo.png").stat().st_size > LARGEST_EMBEDDED
    look = look_of(Brand(logo="x"), tmp_path / "logo.png")
    assert look.logo is not None
    assert len(look.logo) < (tmp_path / "logo.png").stat().st_size / 4


# --- pages


def test_a_page_without_a_brand_stays_as_it_is() -> None:
    assert dressed(PAGE, PLAIN) == PAGE


def test_a_page_in_a_brand_and_nothing_of_it_is_markup() -> None:
    hostile = '</style><script>alert("1")</script>'
    look = Look("Lumina <b>", "#7a1f5c", b"\x89PNG", "#d9a5c7", f"Foot {hostile}", f"Only {hostile}")
    page = dressed(PAGE, look)
    assert "--accent:#7a1f5c" in page
    assert page.count("--accent:#d9a5c7") == 1
    assert "<script" not in page
    assert page.count("</style>") == 1
    assert "&lt;/style&gt;&lt;script&gt;" in page
    assert 'alt="Lumina &lt;b&gt;"' in page
    assert page.rindex("brand-foot") > page.index("<p>y</p>") > page.index('class="salesreport brand"')
    assert page.endswith("</main></body></html>")


def test_a_colour_without_quotes_is_said_to_be_none() -> None:
    with pytest.raises(ValidationError) as caught:
        Brand.model_validate({"accent": None})  # what YAML reads of `accent: #7a1f5c`
    assert "in quotes" in str(caught.value.errors()[0]["ctx"]["error"].expected)
