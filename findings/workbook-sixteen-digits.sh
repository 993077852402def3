#!/usr/bin/env bash
# A number written to a workbook by XlsxWriter or openpyxl is not always the number that is read from it.
#
# One would expect: a cell holds a double, so what is written comes back, bit for bit; the format spells numbers out in
#   as many digits as one likes, and a double needs up to seventeen.
# What happens (XlsxWriter 3.3.1, openpyxl 3.1.5): both spell sixteen ("%.16g"). More than a quarter of doubles need
#   seventeen and come back as a neighbour: 113979.49999999997 as 113979.5, 0.1 + 0.2 as 0.3. The same cell with all of
#   its digits is read exactly, so it is the writers and not the format or the reader.
# Whom it hurts: whoever compares a workbook with the CSV or database it was made from, checks that sums are equal, or
#   keys rows by a float. Compare with a tolerance of one part in 10^15, or write such numbers as text.
# Guess before running: none of 10,000 random numbers differs. About 2,760 do.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5
cat > try.py <<'PY'
import io
import random
import zipfile

import openpyxl
import xlsxwriter

random.seed(7)
numbers = [113979.49999999997, 0.1 + 0.2, *(random.uniform(0, 100_000) for _ in range(10_000))]

by_xlsxwriter = io.BytesIO()
book = xlsxwriter.Workbook(by_xlsxwriter, {"in_memory": True})
page = book.add_worksheet()
for row, number in enumerate(numbers):
    page.write_number(row, 0, number)
book.close()

by_openpyxl = io.BytesIO()
book = openpyxl.Workbook()
for number in numbers:
    book.active.append([number])
book.save(by_openpyxl)

all_digits = io.BytesIO()  # the first of them, with its cells spelt out by hand
with zipfile.ZipFile(by_xlsxwriter) as source, zipfile.ZipFile(all_digits, "w") as made:
    for name in source.namelist():
        content = source.read(name)
        if name.endswith("sheet1.xml"):
            for number in numbers:
                content = content.replace(f"<v>{number:.16G}</v>".encode(), f"<v>{number!r}</v>".encode(), 1)
        made.writestr(name, content)


def changed(file):
    read = [row[0] for row in openpyxl.load_workbook(file).active.iter_rows(values_only=True)]
    return sum(one != other for one, other in zip(numbers, read, strict=True)), read[:2]


for name, file in (("XlsxWriter", by_xlsxwriter), ("openpyxl", by_openpyxl), ("hand, all digits", all_digits)):
    count, examples = changed(file)
    print(f"written by {name}: {count} of {len(numbers)} came back as others; the first two as {examples}")
raise SystemExit(not (changed(by_xlsxwriter)[0] > 1000 < changed(by_openpyxl)[0] and changed(all_digits)[0] == 0))
PY
env/bin/python try.py || { echo "numbers come back as they were written now"; exit 1; }
