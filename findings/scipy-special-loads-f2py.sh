#!/usr/bin/env bash
# Asking scipy for one special function loads numpy's Fortran wrapper generator, test helpers and masked arrays.
#
# One would expect: `from scipy.special import ndtr` loads the compiled functions; numpy loads f2py, testing, ma, ctypeslib
#   and a few more only when they are asked for, by a module-level `__getattr__`, just so that nobody else pays for them.
# What happens (scipy 1.17.1, numpy 2.4.6): scipy.special takes its array-API wrappers from a copy of array_api_compat,
#   which clones numpy's namespace by asking for each name that `dir(numpy)` tells. `dir` tells the lazy ones, too, so
#   all of them are imported; f2py in turn imports charset_normalizer, where that is installed. Laziness on one side and
#   enumeration on the other cancel out. SCIPY_ARRAY_API, off unless asked for, makes no difference.
# Whom it hurts: commands and workers that start often and need but a normal quantile. Nothing that calls
#   scipy.special can avoid it; what helps is to import it late, or once before forking.
# Guess before running: a few dozen modules. It is about two hundred, half of the import's time.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
cat > try.py <<'PY'
import sys
import time

import numpy

LAZY = ("numpy.f2py", "numpy.testing", "numpy.ctypeslib", "numpy.ma")
before = set(sys.modules)
assert "numpy.f2py" not in before, "numpy itself loads it now"
if sys.argv[1:] == ["lazy"]:  # the part that nobody asked for, by itself
    start = time.process_time()
    for name in dir(numpy):
        getattr(numpy, name)
    print(time.process_time() - start)
    sys.exit()
start = time.process_time()
from scipy.special import ndtr

took = time.process_time() - start
assert ndtr(0.0) == 0.5
loaded = [name for name in LAZY if name in sys.modules]
print(f"{took:.3f} {len(set(sys.modules) - before)} {' '.join(loaded)}", file=sys.stderr)
print(took)
sys.exit(loaded != list(LAZY))
PY
env/bin/python try.py > /dev/null 2>&1 || true  # compiled files are written once
whole=$(env/bin/python try.py) || { echo "scipy.special leaves numpy's lazy modules alone now"; exit 1; }
lazy=$(env/bin/python try.py lazy)
echo "scipy.special: $whole s of CPU; numpy's lazy modules by themselves: $lazy s"
python3 -c "import sys; sys.exit(not $lazy > 0.2 * $whole)" || { echo "they cost little now"; exit 1; }
