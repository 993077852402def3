"""Exports with something wrong in them: a small table, odd cells, a file of some kind, damaged bytes.

`mutant(seed, number)` is always the same file.
"""

import datetime as dt
import gzip
import io
import random
import zipfile
from decimal import Decimal
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq

from salesreport.ingest.presets.presets import GENERIC, PresetColumn, aliases, load_preset, preset_names

HEADINGS = {
    "deal_id": "Id",
    "rep_id": "Owner",
    "status": "State",
    "created_on": "Created",
    "closed_on": "Closed",
    "expected_close_on": "Due",
    "amount": "Amount",
    "units": "Pieces",
    "crm_probability": "Chance",
    "currency": "Money",
    "name": "Title",
    "account_id": "Customer",
}
KINDS = ("csv", "xlsx", "ods", "parquet", "html", "gzip", "zip", "preset")

ODD: tuple[Any, ...] = (
    "", " ", "NULL", "n/a", "-", "?", "#N/A", "#REF!", "inf", "-inf", "nan", "1e400", "1e300", "-1", "0", "1.234",
    "1,234", "1.2.3", "1,2,3", "12 345,67 €", "(5)", "50%", "101%", "$5", "\u0663", "\uff11\uff12", "½", "0x10",
    "--5", "5-", "+", "0000-00-00", "0001-01-01", "1899-12-31", "2199-12-31", "2200-01-01", "9999-12-31",
    "2025-02-30", "12/31/2024", "13/13/2024", "2024-06-01T25:00", "2024-06-01T10:00+99:99", "31.12.24",
    "45000", "-45000", "45000.75", "won", "WON", "Lost", "verloren", "true", "Total", "Summe", "=1+1", "@cmd",
    "\u200b", "\u202eabc", "\u2066x", "\ufeff", "\x00", "\x1f", "\ufffd", "👩\u200d👧", "مرحبا",
    "\u3164", "a\nb", "a\r\nb", 'a"b', "a;b,c\td|e", "{0}", "%s", "{name}", "<script>", "x" * 40_000,
    "9" * 400, "\u0660" * 50, "1" + "0" * 308, "7 Jan 2025", "07-JAN-25 10.15.00 AM", "lis 5, 2025",
    "2025年1月7日", "7 Foo 2025", "1736244000", "1736244000000", "$ -", "MX$5", "￥１２", "Rs. 5", "US Dollar",
    "Peso", "&amp;", "</td></tr></table>",
)  # fmt: skip
"""What a cell may hold that nobody expects."""


class Mutant(NamedTuple):
    """A damaged export.

    Attributes:
        number: which. kind: of `KINDS`. data: the file. options: what the source spec declares of the table.
    """

    number: int
    kind: str
    data: bytes
    options: dict[str, Any]

    @property
    def file(self) -> str:
        return f"deals.{_ENDINGS.get(self.kind, self.kind)}"


_ENDINGS = {"html": "xls", "gzip": "csv.gz", "preset": "csv"}
"""Of kinds of files that have another: pages are what CRMs call `.xls`."""


def mutant(seed: int, number: int) -> Mutant:
    """One of the damaged exports."""
    chance = random.Random(f"{seed}/{number}")
    kind = KINDS[number % len(KINDS)]
    rows = crm_table(chance) if kind == "preset" else table(chance)
    for _ in range(chance.choice((0, 1, 1, 2, 5, 30))):
        row = chance.randrange(1, len(rows)) if chance.random() < 0.95 else 0
        rows[row][chance.randrange(len(rows[row]))] = chance.choice(ODD)
    if chance.random() < 0.1:
        reshape(rows, chance)
    options: dict[str, Any] = {}
    if kind in ("csv", "gzip", "zip", "preset"):
        data, options = csv_file(rows, chance)
        if kind in ("gzip", "zip"):
            data = packed(damaged(data, chance) if chance.random() < 0.3 else data, kind, chance)
    elif kind == "html":
        data = html_file(rows, chance)
    else:
        data = {"xlsx": xlsx_file, "ods": ods_file, "parquet": parquet_file}[kind](rows, chance)
    # a byte changed makes most archives and Parquet files unreadable as a whole
    if kind in ("csv", "html", "preset") or chance.random() < 0.3:
        for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
            data = damaged(data, chance)
    if chance.random() < 0.1:
        options["date_order"] = chance.choice(("dmy", "mdy", "ymd"))
    if chance.random() < 0.1:
        options["decimal"] = chance.choice(".,")
    if chance.random() < 0.05:
        options["header_row"] = chance.choice((1, 2, 3, 50))
    return Mutant(number, kind, data, options)


