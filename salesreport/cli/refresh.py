"""`salesreport refresh`: the monthly round."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import BAD_INPUT, FAILED, GATE, app, hint, language_of
from salesreport.language import text
from salesreport.pack.loading import loading_for_reports
from salesreport.terminal import errors_console


class LogForm(StrEnum):
    """How the steps of a round are logged."""

    text = "text"
    json = "json"


@app.command(
    help=hint(
        text(
            "Run the monthly round of a pack: read the export, audit it, make the reports, deliver them. Exit "
            "codes: 0 all done, 1 some reports failed, 2 bad input, 3 stopped by the audit."
        ),
        "salesreport refresh params/packs/reviews.yml",
        "salesreport refresh params/packs/reviews.yml --log json",
    )
)
def refresh(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="PACK.yml", help=hint(text("The pack file, with the setting “refresh”.")))
    ],
    log: Annotated[
        LogForm, typer.Option(help=hint(text("How each step is logged: a line for people, or JSON.")))
    ] = LogForm.text,
    workers: Annotated[
        int | None, typer.Option(min=1, help=hint(text("Reports made at a time; default: the processors.")))
    ] = None,
    time_limit: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help=hint(text("A report that takes longer is ended.")))
    ] = 120,
) -> None:
    """The monthly round."""
    language = language_of(context)
    with loading_for_reports():
        from salesreport.cli.mailing import by_mail, check_delivery
        from salesreport.errors import SalesreportError
        from salesreport.pack import load_pack, make_engine
        from salesreport.pack.limits import Limits
        from salesreport.pack.progress import PackProgress
        from salesreport.refresh.log import Log
        from salesreport.refresh.outcome import Outcome, said_of
        from salesreport.refresh.run import refresh as run_round

    said = Log(typer.echo, language, log.value)
    try:
        pack = load_pack(file)
        check_delivery(pack)
    except SalesreportError as error:
        said(Outcome("refresh", "failed", said_of(error, language)))
        raise typer.Exit(BAD_INPUT) from None
    engine = make_engine(None, workers, Limits(seconds=time_limit))
    console = errors_console()
    if console.is_terminal:
        with PackProgress(console, language) as progress:
            status = run_round(pack, engine, said, progress, deliver=by_mail(language))
    else:
        status = run_round(pack, engine, said, deliver=by_mail(language))
    code = {"incomplete": FAILED, "failed": BAD_INPUT, "stopped": GATE}.get(status, 0)
    if code:
        raise typer.Exit(code)
