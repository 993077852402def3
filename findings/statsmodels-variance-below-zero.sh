#!/usr/bin/env bash
# The variance between groups is negative in statsmodels where groups are alike, and the pooled effect too sure.
#
# One would expect: DerSimonian and Laird's variance between studies is 0 where they differ by less than chance
#   alone would make them (their paper of 1986 takes the larger of 0 and the estimate), so that the random effects
#   are then the fixed ones and never more certain than these.
# What happens (statsmodels 0.15.0): combine_effects(effect, variance, method_re="dl"), or "chi2", goes on with the
#   negative estimate. Five effects of about 0.2 with standard errors of 0.1 each give 0.201 ± 0.003, where the
#   fixed effect has ± 0.045. Three with unequal errors get the weights -0.00004, 1.00002 and 0.00002: one of them
#   is the result. Nothing is said of the first; the second brings a warning of a square root, from another column.
#   The default, "iterated", gives 0.
# Whom it hurts: whoever pools a change over teams, months or reps by the best-known method: where all are alike,
#   the estimate is below 0 more often than not, and chance passes as significant. Take "iterated".
# No guess was written down: a random effect surer than the fixed one was seen in a table of results.
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
from statsmodels.stats.meta_analysis import combine_effects


def by_hand(effect, variance):
    """The variance between, the pooled effect and its error, from the formulas of 1986."""
    fixed = 1 / variance
    spread = np.sum(fixed * (effect - np.average(effect, weights=fixed)) ** 2)
    between = (spread - (len(effect) - 1)) / (fixed.sum() - np.sum(fixed**2) / fixed.sum())
    weights = 1 / (variance + max(0, between))
    return between, np.average(effect, weights=weights), weights.sum() ** -0.5


ALIKE = np.array([0.2, 0.21, 0.19, 0.2, 0.205]), np.full(5, 0.01)
UNEQUAL = np.array([0.2, 0.201, 0.2]), np.array([0.01, 0.02, 0.04])
print("statsmodels", __version__)
for effect, variance in (ALIKE, UNEQUAL):
    found = combine_effects(effect, variance, method_re="dl")
    other = combine_effects(effect, variance)
    between, pooled, error = by_hand(effect, variance)
    print(f"dl: between {found.tau2:.5f}, {found.mean_effect_re:.4f} ± {found.sd_eff_w_re:.4f}", end="; ")
    print(f"iterated: {other.tau2}, ± {other.sd_eff_w_re:.4f}; by hand: {pooled:.4f} ± {error:.4f}")
    print("   weights", found.weights_rel_re.round(5))
    assert found.tau2 < 0 and np.isclose(found.tau2, between), (found.tau2, between)
    assert found.sd_eff_w_re < found.sd_eff_w_fe / 10
    assert other.tau2 == 0 and np.isclose(other.sd_eff_w_re, error) and np.isclose(error, found.sd_eff_w_fe)
assert found.weights_rel_re.min() < 0 and found.weights_rel_re.max() > 1, found.weights_rel_re
PY
env/bin/python try.py
