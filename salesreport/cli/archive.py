"""`salesreport archive`: the packs of many periods side by side."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import app, hint, language_of
from salesreport.language import text
from salesreport.terminal import say


@app.command(
    help=hint(
        text(
            "Write an index over the periods that a folder has packs of, and a page per subject with its history."
        ),
        "salesreport archive outputs/reviews",
        "salesreport archive outputs/reviews --keep 24 --dry-run",
    )
)
def archive(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=hint(text("The folder that holds the packs.")))],
    keep: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help=hint(text("Keep only the newest N periods of each pack."))),
    ] = None,
    brand: Annotated[
        Path | None,
        typer.Option(metavar="BRAND.yml", help=hint(text("The brand of its pages; default: the newest pack’s."))),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=hint(text("Only say what would be removed; write nothing.")))
    ] = False,
) -> None:
    """Archive."""
    from salesreport.archive.write import make_archive
    from salesreport.brand import load_look

    language = language_of(context)
    made = make_archive(folder, keep, rehearse=dry_run, look=None if brand is None else load_look(brand))
    for one in made.gone:
        named = {"folder": str(one.pack.folder), "period": one.pack.manifest.pack.period}
        removed = text("Removed: {folder} ({period})", **named)
        say(text("Would be removed: {folder} ({period})", **named) if dry_run else removed, language)
    for note in made.notes:
        say(note, language, error=True)
    if not dry_run:
        say(text("Archive: {file}", file=str(made.page)), language)
