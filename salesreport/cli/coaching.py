"""`salesreport commit` and `salesreport coaching`: what was agreed, and whether it helped."""

from pathlib import Path
from typing import Annotated, Any

import typer

from salesreport.cli.app import (
    DatasetFolder,
    Extensions,
    Format,
    Printed,
    app,
    day_of,
    hint,
    language_of,
    print_results,
)
from salesreport.language import text
from salesreport.terminal import say


@app.command(
    help=hint(
        text("Record what was agreed with a rep, or close it; the next review begins with it."),
        'salesreport commit "Jane Doe" "Two more first meetings a month" --dataset outputs/datasets/crm '
        "--metric activity:meeting --target 12 --due 2025-11-30",
        'salesreport commit "Jane Doe" "first meetings" --done --dataset outputs/datasets/crm',
        "salesreport commit --list --dataset outputs/datasets/crm",
        "salesreport commit --from agreed.csv --dataset outputs/datasets/crm",
    )
)
def commit(
    context: typer.Context,
    dataset: Annotated[Path, typer.Option(metavar="DATASET", help=hint(text("Folder of the dataset.")))],
    rep: Annotated[
        str | None,
        typer.Argument(metavar="REP", help=hint(text("Name or id of the rep; with --done or --drop also an id."))),
    ] = None,
    said: Annotated[
        str | None, typer.Argument(metavar="TEXT", help=hint(text("What was agreed, in quotes.")))
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="KEY", help=hint(text("The metric it should move, such as win_rate.")))
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="VALUE",
            help=hint(text("Where the metric should be: 0.4 or 40%; of what is counted: in a month.")),
        ),
    ] = None,
    due: Annotated[str | None, typer.Option(metavar="DATE", help=hint(text("Until when.")))] = None,
    agreed: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Day of the meeting; default: today.")))
    ] = None,
    done: Annotated[bool, typer.Option("--done", help=hint(text("Close it: it was done.")))] = False,
    drop: Annotated[bool, typer.Option("--drop", help=hint(text("Close it: it was dropped.")))] = False,
    list_: Annotated[bool, typer.Option("--list", help=hint(text("Show what was agreed, with ids.")))] = False,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE.csv",
            help=hint(text("Record several: headings rep, text, metric, target, due, agreed. All or none.")),
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help=hint(text("How --list prints.")))] = Format.table,
    extension: Extensions = None,
) -> None:
    """Commitments."""
    import datetime as dt

    from salesreport.coach import command
    from salesreport.coach.written import Written
    from salesreport.report.extensions import load_extensions

    language, today = language_of(context), dt.datetime.now().astimezone().date()
    details = {"--metric": metric, "--target": target, "--due": due, "--agreed": agreed}
    _one_thing({"--done": done, "--drop": drop, "--list": list_, "--from": from_}, details, rep, said)
    load_extensions(extension or ())
    if list_:
        parts, told = command.listed(dataset, rep, format.value, language)
        print_results(parts)
    elif from_ is not None:
        told = command.add_file(dataset, from_, today)
    elif done or drop:
        told = command.end(dataset, rep, said, "done" if done else "dropped", today)
    else:
        told = command.add(dataset, Written(rep or "", said or "", metric, target, due, agreed), today)
    for line in told:
        say(line, language)


@app.command(
    help=hint(
        text(
            "Did coaching help? Over all reps: the change since something was agreed, beyond what comes by itself."
        ),
        "salesreport coaching outputs/datasets/sample",
        "salesreport coaching outputs/datasets/sample --metric conversion:proposal --as-of 2025-09-30",
    )
)
def coaching(
    context: typer.Context,
    dataset: DatasetFolder,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help=hint(text("Only this metric; may be given several times."))),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Seen from this day; default: the dataset's.")))
    ] = None,
    format: Printed = Format.table,
    extension: Extensions = None,
) -> None:
    """What came of coaching."""
    from salesreport.coach import command
    from salesreport.report.extensions import load_extensions

    language = language_of(context)
    load_extensions(extension or ())
    parts, lines = command.looked_back(dataset, metric or [], day_of(as_of), format.value, language)
    print_results(parts)
    for line in lines:
        say(line, language, error=format is Format.csv)


def _one_thing(ways: dict[str, Any], details: dict[str, Any], rep: str | None, said: str | None) -> None:
    """One way at a time, and nothing that it has no use for."""
    from salesreport.errors import ConfigError

    chosen = [name for name, given in ways.items() if given]
    if len(chosen) > 1:
        raise ConfigError(text("One of these at a time."), found=chosen)
    useless = [name for name, given in details.items() if given is not None] if chosen else []
    if chosen in (["--list"], ["--from"]):
        useless += ["TEXT"] if said is not None else []
        useless += ["REP"] if rep is not None and chosen == ["--from"] else []
    if useless:
        raise ConfigError(text("This has no meaning together with {option}.", option=chosen[0]), found=useless)
    if not chosen and rep is None:
        raise ConfigError(text("With whom was it agreed? Give the rep and the text."), key="REP")
