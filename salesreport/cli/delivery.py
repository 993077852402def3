"""`salesreport deliver`: reports by mail."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import FAILED, app, hint, language_of
from salesreport.language import ntext, text
from salesreport.terminal import errors_console, say


@app.command(
    help=hint(
        text("Send the reports of a finished pack by mail: to each rep or manager the right ones."),
        "salesreport deliver outputs/sample-2025-Q4 --to reps --dry-run",
        "salesreport deliver outputs/sample-2025-Q4 --to managers --settings params/deliver.yml",
        "salesreport deliver outputs/sample-2025-Q4 --to recipients.csv --only 'Ann Berg' --again",
    )
)
def deliver(
    context: typer.Context,
    pack: Annotated[Path, typer.Argument(metavar="PACK_DIR", help=hint(text("Folder of the pack.")))],
    to: Annotated[
        str,
        typer.Option(metavar="reps|managers|FILE.csv", help=hint(text("Who gets them; a file names subjects."))),
    ],
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.yml",
            help=hint(text("Mail server and sender; default: deliver.yml in this folder.")),
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help=hint(text("Only what is about this one; may be given several times."))),
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help=hint(text("Also to those who have theirs, or of whom it is unknown."))),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=hint(text("Send nothing; write the mails as files to look at.")))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help=hint(text("Where --dry-run writes; default: outbox in the pack’s folder."))
        ),
    ] = None,
) -> None:
    """Deliver."""
    from salesreport.deliver import run
    from salesreport.deliver import settings as told
    from salesreport.deliver.progress import DeliveryProgress
    from salesreport.errors import ConfigError

    language = language_of(context)
    file = settings or Path(told.FILE)
    if out is not None and not dry_run:
        raise ConfigError(text("This has a meaning only together with {option}.", option="--dry-run"), key="--out")
    if dry_run and settings is None and not file.exists():
        sender = told.MailSettings(host="localhost", sender=told.NOBODY)
    else:
        sender = told.load_settings(file)
    with DeliveryProgress(errors_console(), language) as progress:
        if dry_run:
            place = out or pack / run.OUTBOX
            summary = run.preview(pack, to, sender, place, progress, only=only or (), again=again)
            for one in summary.sent:
                gets = ntext("{n} report", "{n} reports", n=len(one.entries))
                say(
                    text("{name} → {address}: {gets}", name=one.about.name, address=one.address, gets=gets),
                    language,
                )
            say(text("Nothing was sent. Mails to look at: {folder}", folder=str(place)), language)
            return
        summary = run.deliver(pack, to, sender, told.login(), progress, only=only or (), again=again)
        progress.ended(summary)
    if not summary.complete:
        raise typer.Exit(FAILED)
