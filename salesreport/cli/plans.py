"""`salesreport plan`: from the goal backwards to what has to be done."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import DatasetFolder, app, hint, language_of
from salesreport.language import text
from salesreport.terminal import results_console, say


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
    )
)
def plan(
    context: typer.Context,
    dataset: DatasetFolder,
    period: Annotated[str, typer.Option(help=hint(text("Such as 2017, 2017-H1, 2017-Q4, 2017-12, 2017-W50.")))],
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
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("Write the plans to this file: .yml, .csv or .json."))),
    ] = None,
    format: Annotated[PlanFormat, typer.Option(help=hint(text("How to print.")))] = PlanFormat.table,
) -> None:
    """Action plans."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.pack.subjects import ids_of
    from salesreport.plan import command

    language = language_of(context)
    opened = Dataset.open(dataset)
    reps = ids_of(opened, "rep", rep, lambda _: {"key": "--rep"}) if rep else []
    made, facts = command.make_plan(opened, strategy, period, reps, arguments.day(as_of))
    if out is not None:
        command.write_plan(out, made, facts, language)
    parts, notes = command.shown(made, facts, format.value, language, reps[0] if len(reps) == 1 else None)
    for part in parts:
        if isinstance(part, str):
            typer.echo(part, nl=False)
        else:
            results_console().print(part)
    for line in notes:
        say(line, language, error=True)
    if out is not None:
        say(text("Plans: {file}", file=str(out)), language, error=True)
