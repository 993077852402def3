"""`salesreport accounts`: account plans, printed or written to be filled in."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import DatasetFolder, app, hint, language_of, print_results
from salesreport.cli.plans import PlanFormat
from salesreport.language import text
from salesreport.terminal import say


@app.command(
    help=hint(
        text("Account plans: what each rep's accounts that matter buy and do not, and a page to fill in."),
        "salesreport accounts outputs/datasets/sample",
        "salesreport accounts outputs/datasets/sample --rep R000001 --strategy params/strategy/lumina.yml",
        "salesreport accounts outputs/datasets/sample --account A000605",
        "salesreport accounts outputs/datasets/sample --period 2026-Q1 --out accounts-2026-Q1.yml --format csv",
    )
)
def accounts(
    context: typer.Context,
    dataset: DatasetFolder,
    rep: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help=hint(text("Only this rep; may be given several times."))),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help=hint(text("Only this account, by id or name; may be given several times."))
        ),
    ] = None,
    strategy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("The strategy; the accounts it names have a plan."))),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(help=hint(text("The period they are for; default: the quarter after the as-of date."))),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("Write the plans to this file: .yml, .csv or .json."))),
    ] = None,
    format: Annotated[PlanFormat, typer.Option(help=hint(text("How to print.")))] = PlanFormat.table,
) -> None:
    """Account plans."""
    from salesreport.dataset import Dataset
    from salesreport.pack.subjects import ids_of
    from salesreport.plan.accounts import command

    language = language_of(context)
    opened = Dataset.open(dataset)
    when = command.period_of(opened, period)
    reps = ids_of(opened, "rep", rep, lambda _: {"key": "--rep"}, alone=True) if rep else []
    made, facts = command.make_account_plans(opened, strategy, reps, account or [])
    if out is not None:
        command.write_account_plans(out, made, facts, when, language)
    parts, notes = command.shown(made, facts, when, format.value, language, len(reps) == 1 or bool(account))
    print_results(parts)
    for line in notes:
        say(line, language, error=True)
    if out is not None:
        say(text("Account plans: {file}", file=str(out)), language, error=True)
