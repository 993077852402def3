"""`salesreport demo`: what to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import app, hint, language_of
from salesreport.cli.running import run_pack
from salesreport.language import LANGUAGES, text
from salesreport.terminal import say

REPS, DEALS = 35, 9_000
"""The company that strategy and plan in `params/` are of."""


@app.command(
    help=hint(
        text("Make the sample company and its review pack, to see what this is."),
        "salesreport demo",
        "salesreport demo --out try --language de --workers 4",
    )
)
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help=hint(text("Folder for dataset and pack.")))] = Path("outputs"),
    reps: Annotated[int, typer.Option(help=hint(text("Number of reps.")))] = REPS,
    deals: Annotated[int, typer.Option(help=hint(text("Number of deals.")))] = DEALS,
    language: Annotated[
        str | None, typer.Option(metavar="|".join(LANGUAGES), help=hint(text("Language of the reports.")))
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help=hint(text("Reports made at a time; default: the processors.")))
    ] = None,
) -> None:
    """Sample dataset and pack."""
    from salesreport.config import language_of as known_language
    from salesreport.pack.notebook import project_folder
    from salesreport.sample import write_company

    spoken = language_of(context) if language is None else known_language(language, "--language")
    folder = out / "datasets" / "sample"
    say(text("Making the sample company …"), language_of(context), error=True)
    write_company(folder, reps=reps, deals=deals)
    changes = [f"dataset={folder}", f"output={out / 'sample-2025-Q4'}", f"language={spoken.code}"]
    if (reps, deals) != (REPS, DEALS):
        changes += ["strategy=", "plan="]  # another company's
    run_pack(context, project_folder("params") / "packs" / "sample.yml", changes, [], workers)
