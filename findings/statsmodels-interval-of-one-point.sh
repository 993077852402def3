#!/usr/bin/env bash
# Where nothing has happened yet, three intervals of statsmodels for rates are a single point, and a wrong one.
#
# One would expect: no event in ten months gives a rate from 0 to 0.30 a month (mid-p) or 0.37 (exact), and no deal
#   in 50 weeks against 5 in 60 a ratio of rates from 0 upwards. Every interval has the rate that was seen: 0.
# What happens (statsmodels 0.15.0): confint_poisson(0, 10, "midp-c") is 0.29957 to 0.29957: the search for either
#   end finds the upper one, as there is no lower root. "sqrt" takes the square of a negative root: 0.0960 to
#   0.0960. confint_poisson_2indep(0, 50, 5, 60, "score", compare="ratio") is 0.92195 to 0.92195, and of the two
#   swapped 1.0847 to 1.0847, though test_poisson_2indep by the same method has p = 0.15 for a ratio of 0.5: it
#   belongs to the interval. No error, and of (0, 50, 5, 60) no warning. With one event all are intervals as they
#   should be.
# Whom it hurts: new reps and rare events are where intervals are wanted: a rate of none comes out as exactly 0.30
#   a month, without any uncertainty, and "significantly" more than none. Take "exact-c", "score" or "jeff" for one
#   rate, "mover" for a ratio.
# No guess was written down: zero was one of the edges at which all methods were looked at.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 \
    pandas==3.1.1
cat > try.py <<'PY'
import math
import warnings

from statsmodels import __version__
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep, test_poisson_2indep

print("statsmodels", __version__)
for method in ("exact-c", "score", "jeff", "midp-c", "sqrt"):
    none, one = confint_poisson(0, 10, method), confint_poisson(1, 10, method)
    print(f"{method}: none in 10: {none[0]:.5f} to {none[1]:.5f}; one in 10: {one[0]:.5f} to {one[1]:.5f}")
    assert one[1] - one[0] > 0.3, one
    if method in ("midp-c", "sqrt"):
        assert 0.09 < none[0] and abs(none[1] - none[0]) < 1e-6, none
    else:
        assert none[0] < 1e-3 and none[1] > 0.2, none
# Half of exp(-10 rate) is 0.025: this is the upper end.
assert abs(confint_poisson(0, 10, "midp-c")[1] + math.log(0.05) / 10) < 1e-6

with warnings.catch_warnings():
    warnings.simplefilter("error")
    lower, upper = confint_poisson_2indep(0, 50, 5, 60, method="score", compare="ratio")
    inside = test_poisson_2indep(0, 50, 5, 60, value=0.5, method="score", compare="ratio").pvalue
    mover = confint_poisson_2indep(0, 50, 5, 60, method="mover", compare="ratio")
print(f"none in 50 to 5 in 60, score: {lower:.5f} to {upper:.5f}; p of the ratio 0.5: {inside:.3f}")
print(f"   mover: {mover[0]:.5f} to {mover[1]:.5f}")
assert abs(upper - lower) < 1e-6 and abs(lower - 0.92195) < 1e-4, (lower, upper)
assert inside > 0.1, inside
assert mover[0] == 0 and mover[1] > 1, mover

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    lower, upper = confint_poisson_2indep(5, 60, 0, 50, method="score", compare="ratio")
print(f"5 in 60 to none in 50, score: {lower:.5f} to {upper:.5f}")
assert abs(upper - lower) < 1e-6 and abs(lower - 1.08466) < 1e-4, (lower, upper)
PY
env/bin/python try.py
