"""The command line's frame: the application, its options, and how errors become one message and an exit code."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import salesreport
from salesreport.errors import ConfigError, SalesreportError
from salesreport.language import LANGUAGES, Language, Text, text
from salesreport.terminal import (
    LANGUAGE_VARIABLE,
    environment_language,
    errors_console,
    explain_error,
    results_console,
    say,
)

if TYPE_CHECKING:
    from rich.table import Table

FAILED, BAD_INPUT, GATE, STOPPED = 1, 2, 3, 130
"""Exit codes."""

HELP = environment_language()
"""The language of help texts."""


class Format(StrEnum):
    """How figures are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class FileFormat(StrEnum):
    """How figures are printed, or written to a file."""

    table = "table"
    csv = "csv"
    json = "json"
    xlsx = "xlsx"


class Commands(TyperGroup):
    """Turns what the user can mend into one message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SalesreportError as error:
            explain_error(error, language_of(ctx))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            say(text("Stopped."), language_of(ctx), error=True)
            raise typer.Exit(STOPPED) from None


def hint(said: Text, *examples: str) -> str:
    """A help text in the language of the environment, with examples that are not re-wrapped."""
    shown = HELP.say(said)
    if not examples:
        return shown
    heading = HELP.say(text("Examples:"))
    return "\n\n".join([shown, "\b\n" + "\n".join([heading, *(f"  {example}" for example in examples)])])


DatasetFolder = Annotated[Path, typer.Argument(metavar="DATASET", help=hint(text("Folder of the dataset.")))]
By = Annotated[
    str,
    typer.Option(
        help=hint(
            text(
                "Break down by these, with commas: rep, team, manager, segment, product_line, lead_source, "
                "pipeline."
            )
        )
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help=hint(text("Only what has this value; may be given several times."))),
]
Extensions = Annotated[
    list[Path] | None,
    typer.Option(
        "--extension",
        metavar="FILE",
        help=hint(text("A Python file with metrics of your own; it is run. May be given several times.")),
    ),
]
Printed = Annotated[Format, typer.Option(help=hint(text("How to print.")))]
PrintedOrWritten = Annotated[
    FileFormat, typer.Option(help=hint(text("How to print; xlsx goes to the file --out.")))
]
WorkbookFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE.xlsx", help=hint(text("The workbook to write, with --format xlsx."))),
]
"""Arguments and options that several commands have."""

app = typer.Typer(
    cls=Commands,
    help=hint(text("Turns a CRM export into per-rep coaching reports people trust.")),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"salesreport {salesreport.__version__}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            envvar=LANGUAGE_VARIABLE,
            metavar="|".join(LANGUAGES),
            help=hint(text("Language of messages; the reports have their own.")),
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help=hint(text("Show the version."))),
    ] = False,
) -> None:
    """Options of every command."""
    from salesreport.config import language_of as known_language

    context.obj = HELP if language is None else known_language(language, "--language")


@contextmanager
def bar(what: Text, language: Language) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done of how much; only a terminal sees it."""
    from rich.progress import Progress

    console = errors_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(language.say(what), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def print_results(parts: "Iterable[str | Table]") -> None:
    """Print what a command found, in its order: texts as they are, tables as the terminal shows them."""
    for part in parts:
        if isinstance(part, str):
            typer.echo(part, nl=False)
        else:
            results_console().print(part)


def language_of(context: Any) -> Language:
    """The language of messages."""
    return context.obj if isinstance(context.obj, Language) else HELP


def day_of(written: str | None, option: str = "--as-of") -> dt.date | None:
    """A date as people write it for computers.

    Args:
        written: `2017-12-31`. option: where it was written, for messages.

    Raises:
        ConfigError: not a date.
    """
    if written is None:
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise ConfigError(
            text("This is not a date."),
            key=option,
            found=written,
            expected=text("the form {form}", form="2017-12-31"),
        ) from None