def table(chance: random.Random) -> list[list[Any]]:
    """A heading, and deals below it."""
    rows: list[list[Any]] = [list(HEADINGS.values())]
    for number in range(chance.randrange(1, 40)):
        status = chance.choice(("open", "won", "lost"))
        created = dt.date(2024, 1, 1) + dt.timedelta(chance.randrange(500))
        closed = None if status == "open" else created + dt.timedelta(chance.randrange(200))
        due = created + dt.timedelta(chance.randrange(300))
        money = round(chance.uniform(0, 50_000), 2)
        owner, customer = chance.choice(("Ann", "Béla", "Çağla", "D")), f"C{chance.randrange(5)}"
        pieces, likely = chance.randrange(9), chance.randrange(101) / 100
        coin, title = chance.choice(("EUR", "EUR", "€", "USD")), f"Deal {number}"
        dates = [created, closed, due]
        rows.append([f"D{number}", owner, status, *dates, money, pieces, likely, coin, title, customer])
    return rows


def crm_table(chance: random.Random) -> list[list[Any]]:
    """Deals under the headings of a CRM, some of them missing."""
    preset = load_preset(chance.choice([name for name in preset_names() if name != GENERIC]))
    kind = chance.choice(preset.tables["deals"])
    headings = {column: _a_name(chance.choice(choices), chance) for column, choices in kind.columns.items()}
    headings |= {f"known {at}": chance.choice(aliases(names)) for at, names in enumerate(kind.known_by)}
    headings = {column: heading for column, heading in headings.items() if heading and chance.random() < 0.97}
    states = chance.choice(kind.status)
    words = {state: list(getattr(states, state)) or [state] for state in ("won", "lost", "open")}
    if states.source is not None and states.source not in headings:
        headings["status"] = aliases(states.source)[0]
    rows: list[list[Any]] = [list(headings.values())]
    for row in table(chance)[1:]:
        told = dict(zip(HEADINGS, row, strict=True))
        told |= {"stage": chance.choice(words[told["status"]]), "status": chance.choice(words[told["status"]])}
        rows.append([told.get(column, chance.choice((1, 0, "", "x", None))) for column in headings])
    return rows


def _a_name(choice: PresetColumn, chance: random.Random) -> str | None:
    names = [one for one in (choice.heading, *choice.first, *choice.join) if one]
    return chance.choice(aliases(chance.choice(names))) if names else None


