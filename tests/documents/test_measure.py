"""How much room words take: never less than they take in the font."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from salesreport.documents.measure import FONT, columns_of, height_of, largest, lines_of, width_of


def arial() -> str:
    """A font of Arial's widths; the tests with it are skipped where there is none."""
    if shutil.which("fc-match") is None:
        pytest.skip("no fontconfig")
    found = subprocess.run(
        ["fc-match", "-f", "%{family}|%{file}", FONT], capture_output=True, text=True, check=True
    )
    family, file = found.stdout.split("|")
    if family.split(",")[0] not in ("Arial", "Liberation Sans", "Arimo"):
        pytest.skip("no font of Arial's widths")
    return file


@pytest.mark.parametrize(
    "written",
    [
        "The middle of the forecast for Q1 2026 is €300K",
        "Verkäufer, Abschnitt, Stichtag",
        "1,234,567.89 €",
        "OOMM WWW",
    ],
)
def test_what_fits_here_fits_in_the_font(written: str) -> None:
    real = ImageFont.truetype(arial(), 100).getlength(written) / 100 * 12 / 72
    assert real <= width_of(written, 12) <= 1.25 * real


def test_lines_break_between_words() -> None:
    word = width_of("word ", 10)
    assert lines_of("word word word", 10, 3 * word) == 1
    assert lines_of("word word word", 10, 2 * word) == 2
    assert lines_of("word word word", 10, word) == 3
    assert lines_of("", 10, 1) == 1
    # forty letters without a space, where ten have room
    assert lines_of("x" * 40, 10, width_of("x" * 10, 10) * 1.001) == 4


def test_heights_are_lines_and_the_space_between() -> None:
    # two paragraphs of a line of 10 points each at 1.2, 6 points below each: (2 · 12 + 2 · 6) ÷ 72
    assert height_of(["a", "b"], 10, 5, after=6) == pytest.approx(0.5)


def test_the_largest_size_that_fits() -> None:
    assert largest("word", (30, 20, 10), width_of("word", 20) + 0.01, 0.4) == 20
    assert largest("word " * 100, (30, 20, 10), 1, 0.4) == 10


@given(st.lists(st.lists(st.text("ab c", max_size=60), min_size=1, max_size=4), min_size=1, max_size=8))
def test_columns_use_all_of_the_width(texts: list[list[str]]) -> None:
    widths = columns_of(texts, 10, 6, 0.1)
    assert sum(widths) == pytest.approx(6)
    assert all(width > 0 for width in widths)


def test_a_column_that_fits_is_not_squeezed_for_a_long_one() -> None:
    short, long = columns_of([["12,345"], ["word " * 200]], 10, 5, 0.1)
    assert short >= width_of("12,345", 10, True)
    assert short + long == pytest.approx(5)
