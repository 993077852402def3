"""`salesreport docs`: the documentation, also without a network."""

from typing import Annotated

import typer

from salesreport.cli.app import app, hint, language_of, print_results
from salesreport.language import text
from salesreport.terminal import results_console, say


@app.command(
    help=hint(
        text("The documentation: all pages, or one of them; in English."),
        "salesreport docs",
        "salesreport docs exports",
        "salesreport docs privacy --open",
    )
)
def docs(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help=hint(text("The page; default: a list of all.")))
    ] = None,
    open_: Annotated[
        bool,
        typer.Option(
            "--open", help=hint(text("Open the page's file with the program that this system has for it."))
        ),
    ] = False,
) -> None:
    """Documentation."""
    from salesreport.project.manuals import page, pages

    language = language_of(context)
    if name is None:
        there = pages()
        width = max(len(one.name) for one in there)
        print_results([f"{one.name:<{width}}  {one.title}\n" for one in there])
        return
    found = page(name)
    if open_:
        say(text("Page: {file}", file=str(found.file)), language)
        typer.launch(str(found.file))
        return
    content = found.file.read_text(encoding="utf-8")
    console = results_console()
    if not console.is_terminal:
        print_results([content])
        return
    from rich.markdown import Markdown

    with console.pager():
        console.print(Markdown(content))