def reshape(rows: list[list[Any]], chance: random.Random) -> None:
    """Rows and headings that are too many, too few, or twice there."""
    at = chance.randrange(len(rows))
    what = chance.randrange(6)
    if what == 0:
        rows.insert(at, [])
    elif what == 1:
        rows.insert(at, list(rows[at]))
    elif what == 2:
        rows[at] = rows[at][: chance.randrange(len(rows[at]) + 1)]
    elif what == 3:
        rows[at] = [*rows[at], *rows[at]]
    elif what == 4:
        del rows[1:]
    else:
        rows.insert(0, ["A title above"])


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A file with a place of it changed."""
    if not data:
        return data
    at = chance.randrange(len(data))
    length = min(len(data) - at, chance.choice((1, 1, 2, 8, 64, 512)))
    what = chance.randrange(7)
    if what == 0:
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if what == 1:
        return data[:at] + data[at + length :]
    if what == 2:
        return data[: at + length] + data[at : at + length] * chance.choice((1, 2, 50)) + data[at + length :]
    if what == 3:
        return data[:at] + chance.randbytes(length) + data[at + length :]
    if what == 4:
        return data[:at]
    if what == 5:
        token = chance.choice(
            (b'"', b"'", b",", b";", b"\t", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"<")
        )
        return data[:at] + token * chance.choice((1, 1, 3, 1000)) + data[at:]
    return (
        data[:at]
        + chance.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), b"\x80\x80\x80\x80\x01"))
        + data[at + 4 :]
    )


def shown(cell: Any, chance: random.Random, date: str, decimal: str) -> str:
    """A cell as a text file has it."""
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.strftime(date)
    if isinstance(cell, float):
        return str(cell).replace(".", decimal)
    return str(cell)


def csv_file(rows: list[list[Any]], chance: random.Random) -> tuple[bytes, dict[str, Any]]:
    """A CSV file of any dialect, not always one that holds together, and what is to be declared of it."""
    separator, end = chance.choice(",,;;\t|"), chance.choice(("\n", "\n", "\r\n", "\r"))
    date, order = chance.choice(
        (("%Y-%m-%d", "ymd"), ("%d.%m.%Y", "dmy"), ("%m/%d/%Y", "mdy"), ("%d/%m/%y", "dmy"), ("%Y%m%d", "ymd"))
    )
    decimal = chance.choice("..,")
    quoted = chance.choice((0, 1, 1, 2))  # never, where needed, always
    lines = []
    for row in rows:
        cells = [shown(cell, chance, date, decimal) for cell in row]
        needs = [
            quoted == 2 or (quoted == 1 and any(sign in cell for sign in f'{separator}"\r\n')) for cell in cells
        ]
        lines.append(
            separator.join(
                '"' + cell.replace('"', '""') + '"' if need else cell
                for cell, need in zip(cells, needs, strict=True)
            )
        )
    content = end.join(lines) + chance.choice(("", end, end * 3))
    if chance.random() < 0.05:
        content = f"sep={separator}{end}{content}"
    encodings = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1", "cp437")
    encoding = chance.choice(encodings)
    needed = {"date_order": order, "decimal": decimal}
    if not encoding.startswith("utf-8"):
        needed["encoding"] = encoding
    return content.encode(encoding, "replace"), {
        name: value for name, value in needed.items() if chance.random() < 0.9
    }


def packed(data: bytes, kind: str, chance: random.Random) -> bytes:
    """A file in an archive, sometimes not alone, or in an archive once more."""
    if kind == "gzip":
        return gzip.compress(gzip.compress(data) if chance.random() < 0.03 else data, mtime=0)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as new:
        for name in chance.choice(
            (["deals.csv"],) * 8 + (["__MACOSX/._deals.csv", "a/deals.csv"], ["a", "b"], [])
        ):
            new.writestr(zipfile.ZipInfo(name), data)
    return content.getvalue()


def html_file(rows: list[list[Any]], chance: random.Random) -> bytes:
    """A table of a web page as CRMs write them, with odd spans and marks now and then."""
    encoding = chance.choice(("utf-8", "utf-8", "windows-1251", "cp1252", "utf-16"))
    if chance.random() < 0.25:
        return xml_workbook(rows, chance).encode(encoding, "replace")
    escaped, ended = chance.random() < 0.9, chance.random() < 0.9
    lines = []
    for number, row in enumerate(rows):
        tag = chance.choice(("th", "td")) if number == 0 else "td"
        cells = []
        for cell in row:
            span = chance.choice(SPANS) if chance.random() < 0.002 else ""
            written = (
                escape(shown(cell, chance, "%Y-%m-%d", ".")) if escaped else shown(cell, chance, "%d.%m.%Y", ",")
            )
            cells.append(f"<{tag}{span}>{written}" + (f"</{tag}>" if ended else ""))
        lines.append(f"<tr>{''.join(cells)}" + ("</tr>" if ended else ""))
    head = f'<meta charset="{encoding}">' if chance.random() < 0.9 else ""
    layout = chance.choice(
        ("{}", "{}", "{}", "<table><tr><td>{}</td></tr></table>", "{0}{0}", "<div><!-- {{ -->{}</div>")
    )
    table = layout.format(f"<table border=1>{chr(10).join(lines)}</table>")
    return f"<html><head>{head}<style>td {{}}</style></head><body>{table}</body></html>".encode(
        encoding, "replace"
    )


def xml_workbook(rows: list[list[Any]], chance: random.Random) -> str:
    """A workbook in one XML file, with cells and rows that say where they stand now and then."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for at, cell in enumerate(row, 1):
            odd = chance.random() < 0.002
            place = chance.choice((f' ss:Index="{at}"', ' ss:Index="99999"', ' ss:MergeDown="9"')) if odd else ""
            kind = (
                "Number"
                if isinstance(cell, int | float)
                else "DateTime"
                if isinstance(cell, dt.date)
                else "String"
            )
            written = escape(shown(cell, chance, "%Y-%m-%dT00:00:00.000", "."))
            cells.append(f'<Cell{place}><Data ss:Type="{kind}">{written}</Data></Cell>')
        lines.append(f'<Row ss:Index="{number}">{"".join(cells)}</Row>')
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Deals"><Table>'
        f"{''.join(lines)}</Table></Worksheet></Workbook>"
    )


