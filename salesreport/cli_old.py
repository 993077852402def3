"""The command `salesreport`; it only reads options, calls the package and prints.

Heavy modules are imported inside the commands, so that `salesreport --help` is quick. Exit codes: 0 all done, 1
some reports failed, 2 bad input or usage, 130 stopped with Ctrl-C.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import salesreport
from salesreport.errors import ConfigError, SalesreportError, nearest
from salesreport.language import LANGUAGES, Language, Text, text
from salesreport.terminal import (
    LANGUAGE_VARIABLE,
    environment_language,
    errors_console,
    explain_error,
    ingest_table,
    lenient_output,
    loading_for_reports,
    results_console,
    say,
    set_aside_files,
    steps,
)

FAILED, BAD_INPUT, STOPPED = 1, 2, 130
"""Exit codes."""

_HELP = environment_language()


class EngineName(StrEnum):
    """What can run a pack's notebooks."""

    warm = "warm"
    papermill = "papermill"


class Format(StrEnum):
    """How figures are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Commands(TyperGroup):
    """Turns what the user can mend into one message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SalesreportError as error:
            explain_error(error, _language(ctx))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            say(text("Stopped."), _language(ctx), error=True)
            raise typer.Exit(STOPPED) from None


def _help(said: Text, *examples: str) -> str:
    """A help text in the language of the environment, with examples that are not re-wrapped."""
    shown = _HELP.say(said)
    if not examples:
        return shown
    heading = _HELP.say(text("Examples:"))
    return "\n\n".join([shown, "\b\n" + "\n".join([heading, *(f"  {example}" for example in examples)])])


app = typer.Typer(
    cls=Commands,
    help=_help(text("Turns a CRM export into per-rep coaching reports people trust.")),
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
            help=_help(text("Language of messages; the reports have their own.")),
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help=_help(text("Show the version."))),
    ] = False,
) -> None:
    """Options of every command."""
    context.obj = _HELP if language is None else _known_language(language)


@app.command(
    help=_help(
        text("Make the sample company and its review pack, to see what this is."),
        "salesreport demo",
        "salesreport demo --out try --language de --workers 4",
    )
)
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help=_help(text("Folder for dataset and pack.")))] = Path("outputs"),
    reps: Annotated[int, typer.Option(help=_help(text("Number of reps.")))] = 35,
    deals: Annotated[int, typer.Option(help=_help(text("Number of deals.")))] = 9_000,
    language: Annotated[
        str | None, typer.Option(metavar="|".join(LANGUAGES), help=_help(text("Language of the reports.")))
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help=_help(text("Reports made at a time; default: the processors.")))
    ] = None,
) -> None:
    """Sample dataset and pack."""
    from salesreport.pack.notebook import project_folder
    from salesreport.sample import write_company

    spoken = _language(context) if language is None else _known_language(language)
    folder = out / "datasets" / "sample"
    say(text("Making the sample company …"), _language(context), error=True)
    write_company(folder, reps=reps, deals=deals)
    changes = [f"dataset={folder}", f"output={out / 'sample-2025-Q4'}", f"language={spoken.code}"]
    _run_pack(context, project_folder("params") / "packs" / "sample.yml", changes, [], workers)


@app.command(
    help=_help(
        text("Turn an export into a dataset; no row is lost without a reason."),
        "salesreport ingest params/sources/maven.yml --root downloads/maven --out outputs/datasets/maven",
        "salesreport ingest crm.yml --out outputs/datasets/crm --snapshot-date 2025-03-02",
    )
)
def ingest(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE.yml", help=_help(text("How the export maps to tables.")))
    ],
    out: Annotated[Path, typer.Option(help=_help(text("Folder of the dataset.")))],
    root: Annotated[
        Path | None, typer.Option(help=_help(text("Folder of the export's files; default: that of SOURCE.yml.")))
    ] = None,
    snapshot_date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help=_help(text("Add the export, taken on this day, to the dataset that is there."))
        ),
    ] = None,
) -> None:
    """Export → dataset."""
    from salesreport.ingest import ingest as ingest_export

    language = _language(context)
    taken_on = None
    if snapshot_date is not None:
        from salesreport import arguments

        taken_on = arguments.day(snapshot_date, "--snapshot-date")
    dataset = ingest_export(source, out, root, steps(language), taken_on)
    results_console().print(ingest_table(dataset, language))
    for note in dataset.provenance.notes:
        say(note, language)
    for file in set_aside_files(dataset):
        say(text("Rows set aside: {file}", file=str(file)), language)
    say(text("Dataset: {folder}", folder=str(dataset.path)), language)


