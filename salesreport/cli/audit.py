"""`salesreport audit`: what a dataset can support, and what is wrong with it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from salesreport.cli.app import DatasetFolder, app, day_of, hint, language_of, print_results
from salesreport.language import text
from salesreport.terminal import say


class AuditFormat(StrEnum):
    """How an audit is printed."""

    table = "table"
    csv = "csv"
    json = "json"
    html = "html"
    xlsx = "xlsx"


FORMS = {".csv": "csv", ".json": "json", ".html": "html", ".xlsx": "xlsx"}
"""How files are named → what is written to them."""


@app.command(
    help=hint(
        text("What the data can support, what is wrong with them, and what that does to which figure."),
        "salesreport audit outputs/datasets/sample",
        "salesreport audit outputs/datasets/sample --as-of 2025-09-30 --out audit.html",
        "salesreport audit outputs/datasets/sample --out audit-2025-12.json",
        "salesreport audit outputs/datasets/sample --against audit-2025-12.json",
    )
)
def audit(
    context: typer.Context,
    dataset: DatasetFolder,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help=hint(text("Seen from this day; default: the dataset's.")))
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help=hint(text("Compare with another dataset, or with an earlier audit that was written as JSON.")),
        ),
    ] = None,
    format: Annotated[AuditFormat, typer.Option(help=hint(text("How to print.")))] = AuditFormat.table,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=hint(text("Write it to this file: .html, .xlsx, .csv or .json."))),
    ] = None,
) -> None:
    """Audit."""
    from salesreport.audit import command, output
    from salesreport.documents.figures import audit_workbook, check_file
    from salesreport.files import write_bytes, write_text
    from salesreport.plan.out_file import form_of
    from salesreport.report.audit_page import audit_html

    language = language_of(context)
    day = day_of(as_of)
    form = format.value if out is None else form_of(out, FORMS, text("An audit is not written to such a file."))
    if form == "xlsx":
        check_file(out, wanted=True)
    made, changes = command.look(dataset, day, against)
    if form == "table":
        print_results(output.as_tables(made, language, changes))
        say(output.NOTE, language, error=True)
        return
    if form == "xlsx" and out is not None:
        write_bytes(out, audit_workbook(made, output.as_frame(made, language, changes), language))
        say(text("Written: {file}", file=str(out)), language)
        return
    write = {"csv": output.as_csv, "json": output.as_json, "html": audit_html}[form]
    content = write(made, language, changes)
    if out is None:
        print_results([content])
    else:
        write_text(out, content)
        say(text("Written: {file}", file=str(out)), language)