SPANS = (
    ' colspan="2"',
    ' rowspan="2"',
    " rowspan=99999999",
    " colspan=99999999",
    ' colspan="-1"',
    " rowspan=0",
    " x='",
    ' "',
)


def xlsx_file(rows: list[list[Any]], chance: random.Random) -> bytes:
    """A workbook of Excel, with odd attributes now and then, and sometimes with currencies in its formats."""
    lines = []
    formats = chance.random() < 0.5
    for number, row in enumerate(rows, 1):
        cells = []
        for at, cell in enumerate(row):
            place = f' r="{chr(65 + at % 26)}{number}"' if chance.random() < 0.9995 else chance.choice(PLACES)
            kind = chance.choice(CELL_KINDS) if chance.random() < 0.0005 else None
            if cell is None and kind is None:
                continue
            if isinstance(cell, dt.date):
                value = str((cell - dt.date(1899, 12, 30)).days)
                cells.append(f'<c{place} s="1"{kind or ""}><v>{value}</v></c>')
            elif isinstance(cell, int | float):
                style = f' s="{chance.randrange(2, 7)}"' if formats and not kind and chance.random() < 0.5 else ""
                cells.append(f"<c{place}{style}{kind or ''}><v>{cell}</v></c>")
            elif str(cell).startswith("#"):
                cells.append(f'<c{place} t="e"><f>X1</f><v>{xml(cell)}</v></c>')
            elif kind:
                cells.append(f"<c{place}{kind}><f>{xml(cell)[:99]}</f><v>{xml(cell)}</v></c>")
            else:
                cells.append(f'<c{place} t="inlineStr"><is><t>{xml(cell)}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    codes = "".join(
        f"<numFmt numFmtId='{at}' formatCode={quoteattr(code)}/>" for at, code in enumerate(FORMATS, 164)
    )
    own = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(FORMATS)))
    dates = f'<numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>{own}</cellXfs>'
    return archive(workbook_parts("".join(lines), dates), chance)


FORMATS = ('#,##0.00 "Ft"', "[$€-407] 0", "[$$-409]#,##0", '0 "kg"', chr(0x5B) + "$", '0;"')


def workbook_parts(rows: str, styles: str = "") -> dict[str, str]:
    """The parts of an `.xlsx` file of one sheet, by name.

    Args:
        rows: the XML of the sheet's rows. styles: that of the workbook's styles; none: it has none.
    """
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>' if styles else ""
    related = f'<Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/>' if styles else ""
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'{types}<Override PartName="/xl/worksheets/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Deals" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/>{related}</Relationships>',
        **({"xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>'} if styles else {}),
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }


PLACES = ("", ' r=""', ' r="A0"', ' r="1A"', ' r="A1:B2"', ' r="a1"', ' r="AAA1"', ' r="B900"', ' r="A1"')
CELL_KINDS = (' t="s"', ' t="b"', ' t="d"', ' t="n"', ' t="str"', ' t="x"', ' t="e"', ' s="99"', ' s="-1"')


def ods_file(rows: list[list[Any]], chance: random.Random) -> bytes:
    """A workbook of LibreOffice."""
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            again = (
                f' table:number-columns-repeated="{chance.choice((0, 1, 2, -1, 300))}"'
                if chance.random() < 0.0005
                else ""
            )
            if cell is None:
                cells.append(f"<table:table-cell{again}/>")
            elif isinstance(cell, dt.date):
                cells.append(f'<table:table-cell{again} office:value-type="date" office:date-value="{cell}"/>')
            elif isinstance(cell, int | float):
                cells.append(f'<table:table-cell{again} office:value-type="float" office:value="{cell}"/>')
            else:
                value = (
                    chance.choice(("string", "float", "date", "percentage", "boolean", "time", ""))
                    if chance.random() < 0.0005
                    else "string"
                )
                extra = "" if value == "string" else f" office:value={quoteattr(xml(cell)[:200])}"
                cells.append(
                    f'<table:table-cell{again} office:value-type="{value}"{extra}>'
                    f"<text:p>{xml(cell)}</text:p></table:table-cell>"
                )
        again = f' table:number-rows-repeated="{chance.choice((0, 2, 99))}"' if chance.random() < 0.01 else ""
        lines.append(f"<table:table-row{again}>{''.join(cells)}</table:table-row>")
    return archive(ods_parts("".join(lines)), chance)


def ods_parts(rows: str) -> dict[str, str]:
    """The parts of a workbook of LibreOffice with one sheet, called Deals, of these rows."""
    name = "urn:oasis:names:tc:opendocument:xmlns"
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{name}:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>",
        "content.xml": f'<office:document-content xmlns:office="{name}:office:1.0" '
        f'xmlns:table="{name}:table:1.0" xmlns:text="{name}:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="Deals">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
    }


