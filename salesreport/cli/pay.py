"""`salesreport pay`: variable pay, printed."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import DatasetFolder, Format, Printed, app, day_of, hint, language_of, print_results
from salesreport.language import text
from salesreport.terminal import say


@app.command(
    help=hint(
        text("Work out variable pay by a pay plan: now, at the forecast, and under a changed rule."),
        "salesreport pay outputs/datasets/sample --plan params/pay/lumina.yml --period 2025-Q4",
        "salesreport pay outputs/datasets/sample --plan params/pay/lumina.yml --period 2025-Q4 --rep R000001",
        "salesreport pay outputs/datasets/sample --plan params/pay/lumina.yml --period 2026-Q1 --format csv",
        "salesreport pay outputs/datasets/sample --plan params/pay/lumina.yml --period 2026-Q1 "
        "--against params/pay/lumina_2026.yml",
    )
)
def pay(
    context: typer.Context,
    dataset: DatasetFolder,
    plan: Annotated[Path, typer.Option(metavar="FILE", help=hint(text("The pay plan, YAML.")))],
    period: Annotated[str, typer.Option(help=hint(text("One that the plan is settled by, such as 2025-Q4.")))],
    rep: Annotated[
        str | None, typer.Option(metavar="ID", help=hint(text("Only this rep, by id or name, line by line.")))
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help=hint(text("Only what was known on this day; default: the dataset's."))),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=hint(text("Another pay plan: what it would cost, who gains and loses."))
        ),
    ] = None,
    format: Printed = Format.table,
) -> None:
    """Variable pay."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.kpi import Facts
    from salesreport.plan.pay import command

    language = language_of(context)
    opened = Dataset.open(dataset)
    facts = Facts.of(opened, day_of(as_of))
    when = arguments.period(opened, period, may_come=True).period
    shown, notes = command.show(facts, plan, when, rep, against, format.value, language)
    print_results(shown)
    for line in notes:
        say(line, language, error=True)
