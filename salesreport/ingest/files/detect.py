"""How a text file is written, from its bytes: encoding and separator, never guessed where two would fit."""

import codecs
import csv
import io
import itertools
from collections.abc import Sequence

from salesreport.errors import DataError
from salesreport.ingest.cells.headings import LOOKED_AT, declare_header_row, positions
from salesreport.ingest.files.encodings import is_utf16, readings
from salesreport.language import Text, text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE = 65_536
_SAMPLE_ROWS = 100


def as_utf8(data: bytes, declared: str | None, file: str, table: str) -> bytes:
    """A text file's content as UTF-8: by its byte order mark, as declared, or as it is where it is valid UTF-8.

    Args:
        data: the file's bytes. declared: name of a Python codec, or None. file, table: for messages.

    Raises:
        DataError: it is not in the declared encoding; or none is declared and it is not UTF-8.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    encoding = marked or declared
    wide = None if encoding is not None and encoding.startswith("utf") else is_utf16(data)
    if wide is not None:
        raise DataError(
            text("The encoding of the file is not known, or another: every other byte is zero."),
            file=file,
            table=table,
            hint=text("Declare “encoding”, for example {encoding}.", encoding=wide),
        )
    if encoding is not None:
        try:
            content = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise DataError(
                text("The file is not written in {encoding}: {reason}.", encoding=encoding, reason=error.reason),
                file=file,
                table=table,
                rows=[data.count(b"\n", 0, error.start) + 1],
                found=data[max(0, error.start - 10) : error.start + 10],
                hint=text("Declare the right “encoding”."),
            ) from None
        return without_zeros(content.encode("utf-8"))
    if data.isascii():
        valid = True
    else:
        try:
            data.decode("utf-8")
            valid = True
        except UnicodeDecodeError:
            valid = False
    if valid:
        return without_zeros(data)
    offered = readings(data)
    raise DataError(
        text("The encoding of the file is unknown: it is not UTF-8."),
        file=file,
        table=table,
        expected=text("“encoding” to be declared as the one that reads right: {readings}", readings=offered)
        if offered
        else text("“encoding” to be declared, the name of a Python codec such as {name}", name="cp1253"),
    )


def without_zeros(content: bytes) -> bytes:
    """UTF-8 without the zero bytes that some programs leave in texts: they say nothing, and no page can hold them.

    Examples:
        >>> without_zeros(b"Lamp\\x00s")
        b'Lamps'
    """
    return content.replace(b"\0", b"") if b"\0" in content else content


def find_separator(content: bytes, wanted: Sequence[str], file: str, table: str, first: int = 1) -> str:
    """The separator under which the first rows have as many cells as the heading.

    Where several would do, the one under which most of the wanted headings are found.

    Args:
        content: the file, UTF-8, from its heading on. wanted: the headings that the source spec maps.
        file, table: for messages. first: number of the row that the content begins with.

    Raises:
        DataError: none fits, or several do equally well.
    """
    sample = content[:_SAMPLE].decode("utf-8", "ignore")
    whole = len(content) <= _SAMPLE
    fits: dict[str, int] = {}
    ragged: dict[str, int] = {}
    single = False
    for separator in _SEPARATORS:
        records = _sampled(sample, separator, whole)
        if not records:
            continue
        width = len(records[0])
        single = single or (width == 1 and _found(wanted, records[0]) > 0)
        same = sum(len(record) == width for record in records[1:])
        # a few ragged rows and footers may follow any heading
        if width > 1:
            even = same >= 0.8 * (same + _ragged(records))
            (fits if even else ragged)[separator] = _found(wanted, records[0])
    # rows may be damaged; a heading that holds all that is looked for is evidence too
    fits = fits or {separator: found for separator, found in ragged.items() if found == len(wanted) > 1}
    if not fits:
        if single:
            return ","
        raise DataError(
            text("The separator of the file is unknown: no comma, semicolon, tab or bar gives even rows."),
            file=file,
            table=table,
            found=sample.split("\n", 1)[0][:100].strip(),
            hint=_title_above(sample, wanted, first) or text("Declare “separator”."),
        )
    best = [separator for separator, found in fits.items() if found == max(fits.values())]
    if len(best) > 1:
        raise DataError(
            text("The separator of the file is ambiguous."),
            file=file,
            table=table,
            found=[_SEPARATORS[separator] for separator in best],
            hint=text("Declare “separator”."),
        )
    return best[0]


def _title_above(sample: str, wanted: Sequence[str], first: int) -> Text | None:
    """Where the headings stand in a later row, below a title: what to declare."""
    for separator in _SEPARATORS:
        try:
            rows = list(
                itertools.islice(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), LOOKED_AT)
            )
        except csv.Error:
            continue
        for number, row in enumerate(rows, first):
            if number > first and _found(wanted, row) >= min(2, len(wanted)) > 0:
                return declare_header_row(number)
    return None


def _found(wanted: Sequence[str], headings: Sequence[str]) -> int:
    """How many of the wanted headings there are."""
    stripped = [heading.strip() for heading in headings]
    return sum(bool(positions(heading, stripped)) for heading in wanted)


def _sampled(sample: str, separator: str, whole: bool) -> list[list[str]]:
    """The first records that are not empty; the last one of a cut sample may be cut too and is left out."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            if any(record):
                records.append(record)
            if len(records) > _SAMPLE_ROWS:
                return records
    except csv.Error:
        pass
    return records if whole else records[:-1]


def _ragged(records: list[list[str]]) -> int:
    """Rows of another width than the heading; a line with a single cell is a note, no row."""
    return sum(len(record) not in (len(records[0]), 1) for record in records[1:])
