"""`salesreport ingest`: from an export to a dataset."""

from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import app, hint, language_of
from salesreport.language import text
from salesreport.terminal import ingest_table, results_console, say, set_aside_files, steps


@app.command(
    help=hint(
        text("Turn an export into a dataset; no row is lost without a reason."),
        "salesreport ingest params/sources/maven.yml --root downloads/maven --out outputs/datasets/maven",
        "salesreport ingest crm.yml --out outputs/datasets/crm --snapshot-date 2025-03-02",
    )
)
def ingest(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE.yml", help=hint(text("How the export maps to tables.")))
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
) -> None:
    """Export → dataset."""
    from salesreport.errors import ConfigError
    from salesreport.ingest import ingest as ingest_export
    from salesreport.ingest.starter import is_data_file, starter_spec

    language = language_of(context)
    if is_data_file(source) and source.is_file():
        # what is printed can be sent to a file and be the source spec
        print(starter_spec(source, language), end="")
        raise ConfigError(
            text("This is a file of data; a source spec says what it means. A beginning of one is printed."),
            file=source,
            hint=text("Save it as {name}, check every line, and ingest that.", name=f"{source.stem}.yml"),
        )
    if not source.is_file():
        raise ConfigError(text("There is no such file."), file=source)
    if out is None:
        raise ConfigError(text("This option is required."), key="--out")
    taken_on = None
    if snapshot_date is not None:
        from salesreport import arguments

        taken_on = arguments.day(snapshot_date, "--snapshot-date")
    dataset = ingest_export(source, out, root, steps(language), taken_on)
    results_console().print(ingest_table(dataset, language))
    for note in dataset.provenance.notes:
        say(note, language)
    for noticed in dataset.provenance.noticed:
        say(noticed.full, language)
    for file in set_aside_files(dataset):
        say(text("Rows set aside: {file}", file=str(file)), language)
    say(text("Dataset: {folder}", folder=str(dataset.path)), language)
