"""`salesreport kpi`, `anomalies`, `actions` and `forecast`: figures, printed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesreport.cli.app import (
    By,
    DatasetFolder,
    Extensions,
    FileFormat,
    Format,
    Printed,
    PrintedOrWritten,
    Where,
    WorkbookFile,
    app,
    bar,
    day_of,
    hint,
    language_of,
    print_results,
)
from salesreport.language import Language, text
from salesreport.terminal import results_console, say

if TYPE_CHECKING:
    from salesreport.dataset import Dataset
    from salesreport.period import Period


def written(path: Path, content: bytes, language: Language) -> None:
    """Write a workbook and say where it is."""
    from salesreport.documents.figures import write_workbook

    write_workbook(path, content)
    say(text("Workbook: {file}", file=str(path)), language)


def asked_period(dataset: "Dataset", written: str, language: Language, as_of: str | None = None) -> "Period":
    """The period of an option; where it was relative, it is said which one that is."""
    from salesreport import arguments

    asked = arguments.period(dataset, written, as_of=day_of(as_of))
    if asked.said is not None:
        say(text("{period}: {said}", period=asked.period, said=asked.said), language, error=True)
    return asked.period


@app.command(
    help=hint(
        text("Print sales figures, each with its n and its interval."),
        "salesreport kpi outputs/datasets/sample --period 2025-Q4 --by rep",
        "salesreport kpi outputs/datasets/sample --period 2025 --by team,segment --metric win_rate --format csv",
        "salesreport kpi outputs/datasets/sample --period 2025-H2 --where team=North --as-of 2025-12-01",
        "salesreport kpi outputs/datasets/sample --period 2025 --by rep --extension my_metrics.py",
        "salesreport kpi outputs/datasets/sample --period 2025-Q4 --by rep --format xlsx --out figures.xlsx",
    )
)
def kpi(
    context: typer.Context,
    dataset: DatasetFolder,
    period: Annotated[
        str, typer.Option(help=hint(text("Such as 2017, 2017-H1, 2017-Q4, 2017-12, 2017-W50, last-month.")))
    ],
    by: By = "",
    metric: Annotated[
        list[str] | None, typer.Option(help=hint(text("Only this figure; may be given several times.")))
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Open deals as they stood on this day.")))
    ] = None,
    where: Where = None,
    extension: Extensions = None,
    format: PrintedOrWritten = FileFormat.table,
    out: WorkbookFile = None,
) -> None:
    """Figures."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.documents import figures
    from salesreport.kpi import Facts, compute, output

    language = language_of(context)
    figures.check_file(out, format is FileFormat.xlsx)
    if extension:
        from salesreport.report.extensions import load_extensions

        load_extensions(extension, {"key": "--extension"})
    opened = Dataset.open(dataset)
    when = asked_period(opened, period, language, as_of)
    facts = Facts.of(opened)
    table = compute(
        facts,
        when,
        metric or None,
        by=arguments.dimensions(by),
        as_of=day_of(as_of),
        where=arguments.filters(where or [], opened),
    )
    if out is not None:
        notes = output.explanations(table, facts, language)
        frame = output.as_frame(table, facts, language)
        written(out, figures.kpi_workbook(table, frame, facts, language, when, day_of(as_of), notes), language)
    elif format is FileFormat.csv:
        typer.echo(output.as_csv(table, facts, language), nl=False)
    elif format is FileFormat.json:
        typer.echo(output.as_json(table, facts, language), nl=False)
    elif len(table.frame):
        results_console().print(output.as_table(table, facts, language))
    for line in output.explanations(table, facts, language):
        say(line, language, error=True)


