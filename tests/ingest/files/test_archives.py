"""Archives are unpacked within limits, or refused with one clear error."""

import gzip
import io
import zipfile

import pytest

from salesreport.errors import DataError
from salesreport.ingest.files.archives import most_unpacked, unpacked
from salesreport.ingest.workbooks.workbooks import MEMORY

TEXT = b"Id,Rep\nQ1,Anja\n"


def zipped(*files, **options):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", **options) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return content.getvalue()


def test_the_file_and_its_name():
    assert unpacked(zipped(("a/deals.csv", TEXT)), "zip", "x.zip", "deals") == (TEXT, "a/deals.csv")
    assert unpacked(gzip.compress(TEXT), "gzip", "deals.csv.gz", "deals") == (TEXT, "deals.csv")
    # two parts, one after the other, are one file to gzip
    assert unpacked(gzip.compress(TEXT) + gzip.compress(b"Q2,Bo\n"), "gzip", "x.gz", "t").data == TEXT + b"Q2,Bo\n"


def test_what_systems_leave_in_archives_does_not_count():
    files = [("deals.csv", TEXT), ("__MACOSX/._deals.csv", b"x"), (".DS_Store", b"x"), ("folder/", b"")]
    assert unpacked(zipped(*files), "zip", "x.zip", "deals").data == TEXT


def refused(data, kind="zip"):
    with pytest.raises(DataError) as caught:
        unpacked(data, kind, "x.zip", "deals")
    assert (caught.value.file, caught.value.table) == ("x.zip", "deals")
    return str(caught.value)


def test_several_files():
    said = refused(zipped(("a.csv", TEXT), ("b.csv", TEXT)))
    assert "The archive holds several files. Found “a.csv” and “b.csv”. Expected one file." in said


def test_no_file():
    assert "The archive holds no file." in refused(zipped(("folder/", b"")))
    assert "The file is empty." in refused(zipped(("a.csv", b"")))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zipped(("a.csv", TEXT))[:-30], "zip"),
        (zipped(("a.csv", TEXT)).replace(b"Anja", b"Anka"), "zip"),  # the check sum
        (gzip.compress(TEXT)[:-9], "gzip"),
        (gzip.compress(TEXT)[:12] + b"\xff" * 20, "gzip"),
        (zipped(("a.csv", TEXT), compression=zipfile.ZIP_BZIP2), "zip"),
    ],
    ids=["cut off", "another check sum", "gzip cut off", "gzip of nothing", "another compression"],
)
def test_damaged(data, kind):
    assert "The archive cannot be read: " in refused(data, kind)


def test_locked():
    data = bytearray(zipped(("a.csv", TEXT)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "The archive is locked with a password. Found “a.csv”." in refused(bytes(data))


@pytest.mark.parametrize("kind", ["zip", "gzip"])
def test_larger_than_allowed(monkeypatch, kind):
    """Two megabytes of zeros, where one is allowed."""
    zeros = bytes(2 * 2**20)
    data = gzip.compress(zeros) if kind == "gzip" else zipped(("a.csv", zeros), compression=zipfile.ZIP_DEFLATED)
    assert len(unpacked(data, kind, "x.zip", "deals").data) == 2 * 2**20
    monkeypatch.setenv(MEMORY, "1")
    said = refused(data, kind)
    assert "Unpacked, the file is larger than 1 MB." in said
    assert "SALESREPORT_READ_MEMORY=…" in said


def test_the_limit_grows_with_the_archive():
    assert most_unpacked(100 * 2**20, {}) == 5_000 * 2**20


def test_an_archive_in_an_archive(export):
    export.write("deals.zip", zipped(("deals.csv.gz", gzip.compress(TEXT))))
    with pytest.raises(DataError, match=r"deals\.zip, table deals: The archive holds another archive"):
        export.ingest(
            {
                "deals": {
                    "file": "deals.zip",
                    "columns": {"deal_id": "Id", "rep_id": "Rep"},
                    "constants": {"status": "open"},
                }
            }
        )
