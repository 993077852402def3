"""The command line's side of the terminal: which language it speaks, where errors go, how tables look."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesreport.errors import SalesreportError
from salesreport.language import LANGUAGES, Language, Text, text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from salesreport.dataset import Dataset

LANGUAGE_VARIABLE = "SALESREPORT_LANGUAGE"
"""The environment variable that chooses the language of messages."""


def environment_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of messages: `SALESREPORT_LANGUAGE`, else the system's where we speak it, else English.

    Examples:
        >>> environment_language({"LANG": "de_AT.UTF-8"}).code
        'de'
        >>> environment_language({"SALESREPORT_LANGUAGE": "en", "LANG": "de_DE"}).code
        'en'
    """
    names = (LANGUAGE_VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((environment[name] for name in names if environment.get(name)), "")
    code = wanted[:2].lower()
    return Language(code if code in LANGUAGES else "en")


def errors_console() -> "Console":
    """Where progress and messages go; standard output is for results."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def results_console() -> "Console":
    """Where results go."""
    from rich.console import Console

    return Console(highlight=False)


def say(said: Text | str, language: Language, *, error: bool = False) -> None:
    """Print one message as one line, whatever characters the data put into it."""
    from salesreport.pack.plain import one_line

    print(one_line(language.show(said)), file=sys.stderr if error else sys.stdout, flush=True)


def explain_error(error: SalesreportError, language: Language) -> None:
    """Say what went wrong: one message on standard error."""
    say(text("Error: {problem}", problem=error.say(language)), language, error=True)


def steps(language: Language) -> Callable[[Text | str], None]:
    """A function that shows the steps of a long command as they come."""
    return lambda step: say(step, language, error=True)


def ingest_table(dataset: "Dataset", language: Language) -> "Table":
    """What became of the rows of an export: a line per table, and one per reason."""
    table = _table(
        language,
        text("Table"),
        numbers=(text("read"), text("kept"), text("repaired"), text("set aside")),
        last=text("why"),
    )
    for name, counts in dataset.provenance.counts.items():
        reasons = [*counts.repairs, *counts.reasons]
        why = [f"{language.count(one.rows)} × {language.say(one.with_examples)}" for one in reasons]
        numbers = [
            language.count(number) for number in (counts.read, counts.kept, counts.repaired, counts.set_aside)
        ]
        add_row(table, name, *numbers, "\n".join(why))
    return table


def set_aside_files(dataset: "Dataset") -> list[Path]:
    """The files with the rows that an ingest left out."""
    return sorted((dataset.folder / "set_aside").glob("*.csv"))


def add_row(table: "Table", *cells: str) -> None:
    """Add a row whose texts are shown as they are, square brackets and all."""
    from rich.text import Text as Styled

    from salesreport.pack.plain import one_line

    table.add_row(*(Styled("\n".join(one_line(line) for line in cell.split("\n"))) for cell in cells))


def _table(language: Language, first: Text, numbers: tuple[Text, ...], last: Text) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(language.say(first), overflow="fold")
    for heading in numbers:
        table.add_column(language.say(heading), justify="right")
    table.add_column(language.say(last), overflow="fold")
    return table


def lenient_output() -> None:
    """Let a terminal that cannot show a character show its code, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
