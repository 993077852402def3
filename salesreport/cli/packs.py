"""`salesreport pack`: reports."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import app, hint
from salesreport.cli.running import EngineName, run_pack
from salesreport.documents.formats import DOCUMENTS
from salesreport.language import text


@app.command(
    help=hint(
        text("Make a pack: one report per rep, team, segment …, and an index."),
        "salesreport pack params/packs/maven.yml",
        "salesreport pack params/packs/maven.yml --only 'Versie Hillebrand' --set period=2017-Q3 --set output=q3",
        "salesreport pack params/packs/maven.yml --workers 4 --set where.team=Central",
        "salesreport pack params/packs/maven.yml --format pptx --format xlsx",
    )
)
def pack(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="PACK.yml", help=hint(text("What to run for whom.")))],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help=hint(text("Change a setting or a notebook parameter."))),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help=hint(text("Only this subject; may be given several times."))),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help=hint(text("Reports made at a time; default: the processors.")))
    ] = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help=hint(text("What runs the notebooks; default: the fastest that this system can run."))),
    ] = None,
    time_limit: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help=hint(text("A report that takes longer is ended.")))
    ] = 120,
    force: Annotated[
        bool, typer.Option("--force", help=hint(text("Also make the reports whose inputs are unchanged.")))
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help=hint(text("Remove the reports of another period from the folder.")))
    ] = False,
    format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="|".join(DOCUMENTS),
            help=hint(text("Make each report as this, too; may be given several times.")),
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDR", help=hint(text("Make the reports on the Dask cluster of this scheduler."))),
    ] = None,
) -> None:
    """Reports."""
    run_pack(
        context,
        file,
        changes or [],
        only or [],
        workers,
        engine,
        time_limit,
        force,
        scheduler,
        format or [],
        replace,
    )
