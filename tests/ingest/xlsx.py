"""Small `.xlsx` files, written by hand: what libraries that write workbooks do not write."""

import io
import zipfile


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
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Deals" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}{more}'
        "</sheetData></worksheet>",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()
