#!/usr/bin/env bash
# Weights of 1 change the standard errors of a survival curve in statsmodels, here threefold.
#
# One would expect: SurvfuncRight(time, status, freq_weights=w) equals SurvfuncRight of the rows repeated w times,
#   and with weights of 1 what it is without: `surv_prob_se` is documented as the standard errors of `surv_prob`.
# What happens (statsmodels 0.15.0): the curve is the same to the last digit. The errors are not: with weights they
#   are those of the cumulative hazard (Tsiatis' sum of d/n²), not yet multiplied by the curve. So they grow all
#   along, where the true ones shrink again: at the last event of ten deals 0.49 in place of 0.16. summary(),
#   quantile_ci() and simultaneous_cb() take them as they are.
# Whom it hurts: time to closing, counted by (days, outcome) with a number of deals each, as SQL groups it: bands
#   and the limits of medians are too wide. Repeat the rows, or multiply by surv_prob (which is Tsiatis' error,
#   somewhat below Greenwood's).
# Guess before running: equal to repeated rows up to rounding, as the curve is.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 \
    pandas==3.1.1
cat > try.py <<'PY'
import numpy as np
from statsmodels import __version__
from statsmodels.duration.survfunc import SurvfuncRight

days = np.array([1, 1, 2, 3, 3, 3, 5, 8, 8, 9.0])
closed = np.array([1, 0, 1, 1, 1, 0, 1, 0, 1, 0])
number = np.array([1, 2, 1, 3, 1, 1, 2, 1, 1, 2])


def greenwood(days, closed):
    """The textbook's error, worked out by hand."""
    curve, total, found = 1.0, 0.0, []
    for day in np.unique(days[closed == 1]):
        open_, events = np.sum(days >= day), np.sum((days == day) & (closed == 1))
        curve *= 1 - events / open_
        total += events / (open_ * (open_ - events))
        found.append(curve * total**0.5)
    return np.array(found)


print("statsmodels", __version__)
plain, ones = SurvfuncRight(days, closed), SurvfuncRight(days, closed, freq_weights=np.ones(10))
print("without weights:", plain.surv_prob_se.round(4), "weights of 1:", ones.surv_prob_se.round(4))
assert np.allclose(plain.surv_prob, ones.surv_prob)
assert np.allclose(plain.surv_prob_se, greenwood(days, closed))
assert ones.surv_prob_se[-1] > 2 * plain.surv_prob_se[-1]

again = np.repeat(days, number), np.repeat(closed, number)
repeated, weighted = SurvfuncRight(*again), SurvfuncRight(days, closed, freq_weights=number)
print("rows repeated:", repeated.surv_prob_se.round(4), "weights:", weighted.surv_prob_se.round(4))
print("weights times the curve:", (weighted.surv_prob_se * weighted.surv_prob).round(4))
assert np.allclose(repeated.surv_prob, weighted.surv_prob)
assert np.allclose(repeated.surv_prob_se, greenwood(*again))
assert weighted.surv_prob_se[-1] > 2 * repeated.surv_prob_se[-1]

events, open_ = weighted.n_events, weighted.n_risk
assert np.allclose(weighted.surv_prob_se, np.sqrt(np.cumsum(events / open_**2)))  # of the cumulative hazard

print("median, limits: repeated", *repeated.quantile_ci(0.5), "weighted", *weighted.quantile_ci(0.5))
assert repeated.quantile_ci(0.5)[0] == 3 and weighted.quantile_ci(0.5)[0] == 2
PY
env/bin/python try.py
