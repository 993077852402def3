#!/usr/bin/env bash
# Reading a notebook file with nbformat takes ten times as long to start once JupyterLab is installed beside it.
#
# One would expect: `import nbformat` costs the same whatever else is installed; nbformat's schema asks for no IRIs.
# What happens (nbformat 5.11.1, jsonschema 4.26.0, rfc3987-syntax 1.1.0, lark 1.3.1): nbformat imports jsonschema, which
#   registers its check of the format "iri" by importing rfc3987_syntax, if that is installed. JupyterLab installs it (by
#   way of jupyter-events and jsonschema's extra `format-nongpl`). That package compiles a lark grammar while it is
#   imported, so every process that touches nbformat, papermill, nbclient or nbconvert pays for it, though no notebook
#   is ever checked for an IRI. An invented module of the same name is as good: jsonschema only keeps the function.
# Whom it hurts: command lines and services that read or run many notebooks, one process each; papermill's own start.
# Guess before running: a few tenths of a second. It is two to three seconds of CPU, nine tenths of the whole import.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check nbformat==5.11.1 jsonschema==4.26.0
cat > try.py <<'PY'
import sys
import time

start = time.process_time()
import nbformat

took = time.process_time() - start
grammar = "lark" in sys.modules
print(f"nbformat {nbformat.__version__}: {took:.2f} s of CPU, grammar compiled: {grammar}")
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("a")])
nbformat.validate(notebook)
open(sys.argv[1], "w").write(f"{took} {int(grammar)}\n")
PY
env/bin/python try.py warm > /dev/null  # compiled files are written once
env/bin/python try.py without
env/bin/pip install --quiet --disable-pip-version-check rfc3987-syntax==1.1.0 lark==1.3.1
env/bin/python try.py warm > /dev/null
env/bin/python try.py with
read -r without none < without
read -r with there < with
test "$none" = 0 || { echo "the grammar is compiled without the package"; exit 1; }
test "$there" = 1 || { echo "the grammar is not compiled at import any more"; exit 1; }
python3 -c "import sys; sys.exit(not $with > 3 * $without)" || { echo "it costs little now"; exit 1; }
