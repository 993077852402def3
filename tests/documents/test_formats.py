"""Formats and brands: what is wrong is said before anything runs."""

import io
from pathlib import Path

import pytest
from PIL import Image
from pydantic import ValidationError

from salesreport.brand import LARGEST_LOGO, Brand, contrast, look_of, tint
from salesreport.documents import formats
from salesreport.documents.formats import documents_of
from salesreport.errors import ConfigError


def test_formats_come_once_in_one_order() -> None:
    assert documents_of(["xlsx", "html", "docx", "xlsx", "pptx"]) == ("pptx", "docx", "xlsx")
    assert documents_of([]) == ()


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean “pptx”"):
        documents_of(["ppt"], key="--format")


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    assert documents_of(["html"]) == ()
    with pytest.raises(ConfigError, match=r"not installed.*salesreport\[documents\]"):
        documents_of(["docx"])


def test_contrast_and_tint() -> None:
    # WCAG 2.1: pure red (luminance 0.2126) on white: 1.05 ÷ 0.2626
    assert contrast("#ff0000", "#ffffff") == pytest.approx(1.05 / 0.2626)
    # a fifth of black in white: 255 − 51
    assert tint("#000000", 0.2) == "#cccccc"


@pytest.mark.parametrize("accent", ["blue", "#12345", "#gggggg", "#ffee00", "#ffffff", "", "0b5fa5"])
def test_a_colour_that_nobody_could_read_is_refused(accent: str) -> None:
    with pytest.raises(ValidationError):
        Brand(accent=accent)


def test_colours_that_can_be_read() -> None:
    assert Brand(accent="#7A1F5C").accent == "#7a1f5c"
    with pytest.raises(ValidationError):
        Brand(name="x" * 61)


def picture(path: Path, kind: str = "PNG", size: tuple[int, int] = (60, 20)) -> Path:
    Image.new("RGB", size, "red").save(path, kind)
    return path


def test_a_logo_is_a_picture_that_office_shows(tmp_path: Path) -> None:
    brand = Brand(name="Lumina", logo="x")
    for kind in ("PNG", "JPEG"):
        look = look_of(brand, picture(tmp_path / kind, kind))
        assert look.logo == (tmp_path / kind).read_bytes()
    one, other = look_of(brand, tmp_path / "PNG"), look_of(brand, tmp_path / "JPEG")
    assert one.digest != other.digest
    assert look_of(None, None).digest != one.digest


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"x" * (LARGEST_LOGO + 1)])
def test_anything_else_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(ConfigError, match="no picture that can be a logo"):
        look_of(Brand(), tmp_path / "logo.png")


def test_a_logo_that_is_cut_off_or_huge_is_none(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((200, 200), 50).save(whole, "PNG")
    (tmp_path / "cut.png").write_bytes(whole.getvalue()[:2000])
    picture(tmp_path / "huge.png", size=(7000, 2))
    for name in ("cut.png", "huge.png", "missing.png"):
        with pytest.raises(ConfigError):
            look_of(Brand(), tmp_path / name)
