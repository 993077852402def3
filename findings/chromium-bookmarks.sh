#!/usr/bin/env bash
# The bookmarks of a PDF printed by Chromium run words together where a heading has more than one line.
#
# One would expect: with `outline: true` each heading becomes a bookmark that reads like the heading.
# What happens (Chromium 156 through Playwright 1.65.2, `Page.printToPDF` with generateDocumentOutline and
#   generateTaggedPDF): the space at which a line ends is dropped, and nothing takes its place: "Talk about the step"
#   becomes "Talk aboutthe step". A heading on one line is right, so it depends on font, paper and language; and the text
#   of the page, as pdftotext reads it, is right as well, so nobody sees it before the list of bookmarks is opened.
# Whom it hurts: whoever makes reports with sentences as headings, and readers who find their way by bookmarks or by a
#   screen reader. Write the titles anew (pikepdf: `open_outline`), looked up without spaces.
# Guess before running: bookmarks have the text of the headings.
# Needs Chromium on the path.
set -euo pipefail
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check playwright==1.65.2 pikepdf==10.18.0
cat > page.html <<'HTML'
<!doctype html><html lang="en"><title>Bookmarks</title>
<h1>One line</h1>
<h2 style="width: 11em">Talk about the next step with the customer, and agree on one thing</h2>
<p>Text.
HTML
cat > try.py <<'PY'
import io
import sys
from pathlib import Path

import pikepdf
from playwright.sync_api import sync_playwright

with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    print("Chromium", browser.version)
    page = browser.new_page()
    page.goto(Path("page.html").absolute().as_uri())
    printed = page.pdf(outline=True, tagged=True)
    browser.close()
with pikepdf.open(io.BytesIO(printed)) as pdf, pdf.open_outline() as outline:
    first = outline.root[0]
    titles = [first.title, *(one.title for one in first.children)]
print(titles)
wanted = "Talk about the next step with the customer, and agree on one thing"
raise SystemExit(titles[0] != "One line" or titles[1] == wanted or titles[1].replace(" ", "") != wanted.replace(" ", ""))
PY
env/bin/python try.py "$chromium" || { echo "bookmarks read like their headings now"; exit 1; }