@app.command(
    help=_help(
        text("Print sales figures, each with its n and its interval."),
        "salesreport kpi outputs/datasets/sample --period 2025-Q4 --by rep",
        "salesreport kpi outputs/datasets/sample --period 2025 --by team,segment --metric win_rate --format csv",
        "salesreport kpi outputs/datasets/sample --period 2025-H2 --where team=North --as-of 2025-12-01",
    )
)
def kpi(
    context: typer.Context,
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help=_help(text("Folder of the dataset.")))],
    period: Annotated[str, typer.Option(help=_help(text("Such as 2017, 2017-H1, 2017-Q4, 2017-12, 2017-W50.")))],
    by: Annotated[
        str,
        typer.Option(
            help=_help(
                text("Break down by these, with commas: rep, team, manager, segment, product_line, lead_source.")
            )
        ),
    ] = "",
    metric: Annotated[
        list[str] | None, typer.Option(help=_help(text("Only this figure; may be given several times.")))
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=_help(text("Open deals as they stood on this day.")))
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help=_help(text("Only what has this value; may be given several times."))
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help=_help(text("How to print.")))] = Format.table,
) -> None:
    """Figures."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.kpi import Facts, compute, output
    from salesreport.pack.span import check_period

    language = _language(context)
    opened = Dataset.open(dataset)
    when = opened.period(period)
    check_period(opened, when, key="--period")
    facts = Facts.of(opened)
    table = compute(
        facts,
        when,
        metric or None,
        by=arguments.dimensions(by),
        as_of=arguments.day(as_of),
        where=arguments.filters(where or [], opened),
    )
    if format is Format.csv:
        typer.echo(output.as_csv(table), nl=False)
    elif format is Format.json:
        typer.echo(output.as_json(table, facts, language), nl=False)
    else:
        results_console().print(output.as_table(table, facts, language))
    for line in output.explanations(table, facts, language):
        say(line, language, error=True)


@app.command(
    help=_help(
        text("Forecast revenue from milestones and ages alone, with the intervals that history warrants."),
        "salesreport forecast outputs/datasets/sample --horizon 2Q --by rep",
        "salesreport forecast outputs/datasets/sample --as-of 2025-06-30 --horizon 3M --format csv",
        "salesreport forecast outputs/datasets/sample --horizon 1Q --backtest",
        "salesreport forecast outputs/datasets/sample --stated",
    )
)
def forecast(
    context: typer.Context,
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help=_help(text("Folder of the dataset.")))],
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help=_help(text("Only what was known on this day; default: the dataset's."))),
    ] = None,
    horizon: Annotated[
        str,
        typer.Option(
            help=_help(text("How far ahead: 2Q, 3M, 8W, 1H; the rest of the current period is the first."))
        ),
    ] = "1Q",
    by: Annotated[
        str,
        typer.Option(
            help=_help(
                text("Break down by these, with commas: rep, team, manager, segment, product_line, lead_source.")
            )
        ),
    ] = "",
    simulations: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help=_help(text("Simulated futures; default: 1000, of a backtest 500."))),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help=_help(text("The same seed gives the same figures.")))] = 7,
    backtest: Annotated[
        bool,
        typer.Option(
            "--backtest", help=_help(text("Try it on the past instead, against what came and simpler ways."))
        ),
    ] = False,
    stated: Annotated[
        bool,
        typer.Option(
            "--stated",
            help=_help(text("Instead: how far the reps' own closing dates and probabilities were off.")),
        ),
    ] = False,
    format: Annotated[Format, typer.Option(help=_help(text("How to print.")))] = Format.table,
) -> None:
    """Revenue to come."""
    from salesreport import arguments
    from salesreport.dataset import Dataset
    from salesreport.kpi import Facts
    from salesreport.kpi.forecast import command

    language = _language(context)
    facts = Facts.of(Dataset.open(dataset), arguments.day(as_of) if backtest or stated else None)
    if stated:
        shown, notes = command.judge(facts, format.value, language)
    elif backtest:
        with _bar(text("Backtest"), language) as progress:
            shown, notes = command.try_out(facts, horizon, simulations, seed, progress, format.value, language)
    else:
        shown, notes = command.look_ahead(
            facts,
            arguments.day(as_of),
            horizon,
            arguments.dimensions(by),
            simulations,
            seed,
            format.value,
            language,
        )
    if isinstance(shown, str):
        typer.echo(shown, nl=False)
    else:
        results_console().print(shown)
    for line in notes:
        say(line, language, error=True)


@app.command(
    help=_help(
        text("Make a pack: one report per rep, team, segment …, and an index."),
        "salesreport pack params/packs/maven.yml",
        "salesreport pack params/packs/maven.yml --only 'Versie Hillebrand' --set period=2017-Q3 --set output=q3",
        "salesreport pack params/packs/maven.yml --workers 4 --set where.team=Central",
    )
)
def pack(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="PACK.yml", help=_help(text("What to run for whom.")))],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help=_help(text("Change a setting or a notebook parameter."))),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help=_help(text("Only this subject; may be given several times."))),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help=_help(text("Reports made at a time; default: the processors.")))
    ] = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help=_help(text("What runs the notebooks; default: the fastest that this system can run."))),
    ] = None,
    time_limit: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help=_help(text("A report that takes longer is ended.")))
    ] = 120,
    force: Annotated[
        bool, typer.Option("--force", help=_help(text("Also make the reports whose inputs are unchanged.")))
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDR", help=_help(text("Make the reports on the Dask cluster of this scheduler."))),
    ] = None,
) -> None:
    """Reports."""
    _run_pack(context, file, changes or [], only or [], workers, engine, time_limit, force, scheduler)


def main() -> None:
    """Run the command."""
    lenient_output()
    app()


def _run_pack(
    context: typer.Context,
    file: Path,
    changes: list[str],
    only: list[str],
    workers: int | None,
    engine: EngineName | None = None,
    time_limit: int = 120,
    force: bool = False,
    scheduler: str | None = None,
) -> None:
    language = _language(context)
    with loading_for_reports():
        from salesreport.pack import load_pack, make_pack, make_plan
        from salesreport.pack.engine import make_engine
        from salesreport.pack.limits import Limits
        from salesreport.pack.manifest import INDEX
        from salesreport.pack.progress import PackProgress

        plan = make_plan(load_pack(file, changes), only)
    limits = Limits(seconds=time_limit)
    runner = make_engine(engine and engine.value, workers, limits)
    if scheduler is not None:
        from salesreport.pack.cluster import ClusterEngine

        runner = ClusterEngine(scheduler, limits)
        runner.check(plan.jobs)
    with PackProgress(errors_console(), language) as progress:
        manifest = make_pack(plan, runner, progress, force=force)
    say(text("Index: {file}", file=str(plan.folder / INDEX)), language)
    if manifest.failed:
        raise typer.Exit(FAILED)


@contextmanager
def _bar(what: Text, language: Language) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done of how much; only a terminal sees it."""
    from rich.progress import Progress

    console = errors_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(language.say(what), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _language(context: Any) -> Language:
    return context.obj if isinstance(context.obj, Language) else _HELP


def _known_language(code: str) -> Language:
    try:
        return Language(code)
    except ValueError:
        raise ConfigError(
            text("There is no such language."), key="--language", found=code,
            expected=text("one of {names}", names=list(LANGUAGES)), nearest=nearest(code, LANGUAGES),
        ) from None  # fmt: skip
