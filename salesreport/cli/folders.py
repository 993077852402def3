"""`salesreport new`: a client's folder."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesreport.cli.app import app, day_of, hint, language_of
from salesreport.language import LANGUAGES, Language, text
from salesreport.terminal import say

if TYPE_CHECKING:
    from salesreport.project.folder import Export


@app.command(
    help=hint(
        text("Make a client's folder: notebooks, settings with comments, a README that says what to type."),
        "salesreport new lumen",
        "salesreport new lumen --from deals.csv --from users.csv --currency EUR --language de",
        "salesreport new lumen --from deals.csv --preset hubspot --currency EUR --copy",
    )
)
def new(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=hint(text("The folder; nothing that is there is changed.")))
    ],
    from_: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help=hint(
                text("A file of the export, to begin with; may be given several times. It stays where it is.")
            ),
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=hint(text("Of --from: the CRM; default: `auto`, whichever fits."))),
    ] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help=hint(text("Copy the files of --from to the folder's data/.")))
    ] = False,
    name: Annotated[
        str | None, typer.Option(help=hint(text("The client, as reports name it; default: the folder's name.")))
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="ISO", help=hint(text("Of --from: the currency of the amounts.")))
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help=hint(text("Of --from: where the days are meant.")))
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Of --from: the day the export was made.")))
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="|".join(LANGUAGES), help=hint(text("Language of folder and reports.")))
    ] = None,
) -> None:
    """A client's folder."""
    from salesreport.config import language_of as known_language
    from salesreport.errors import ConfigError
    from salesreport.project.folder import SPEC, new_folder

    spoken = language_of(context) if language is None else known_language(language, "--language")
    given = {"--preset": preset, "--copy": copy or None, "--currency": currency, "--timezone": timezone}
    useless = [option for option, value in {**given, "--as-of": as_of}.items() if value is not None]
    if useless and not from_:
        raise ConfigError(text("This has a meaning only together with {option}.", option="--from"), found=useless)
    client = name if name is not None else folder.absolute().name
    export = None
    if from_:
        export = _looked_at(from_, preset, client, currency, timezone, as_of, spoken, language_of(context))
    new_folder(folder, spoken, client, dt.datetime.now().astimezone().date(), export, copy)
    if export is not None:
        say(text("Written: {file}", file=str(folder / SPEC)), language_of(context))
    if export is not None and not copy:
        say(
            text("The export stays in {folder}: nothing was copied (“--copy” does).", folder=str(export.root)),
            language_of(context),
        )
    say(text("The commands to type stand in {file}.", file=str(folder / "README.md")), language_of(context))


def _looked_at(
    files: list[Path],
    preset: str | None,
    name: str,
    currency: str | None,
    timezone: str | None,
    as_of: str | None,
    spoken: Language,
    language: Language,
) -> "Export":
    """What the files of an export mean: said, and as a source spec in the folder's language."""
    from salesreport.cli.datasets import proposed, tell
    from salesreport.ingest.proposal.proposal import as_yaml
    from salesreport.project.folder import NEEDS, Export

    given = {"name": name, "as_of": day_of(as_of), "currency": currency, "timezone": timezone}
    proposal = proposed(files, preset or "auto", given, {}, language)
    tell(proposal, language)
    if not proposal.complete:
        say(
            text("What the files do not tell must be said first: {missing}.", missing=proposal.missing()),
            language,
            error=True,
        )
    day = proposal.settings["as_of"]
    tells = frozenset(one for one in NEEDS.values() if proposal.tells(one))
    spec = as_yaml(proposal, spoken)
    return Export(proposal.root, [one.resolve() for one in files], spec, proposal.complete, day, tells)
