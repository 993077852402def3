"""`salesreport anonymise`: a dataset that can be shown."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import DatasetFolder, app, hint, language_of, print_results
from salesreport.language import text
from salesreport.terminal import say


@app.command(
    help=hint(
        text(
            "A copy of a dataset with other names, ids, amounts and days, and the same rates; or who is who in it."
        ),
        "salesreport anonymise outputs/datasets/crm --out outputs/datasets/shared --key crm.key",
        "salesreport anonymise outputs/datasets/crm --out outputs/datasets/public --key crm.key --coarsen",
        "salesreport anonymise outputs/datasets/crm --key crm.key --restore 'Mila Falkenberg'",
    )
)
def anonymise(
    context: typer.Context,
    dataset: DatasetFolder,
    key: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help=hint(text("The secret that tells who is who; made where it is missing."))
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=hint(text("Folder of the copy; new, or empty.")))
    ] = None,
    coarsen: Annotated[
        bool,
        typer.Option(
            "--coarsen",
            help=hint(text("Also merge rare categories, name none, and cut the largest amounts: figures change.")),
        ),
    ] = False,
    same_order: Annotated[
        bool,
        typer.Option(
            "--same-order",
            help=hint(text("Keep the order of ids, so that ties and what is drawn at random stay the same.")),
        ),
    ] = False,
    restore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=hint(text("Say who this name or id of the copy is; may be given several times. Writes nothing.")),
        ),
    ] = None,
) -> None:
    """Anonymise."""
    from salesreport.anonymise import command
    from salesreport.errors import ConfigError

    language = language_of(context)
    if restore:
        if out is not None:
            raise ConfigError(
                text("This has no meaning together with {option}.", option="--restore"), found="--out"
            )
        frame, told = command.who(dataset, key, restore, coarsen, same_order)
        print_results([command.restored_as_text(frame)])
        for line in told:
            say(line, language, error=True)
        return
    if out is None:
        raise ConfigError(text("This option is required."), key="--out")
    made, found, told = command.make(dataset, out, key, coarsen, same_order)
    for line in [*map(command.risk_in_words, found), *told]:
        say(line, language)
    say(text("Dataset: {folder}", folder=str(made.dataset.path)), language)
