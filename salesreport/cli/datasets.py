"""`salesreport ingest`: from an export to a dataset."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesreport.cli.app import app, day_of, hint, language_of
from salesreport.language import Language, Text, text
from salesreport.later import loading
from salesreport.terminal import ingest_table, results_console, say, set_aside_files, steps

if TYPE_CHECKING:
    from salesreport.dataset import Dataset
    from salesreport.ingest.proposal.proposal import Proposal


@app.command(
    help=hint(
        text("Turn an export into a dataset; no row is lost without a reason."),
        "salesreport ingest params/sources/maven.yml --root downloads/maven --out outputs/datasets/maven",
        "salesreport ingest crm.yml --out outputs/datasets/crm --snapshot-date 2025-03-02",
        "salesreport ingest deals.csv users.csv --preset auto --currency EUR --out outputs/datasets/crm",
    )
)
def ingest(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE.yml | FILE…", help=hint(text("How the export maps to tables; or the export's files."))
        ),
    ],
    out: Annotated[Path | None, typer.Option(help=hint(text("Folder of the dataset.")))] = None,
    root: Annotated[
        Path | None,
        typer.Option(help=hint(text("Folder of the export's files; default: that of SOURCE.yml."))),
    ] = None,
    snapshot_date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help=hint(text("Add the export, taken on this day, to the dataset that is there.")),
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=hint(text("Of FILE…: the CRM they come from, `auto`, or a preset file of your own.")),
        ),
    ] = None,
    write_spec: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=hint(text("Of FILE…: where the mapping is written, to check and edit."))
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help=hint(text("Of FILE…: name of the dataset.")))] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Of FILE…: the day the export was made.")))
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="ISO", help=hint(text("Of FILE…: the currency of the amounts.")))
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("Of FILE…: rates: currency, from (day), rate."))),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help=hint(text("Of FILE…: where the days are meant.")))
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help=hint(text("Of FILE…: how texts are encoded, where it cannot be told.")))
    ] = None,
    date_order: Annotated[
        str | None, typer.Option(metavar="dmy|mdy|ymd", help=hint(text("Of FILE…: the order of day and month.")))
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar=".|,", help=hint(text("Of FILE…: the decimal mark.")))
    ] = None,
) -> None:
    """Export → dataset."""
    with loading():
        from salesreport.errors import ConfigError
        from salesreport.ingest import ingest as ingest_export
        from salesreport.ingest.files.file_kinds import is_data_file

    language = language_of(context)
    taken_on = None if snapshot_date is None else day_of(snapshot_date, "--snapshot-date")
    of_files = {
        "--preset": preset,
        "--write-spec": write_spec,
        "--name": name,
        "--as-of": as_of,
        "--currency": currency,
        "--rates": rates,
        "--timezone": timezone,
        "--encoding": encoding,
        "--date-order": date_order,
        "--decimal": decimal,
    }
    if preset is None and not (is_data_file(sources[0]) and sources[0].is_file()):
        _refuse_files(sources, of_files)
        if out is None:
            raise ConfigError(text("This option is required."), key="--out")
        _report(ingest_export(sources[0], out, root, steps(language), taken_on), language)
        return
    day = taken_on if as_of is None else day_of(as_of, "--as-of")
    given = {"name": name, "as_of": day, "currency": currency, "rates": rates, "timezone": timezone}
    reading = {"encoding": encoding, "date_order": date_order, "decimal": decimal}
    proposal = proposed(sources, preset, given, reading, language)
    if write_spec is not None:
        _write(proposal, write_spec, language)
    if preset is None:
        _refuse_without_preset(proposal, sources, write_spec, language)
    tell(proposal, language)
    if not proposal.complete:
        raise ConfigError(
            text("What the files do not tell must be said first: {missing}.", missing=proposal.missing()),
            hint=_how_to_say_it(write_spec),
        )
    if out is None:
        if write_spec is None:
            raise ConfigError(text("This option is required."), key="--out")
        return
    _report(_ingested(proposal, out, taken_on, language, write_spec), language)


def _refuse_files(sources: list[Path], of_files: dict[str, Any]) -> None:
    """A source spec stands alone, is there, and says itself what options say of files."""
    from salesreport.errors import ConfigError

    if sources[0].is_dir():
        raise ConfigError(text("This is a folder, and a file is wanted."), file=sources[0])
    if not sources[0].is_file():
        raise ConfigError(text("There is no such file."), file=sources[0])
    if len(sources) > 1:
        raise ConfigError(
            text("A source spec stands alone; files of data need “--preset”."), found=[str(one) for one in sources]
        )
    for option, value in of_files.items():
        if value is not None:
            raise ConfigError(text("This option is for files of data; a source spec says it itself."), key=option)


def proposed(
    sources: list[Path], preset: str | None, given: dict[str, Any], reading: dict[str, Any], language: Language
) -> "Proposal":
    """What files mean, by a preset; `salesreport new` asks the same."""
    from salesreport.errors import ConfigError, DataError
    from salesreport.ingest.proposal.proposal import propose

    for one in (*sources, *([given["rates"]] if given.get("rates") else [])):
        if one.is_dir():
            raise DataError(text("This is a folder, and a file is wanted."), file=one)
        if not one.is_file():
            raise DataError(text("There is no such file."), file=one)
        if preset is not None and one.suffix.lower() in (".yml", ".yaml"):
            raise ConfigError(text("This is no file of data; a source spec takes no preset."), file=one)
    steps(language)(text("Reading {file}", file=[str(one) for one in sources]))
    return propose(sources, preset or "auto", given, reading)


def _refuse_without_preset(
    proposal: "Proposal", sources: list[Path], write_spec: Path | None, language: Language
) -> None:
    """Without a preset nothing is ingested: the mapping is printed as a source spec."""
    from salesreport.errors import ConfigError
    from salesreport.ingest.proposal.proposal import as_yaml

    if write_spec is None:
        # what is printed can be sent to a file and be the source spec
        print(as_yaml(proposal, language), end="")
    spec = write_spec or Path(f"{sources[0].stem}.yml")
    raise ConfigError(
        text("This is a file of data; a source spec says what it means. A beginning of one is printed.")
        if write_spec is None
        else text("This is a file of data; a source spec says what it means. A beginning of one is written."),
        file=sources[0],
        hint=text(
            "Save it as {name}, check every line, and ingest that; or say “--preset auto” to go on at once.",
            name=str(spec),
        ),
    )


def tell(proposal: "Proposal", language: Language) -> None:
    """What is mapped to what, what is doubtful, what is left unused."""
    for line in proposal.told():
        say(line, language)


def _on_the_command_line(hint: Text | None) -> Text | None:
    """A hint that names a setting of a spec, with the option that says the same."""
    if hint is None:
        return None
    for setting in ("date_order", "decimal", "encoding"):
        if f"“{setting}”" in str(hint):
            option = "--" + setting.replace("_", "-")
            return text("{hint} On the command line: {option}.", hint=hint, option=option)
    return hint


def _how_to_say_it(write_spec: Path | None) -> Text:
    if write_spec is None:
        return text("Write the mapping to a file with “--write-spec FILE”, complete it, and ingest that.")
    return text("Complete {file}, and ingest that.", file=str(write_spec))


def _write(proposal: "Proposal", file: Path, language: Language) -> None:
    from salesreport.errors import ConfigError
    from salesreport.files import write_text
    from salesreport.ingest.proposal.proposal import as_yaml

    if not file.parent.is_dir():
        raise ConfigError(text("There is no such folder."), key="--write-spec", found=str(file.parent))
    if file.exists():
        raise ConfigError(
            text("The file is there already, and may have been edited."), key="--write-spec", found=str(file)
        )
    write_text(file, as_yaml(proposal, language))


def _ingested(
    proposal: "Proposal", out: Path, taken_on: dt.date | None, language: Language, write_spec: Path | None
) -> "Dataset":
    """Ingest by a proposal; errors say how its mapping can be changed."""
    import tempfile

    from salesreport.errors import ConfigError, DataError
    from salesreport.files import write_text
    from salesreport.ingest import ingest as ingest_export
    from salesreport.ingest.proposal.proposal import as_yaml

    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "mapping.yml"
        write_text(spec, as_yaml(proposal, language))
        try:
            return ingest_export(spec, out, proposal.root, steps(language), taken_on)
        except ConfigError as error:
            if error.file is not None and Path(error.file) == spec:
                error.file, error.line = write_spec, error.line if write_spec else None
            if (error.key or "").startswith("tables"):
                error.hint = error.hint or _how_to_say_it(write_spec)
            raise
        except DataError as error:
            error.hint = _on_the_command_line(error.hint)
            if error.column is not None:
                error.hint = error.hint or _how_to_say_it(write_spec)
            raise


def _report(dataset: "Dataset", language: Language) -> None:
    """What became of the rows, what is to be known of them, and where they are."""
    results_console().print(ingest_table(dataset, language))
    for note in dataset.provenance.notes:
        say(note, language)
    for noticed in dataset.provenance.noticed:
        say(noticed.full, language)
    for file in set_aside_files(dataset):
        say(text("Rows set aside: {file}", file=str(file)), language)
    say(text("Dataset: {folder}", folder=str(dataset.path)), language)
