"""`salesreport plan`: from the goal backwards to what has to be done."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesreport.cli.app import DatasetFolder, app, day_of, hint, language_of, print_results
from salesreport.errors import ConfigError
from salesreport.language import Language, text
from salesreport.terminal import say

if TYPE_CHECKING:
    from rich.table import Table

    from salesreport.dataset import Dataset


class PlanFormat(StrEnum):
    """How plans are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    yaml = "yaml"


@app.command(
    help=hint(
        text(
            "Plan backwards from each rep's goal: what is missing, what it takes by when, and how likely that is."
        ),
        "salesreport plan outputs/datasets/sample --strategy params/strategy/lumina.yml --period 2026-Q1",
        "salesreport plan outputs/datasets/sample --period 2026-Q2 --rep R000001 --as-of 2025-11-30",
        "salesreport plan outputs/datasets/sample --period 2026-Q1 --out plan-2026-Q1.yml",
        "salesreport plan outputs/datasets/sample --against plan-2025-Q4.yml --rep R000001",
        "salesreport plan outputs/datasets/sample --period 2025-Q4 --actual --format csv",
    )
)
def plan(
    context: typer.Context,
    dataset: DatasetFolder,
    period: Annotated[
        str | None, typer.Option(help=hint(text("Such as 2017, 2017-H1, 2017-Q4, 2017-12, 2017-W50.")))
    ] = None,
    strategy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("The strategy; without one the targets are the goals."))),
    ] = None,
    rep: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help=hint(text("Only this rep; may be given several times."))),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Plan on this day; default: the dataset's.")))
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("An earlier plan: what was done of it, and what is chance."))),
    ] = None,
    actual: Annotated[
        bool, typer.Option("--actual", help=hint(text("What was done of the targets, without a plan file.")))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("Write the plans to this file: .yml, .csv or .json."))),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help=hint(text("Write over a file in which something else stands.")))
    ] = False,
    format: Annotated[PlanFormat, typer.Option(help=hint(text("How to print.")))] = PlanFormat.table,
) -> None:
    """Action plans."""
    from salesreport.dataset import Dataset
    from salesreport.pack.subjects import ids_of

    language = language_of(context)
    opened = Dataset.open(dataset)
    reps = ids_of(opened, "rep", rep, lambda _: {"key": "--rep"}, alone=True) if rep else []
    day, one = day_of(as_of), reps[0] if len(reps) == 1 else None
    if against is not None or actual:
        parts, notes = _against(opened, against, strategy, period, reps, day, out, format.value, one, language)
    else:
        parts, notes = _plans(opened, strategy, period, reps, day, out, force, format.value, one, language)
    print_results(parts)
    for line in notes:
        say(line, language, error=True)
    if out is not None:
        say(text("Plans: {file}", file=str(out)), language, error=True)


Shown = tuple[list["str | Table"], list[str]]
"""What is printed, and what is said beside it."""


def _plans(
    dataset: "Dataset", strategy: Path | None, period: str | None, reps: list[str], day: dt.date | None,
    out: Path | None, force: bool, format: str, one: str | None, language: Language,
) -> Shown:  # fmt: skip
    from salesreport.plan import command

    if period is None:
        raise ConfigError(text("The period is missing."), key="--period", expected=text("such as 2025-Q4"))
    made, facts = command.make_plan(dataset, strategy, period, reps, day)
    if out is not None:
        command.write_plan(out, made, facts, language, force)
    return command.shown(made, facts, format, language, one)


def _against(
    dataset: "Dataset", file: Path | None, strategy: Path | None, period: str | None, reps: list[str],
    day: dt.date | None, out: Path | None, format: str, one: str | None, language: Language,
) -> Shown:  # fmt: skip
    from salesreport.kpi import Facts
    from salesreport.plan.actual import command
    from salesreport.plan.actual.compared import compared

    facts = Facts.of(dataset, day)
    found = compared(facts, file, strategy, period, reps)
    if out is not None:
        command.write(out, found, facts, language)
    return command.shown(found, facts, format, language, one)
