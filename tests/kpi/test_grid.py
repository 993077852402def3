"""Tables for a terminal: numbers keep their lines, texts make room, nothing steers the terminal."""

import io

from rich.console import Console

from salesreport.kpi.grid import Column, fits, grid

COLUMNS = [Column("rep"), Column("what it will bring", numbers=True)]


def printed(width: int, name: str) -> list[str]:
    screen = io.StringIO()
    Console(file=screen, width=width, color_system=None).print(grid(COLUMNS, [[name, ("5", "(3 … 9)")]]))
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def test_the_heading_of_numbers_is_as_wide_as_they_are() -> None:
    assert printed(40, "Ann-Marie Svensson") == [
        "                    what it",
        "                       will",
        "rep                   bring",
        "Ann-Marie Svensson        5",
        "                    (3 … 9)",
    ]


def test_texts_make_room_by_the_word() -> None:
    assert printed(20, "Ann-Marie Svensson")[3:] == ["Ann-Marie          5", "Svensson     (3 … 9)"]


def test_what_fits_nowhere_is_folded_and_not_cut() -> None:
    lines = printed(14, "Svensson-Obermaier")
    assert [line.split()[0] for line in lines[4:]] == ["Svensso", "n-Oberm", "aier"]
    assert "".join("".join(line[7:].split()) for line in lines[4:]) == "5(3…9)"


def test_names_and_periods_keep_their_words_before_intervals_their_line() -> None:
    columns = [
        Column("Verkäufer"),
        Column("Zeitraum"),
        Column("Mitte und 80-%-Intervall", numbers=True),
        Column("gut"),
    ]
    money = "101\N{NO-BREAK SPACE}Tsd.\N{NO-BREAK SPACE}€"
    rows = [["Thibault Rademaker", "Q1 2026", ("230", f"{money} … {money}"), "unwahrscheinlich"]]
    screen = io.StringIO()
    Console(file=screen, width=50, color_system=None).print(grid(columns, rows))
    lines = [line.rstrip() for line in screen.getvalue().splitlines()]
    # 9 letters of names, 8 of the period’s heading, 12 of the verdict, and what is left for the interval
    assert lines[1].split() == ["Verkäufer", "Zeitraum", "80-%-Intervall", "gut"]
    assert lines[2].startswith("Thibault   Q1 2026")
    assert [line[21:36].strip() for line in lines[3:5]] == [f"{money} …", money]


def test_names_neither_break_lines_nor_steer() -> None:
    assert printed(40, "a\nb\x1b[31m[red]")[3].startswith(
        "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m[red]"
    )


def test_what_fits() -> None:
    rows = [["Ann-Marie Svensson", ("5", "(3 … 9)")]]
    assert fits(COLUMNS, rows, 18)  # 9 letters, a gap of 2, 7 for the interval
    assert not fits(COLUMNS, rows, 17)