def archive(parts: dict[str, str], chance: random.Random) -> bytes:
    """A zip archive; now and then a part is damaged before it is packed."""
    content = io.BytesIO()
    hurt = chance.choice(list(parts)) if chance.random() < 0.3 else None
    with zipfile.ZipFile(content, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as new:
        for name, part in parts.items():
            data = part.encode("utf-8", "replace")
            if name == hurt and chance.random() < 0.05:
                continue
            new.writestr(name, damaged(data, chance) if name == hurt else data)
    return content.getvalue()


def xml(cell: Any) -> str:
    """A cell within XML; signs that XML forbids stay in."""
    return escape(str(cell))


def parquet_file(rows: list[list[Any]], chance: random.Random) -> bytes:
    """A Parquet file: each column of some type that its values fit, or of texts."""
    width = max(map(len, rows))
    names = [str(cell or "") for cell in rows[0]] + [f"more {at}" for at in range(len(rows[0]), width)]
    below = [row + [None] * (width - len(row)) for row in rows[1:]]
    columns = []
    for at in range(width):
        cells = [row[at] for row in below]
        columns.append(next(made for kind in types(chance) if (made := as_type(cells, kind)) is not None))
    out = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_arrays(columns, names), out, compression=chance.choice(("snappy", "none", "gzip", "zstd")),
        use_dictionary=chance.random() < 0.5, version=chance.choice(("1.0", "2.4", "2.6")),
        store_schema=chance.random() < 0.7,
    )  # fmt: skip
    return out.getvalue().to_pybytes()


def types(chance: random.Random) -> list[Any]:
    """Types of a column to try, in a chance order; the last takes everything."""
    if chance.random() < 0.5:
        return [pa.string()]
    kinds = [pa.date32(), pa.date64(), pa.timestamp("us"), pa.timestamp("ms", "UTC"), pa.float32(), pa.float64(),
             pa.float16(), pa.int64(), pa.decimal128(20, 4), pa.decimal256(50, 10), pa.large_string(),
             pa.dictionary(pa.int32(), pa.string())]  # fmt: skip
    if chance.random() < 0.1:
        kinds += [pa.binary(), pa.list_(pa.string()), pa.bool_()]
    chance.shuffle(kinds)
    return [*kinds, pa.string()]


def as_type(cells: list[Any], kind: Any) -> Any:
    """An Arrow array of a type; None where the cells do not fit."""
    odd = [float(cell) if cell in ("inf", "-inf", "nan", "1e300", "-1") else cell for cell in cells]
    texts = [None if cell is None else str(cell) for cell in cells]
    try:
        if pa.types.is_decimal(kind):
            return pa.array([None if cell is None else Decimal(str(cell)) for cell in odd], kind)
        if pa.types.is_list(kind):
            return pa.array([None if cell is None else [cell] for cell in texts], kind)
        if pa.types.is_binary(kind):
            return pa.array([None if cell is None else cell.encode() for cell in texts], kind)
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
            return pa.array(texts, pa.string()).cast(kind)
        return pa.array(odd, kind)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError, OverflowError):
        return None