@app.command(
    help=hint(
        text("List whose deals go on less or more often than like deals of others, by more than chance."),
        "salesreport anomalies outputs/datasets/sample --period 2025",
        "salesreport anomalies outputs/datasets/sample --period 2025 --by rep,product_line --q 0.05",
        "salesreport anomalies outputs/datasets/maven --period 2017 --by team --format csv",
    )
)
def anomalies(
    context: typer.Context,
    dataset: DatasetFolder,
    period: Annotated[
        str,
        typer.Option(
            help=hint(text("When the deals were decided, such as 2017, 2017-Q4, 2017-12, last-quarter."))
        ),
    ],
    q: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=hint(text("The part of what is reported that may be chance.")))
    ] = 0.1,
    by: Annotated[
        str,
        typer.Option(
            help=hint(
                text(
                    "Compare these, within the others named: rep,product_line. Default: reps, as a whole and "
                    "within each product line, segment and lead source."
                )
            )
        ),
    ] = "",
    where: Where = None,
    format: PrintedOrWritten = FileFormat.table,
    out: WorkbookFile = None,
) -> None:
    """Conversion anomalies."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.documents import figures
    from salesreport.kpi import Facts
    from salesreport.kpi.anomalies import find_anomalies, output
    from salesreport.kpi.frames import with_names

    language = language_of(context)
    figures.check_file(out, format is FileFormat.xlsx)
    opened = Dataset.open(dataset)
    when = asked_period(opened, period, language)
    facts = Facts.of(opened)
    found = find_anomalies(facts, when, arguments.dimensions(by), q, arguments.filters(where or [], opened))
    notes = output.explanations(found, language, table=format is FileFormat.table)
    if out is not None:
        frame = with_names(output.as_frame(found, joined=True), facts)
        content = figures.anomalies_workbook(frame, facts, language, when, notes)
        written(out, content, language)
    elif format is FileFormat.csv:
        typer.echo(output.as_csv(found, facts), nl=False)
    elif format is FileFormat.json:
        typer.echo(output.as_json(found, language), nl=False)
    else:
        results_console().print(output.as_table(found, facts, language))
    for line in notes:
        say(line, language, error=True)


@app.command(
    help=hint(
        text("Show which activities, at which milestone, go with deals that go on, and which only seem to."),
        "salesreport actions outputs/datasets/sample",
        "salesreport actions outputs/datasets/sample --period 2025 --milestone proposal",
        "salesreport actions outputs/datasets/sample --where segment=A --format csv",
    )
)
def actions(
    context: typer.Context,
    dataset: DatasetFolder,
    period: Annotated[
        str | None,
        typer.Option(
            help=hint(text("When the deals were decided, such as 2017, 2017-Q4, last-year; default: ever."))
        ),
    ] = None,
    milestone: Annotated[
        list[str] | None, typer.Option(help=hint(text("Only this milestone; may be given several times.")))
    ] = None,
    q: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=hint(text("The part of what is reported that may be chance.")))
    ] = 0.1,
    where: Where = None,
    format: Printed = Format.table,
) -> None:
    """Useful actions."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.kpi import Facts
    from salesreport.kpi.actions import find_actions, output

    language = language_of(context)
    opened = Dataset.open(dataset)
    when = None if period is None else asked_period(opened, period, language)
    found = find_actions(Facts.of(opened), when, milestone or (), q, arguments.filters(where or [], opened))
    if format is Format.csv:
        typer.echo(output.as_csv(found), nl=False)
    elif format is Format.json:
        typer.echo(output.as_json(found, language), nl=False)
    elif found.family.tested:
        results_console().print(output.as_table(found, language))
    for line in output.explanations(found, language):
        say(line, language, error=True)


@app.command(
    help=hint(
        text("Forecast revenue from milestones and ages alone, with the intervals that history warrants."),
        "salesreport forecast outputs/datasets/sample --horizon 2Q --by rep",
        "salesreport forecast outputs/datasets/sample --as-of 2025-06-30 --horizon 3M --format csv",
        "salesreport forecast outputs/datasets/sample --horizon 1Q --backtest",
        "salesreport forecast outputs/datasets/sample --stated",
    )
)
def forecast(
    context: typer.Context,
    dataset: DatasetFolder,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help=hint(text("Only what was known on this day; default: the dataset's."))),
    ] = None,
    horizon: Annotated[
        str,
        typer.Option(
            help=hint(text("How far ahead: 2Q, 3M, 8W, 1H; the rest of the current period is the first."))
        ),
    ] = "1Q",
    by: By = "",
    simulations: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help=hint(text("Simulated futures; default: 1000, of a backtest 500."))),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help=hint(text("The same seed gives the same figures.")))] = 7,
    backtest: Annotated[
        bool,
        typer.Option(
            "--backtest", help=hint(text("Try it on the past instead, against what came and simpler ways."))
        ),
    ] = False,
    stated: Annotated[
        bool,
        typer.Option(
            "--stated",
            help=hint(text("Instead: how far the reps' own closing dates and probabilities were off.")),
        ),
    ] = False,
    format: PrintedOrWritten = FileFormat.table,
    out: WorkbookFile = None,
) -> None:
    """Revenue to come."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.documents import figures
    from salesreport.kpi import Facts
    from salesreport.kpi.forecast import command

    language = language_of(context)
    figures.check_file(out, format is FileFormat.xlsx)
    facts = Facts.of(Dataset.open(dataset), day_of(as_of) if backtest or stated else None)
    if stated:
        shown, notes = command.judge(facts, format.value, language)
    elif backtest:
        with bar(text("Backtest"), language) as progress:
            shown, notes = command.try_out(facts, horizon, simulations, seed, progress, format.value, language)
    else:
        shown, notes = command.look_ahead(
            facts,
            day_of(as_of),
            horizon,
            arguments.dimensions(by),
            simulations,
            seed,
            format.value,
            language,
        )
    if out is not None:
        written(out, figures.forecast_workbook(shown, facts, language, day_of(as_of), notes), language)
    else:
        print_results([shown])
    for line in notes:
        say(line, language, error=True)
