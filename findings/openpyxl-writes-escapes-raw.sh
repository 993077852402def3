#!/usr/bin/env bash
# Close_x0020_Date, written by openpyxl or only loaded and saved by it, is "Close Date" to the next reader.
#
# One would expect: a text in a cell comes back as it was written. The format escapes characters as _xHHHH_
#   (ECMA-376 part 1, 22.9.2.19, ST_Xstring), so a writer has to escape the underscore of a text that looks like
#   one: _x005F_x0020_.
# What happens (openpyxl 3.1.5, XlsxWriter 3.3.1, python-calamine 0.9.1): XlsxWriter escapes it, openpyxl does not.
#   calamine, as the format wants it, reads openpyxl's cell as "Close Date". openpyxl takes _x005F_ away when it
#   reads, and does not put it back when it saves, so a workbook that was right is not any more; openpyxl reads its
#   own files as they were meant, which hides it. DataFrame.to_excel (pandas 3.1.1) gives the one or the other by
#   engine.
# Whom it hurts: lists of SharePoint name columns like that inside (Close_x0020_Date), and exports take these
#   names: after a detour through openpyxl a mapping of columns does not find them, or finds two "Close Date". Keys
#   such as Q_x0041_7 become QA7.
# Guess before running: that openpyxl does not escape, yes; that loading and saving spoils a workbook that was
#   right, no.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 \
    python-calamine==0.9.1 pandas==3.1.1
cat > try.py <<'PY'
import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

COLUMNS = ["Close Date", "Close_x0020_Date", "Q_x0041_7"]


def by_calamine(name):
    return CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()[0]


def by_openpyxl(name):
    return list(next(openpyxl.load_workbook(name).active.iter_rows(values_only=True)))


frame = pd.DataFrame([[1, 2, 3]], columns=COLUMNS)
for engine in ("xlsxwriter", "openpyxl"):
    frame.to_excel(f"{engine}.xlsx", engine=engine, index=False)
openpyxl.load_workbook("xlsxwriter.xlsx").save("saved.xlsx")  # nothing changed in between

CHANGED = ["Close Date", "Close Date", "QA7"]
for name, expected in (("xlsxwriter", COLUMNS), ("openpyxl", CHANGED), ("saved", CHANGED)):
    found, own = by_calamine(f"{name}.xlsx"), by_openpyxl(f"{name}.xlsx")
    print(f"{name}: calamine reads {found}, openpyxl {own}")
    assert found == expected, found
    assert own == COLUMNS, own
PY
env/bin/python try.py
