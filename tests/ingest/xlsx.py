"""Small `.xlsx` and `.ods` files, written by hand: what libraries that write workbooks do not write."""

import io
import zipfile

from mutants import ods_parts, workbook_parts


def workbook(rows, *, formulas=(), more=""):
    """An `.xlsx` file of one sheet: texts as inline strings, numbers as numbers, errors as errors.

    `formulas` are (row, column) of cells that hold a formula and no value; `more` is XML of further rows.
    """
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for at, value in enumerate(row):
            place = f'r="{"ABCDEFGH"[at]}{number}"'
            if (number, at) in formulas:
                cells.append(f"<c {place}><f>A1+1</f><v></v></c>")
            elif value.startswith("#"):
                cells.append(f'<c {place} t="e"><f>X1</f><v>{value}</v></c>')
            elif value.replace(".", "").isdigit():
                cells.append(f"<c {place}><v>{value}</v></c>")
            else:
                cells.append(f'<c {place} t="inlineStr"><is><t>{value}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return zipped(workbook_parts("".join(lines) + more))


def ods(rows):
    """An `.ods` file of one sheet; `rows` is its XML."""
    return zipped(ods_parts(rows))


def zipped(parts):
    """An archive with these texts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()
