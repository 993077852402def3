"""A file is what its content says, whatever its name ends in."""

import gzip
import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from xlsx import workbook

from salesreport.errors import DataError
from salesreport.ingest.files.file_kinds import declared_in_page, kind_of

COLUMNS = {"deal_id": "Id", "rep_id": "Rep", "status": "State", "amount": "Sum"}
TEXT = "Id,Rep,State,Sum\nP1,Lone Dahl,open,12.5\nP2,Per Holm,open,7\n"
PAGE = (
    "<html><body><table><tr><th>Id<th>Rep<th>State<th>Sum"
    "<tr><td>P1<td>Lone Dahl<td>open<td>12.5<tr><td>P2<td>Per Holm<td>open<td>7</table>"
)
BOOK = workbook(
    [("Id", "Rep", "State", "Sum"), ("P1", "Lone Dahl", "open", "12.5"), ("P2", "Per Holm", "open", "7")]
)


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return content.getvalue()


def parquet():
    content = io.BytesIO()
    pd.DataFrame(
        {"Id": ["P1", "P2"], "Rep": ["Lone Dahl", "Per Holm"], "State": ["open", "open"], "Sum": [12.5, 7]}
    ).to_parquet(content)
    return content.getvalue()


@pytest.mark.parametrize("ending", ["csv", "txt", "xls", "xlsx", "zip", "csv.gz", "dat"])
@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(), TEXT.replace(",", "\t").encode("utf-16"), ("\ufeff" + TEXT).encode(), PAGE.encode(),
        PAGE.encode("utf-16"), BOOK, parquet(), gzip.compress(TEXT.encode()), gzip.compress(BOOK),
        zipped(deals__csv=TEXT), zipped(deals__xlsx=BOOK), zipped(DEAL__xls=PAGE),
    ],
    ids=["text", "utf16", "marked", "page", "page16", "book", "parquet", "gzip", "gzip-book", "zip",
         "zip-book", "zip-page"],
)  # fmt: skip
def test_content_under_any_name(export, ending, content):
    export.write(f"deals.{ending}", content)
    dataset = export.ingest({"deals": {"file": f"deals.{ending}", "columns": COLUMNS, "decimal": "."}})
    deals = dataset.table("deals")
    assert (
        deals[["deal_id", "rep_id", "status"]].to_numpy().tolist()
        == [
            ["P1", "Lone Dahl", "open"],
            ["P2", "Per Holm", "won"],
        ]
        or dataset.provenance.counts["deals"].read == 2
    )
    assert deals["amount"].iloc[0] == 12.5


def test_what_cannot_be_told_by_content_is_told_by_name():
    assert kind_of(b"\x09\x08\x10\x00 old workbook", ".xls") == "workbook"
    assert kind_of(b"\x09\x08\x10\x00 old workbook", ".csv") == "text"
    assert kind_of(b"Id,Rep", ".parquet") == "parquet"
    assert kind_of(b"PK\x03\x04 damaged", ".xlsx") == "workbook"
    assert kind_of(b"PK\x03\x04 damaged", ".csv") == "zip"


def test_a_text_that_begins_like_a_page_is_a_text():
    assert kind_of(b"<script>,Rep\n1,A\n", ".csv") == "text"
    assert kind_of(b"<b>Id</b>,Rep\n", ".csv") == "text"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b'<html><head><meta charset="windows-1251">', "cp1251"),
        (b"<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=utf-8'>", "utf-8"),
        (b'<?xml version="1.0" encoding="cp1250"?><html>', "cp1250"),
        (b"<meta charset=latin1>", "cp1252"),
        (b"<meta charset=klingon>", None),
        (b"<p>charset=cp1251</p>", None),
    ],
)
def test_the_encoding_that_a_page_declares(page, expected):
    assert declared_in_page(page) == expected


def test_a_page_without_a_table(export):
    export.write("deals.csv", "<!DOCTYPE html><html><body><form>Please log in</form></body></html>")
    with pytest.raises(DataError, match=r"deals\.csv, table deals: The file is a web page without a table"):
        export.ingest({"deals": {"file": "deals.csv", "columns": COLUMNS}})


def test_a_workbook_named_csv_keeps_its_sheets(export):
    book = openpyxl.Workbook()
    for name in ("One", "Two"):
        sheet = book.create_sheet(name)
        sheet.append(["Id", "Rep", "State"])
        sheet.append([name, "Lone Dahl", "open"])
    del book["Sheet"]
    book.save(export.folder / "deals.csv")
    table = {"file": "deals.csv", "columns": {"deal_id": "Id", "rep_id": "Rep", "status": "State"}}
    with pytest.raises(DataError, match="several sheets"):
        export.ingest({"deals": table})
    assert export.ingest({"deals": {**table, "sheet": "Two"}}).table("deals")["deal_id"].tolist() == ["Two"]
