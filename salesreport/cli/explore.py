"""`salesreport explore`: JupyterLab on the explorer."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import app, hint, language_of
from salesreport.language import text
from salesreport.terminal import say


@app.command(
    help=hint(
        text("Explore conversions in JupyterLab: at which step deals are lost, by whom, and which deals."),
        "salesreport explore",
        "salesreport explore outputs/datasets/maven --port 8890 --no-browser",
    )
)
def explore(
    context: typer.Context,
    dataset: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATASET]", help=hint(text("Folder of the dataset; default: the sample company."))
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help=hint(text("Port to listen on; default: one that is free."))),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=hint(text("Open no browser, only say the address.")))
    ] = False,
    allow_root: Annotated[
        bool, typer.Option("--allow-root", help=hint(text("Let root run JupyterLab, as in a container.")))
    ] = False,
) -> None:
    """The explorer."""
    from salesreport.explore import lab

    here, language = Path.cwd(), language_of(context)
    file = lab.working_copy(dataset or lab.sample_dataset(here), here, language.code)
    say(text("Notebook: {file}", file=str(file)), language, error=True)
    raise typer.Exit(lab.open_lab(file, port, not no_browser, allow_root))
