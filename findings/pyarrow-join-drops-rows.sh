#!/usr/bin/env bash
# Joining two columns of texts element by element gives fewer elements than there are rows.
#
# One would expect: pyarrow.compute.binary_join_element_wise gives one text per row, whatever its null_handling; with
#   "skip" an empty text, or null, where a row is null in every column.
# What happens (pyarrow 26.0.1): with null_handling="skip" a row that is null in every column is left out of the result,
#   which is a valid array, only shorter. Nothing is raised or warned. The same rows with "emit_null" or "replace" give all.
# Whom it hurts: whoever joins first and last names, or an address: from the first row without any, every name stands one
#   row too high, on somebody else, unless the shorter column is refused later by a table that checks lengths.
# Guess before running: an empty text, as "skip" reads.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pyarrow==26.0.1
cat > try.py <<'PY'
import pyarrow as pa
import pyarrow.compute as pc

first = pa.array(["Ada", None, "Cid"], pa.string())
last = pa.array(["Lind", None, "Horn"], pa.string())
lengths = {}
for how in ("skip", "emit_null", "replace"):
    joined = pc.binary_join_element_wise(first, last, " ", null_handling=how)
    joined.validate(full=True)
    lengths[how] = len(joined)
    print(f"pyarrow {pa.__version__}, {how}: {joined.to_pylist()}")
assert lengths == {"skip": 2, "emit_null": 3, "replace": 3}, lengths
PY
env/bin/python try.py
