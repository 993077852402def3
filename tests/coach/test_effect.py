"""Did coaching help: by simulation, with the lowest coached, as managers do."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from meetings import agreed, closed, company
from scipy import stats

from salesreport.coach.effect import coaching
from salesreport.errors import ConfigError
from salesreport.kpi import Facts

DAY = "2025-06-30"


def simulated(path: Path, random: np.random.Generator, effect: float, reps: int = 20) -> tuple[Facts, float]:
    """The five reps with the lowest win rate are coached on it, then all rates rise; the naive z of the five."""
    rate = random.beta(14, 21, reps)
    n0, n1 = random.integers(20, 60, reps), random.integers(15, 35, reps)
    before = random.binomial(n0, rate)
    coached = np.argsort(before / n0)[:5]
    later = rate + 0.05
    later[coached] += effect
    after = random.binomial(n1, np.clip(later, 0.02, 0.98))
    ids = [f"R{n:02}" for n in range(reps)]
    deals = []
    for n, rep in enumerate(ids):
        deals.append(closed(rep, before[n], n0[n] - before[n], "2025-03-01"))
        deals.append(closed(rep, after[n], n1[n] - after[n], "2025-10-01"))
    rows = [(ids[n], DAY, "Ask earlier", "win_rate", 0.5, None, "done") for n in coached]
    reps_table = pd.DataFrame({"rep_id": ids, "role": "rep"})
    made = company(path, deals, commitments=agreed(*rows), reps=reps_table)
    won0, all0, won1, all1 = (part[coached].sum() for part in (before, n0, after, n1))
    pooled = (won0 + won1) / (all0 + all1)
    naive = (won1 / all1 - won0 / all0) / np.sqrt(pooled * (1 - pooled) * (1 / all0 + 1 / all1))
    return Facts.of(made), float(naive)


@pytest.mark.slow
def test_without_an_effect_none_is_claimed_and_with_one_it_is_found(tmp_path: Path) -> None:
    random, rows, runs = np.random.default_rng(4), [], 50
    for effect in (0.0, 0.22):
        for run in range(runs):
            facts, naive = simulated(tmp_path / f"d{effect}{run}", random, effect)
            found = coaching(facts).frame.iloc[0]
            assert (found["metric"], found["commitments"], found["reps"], found["told"]) == ("win_rate", 5, 5, 5)
            assert found["effect"] == pytest.approx(found["now"] - found["expected"])
            held = found["lower"] <= effect <= found["upper"]
            rows.append([effect, found["verdict"], held, naive > 1.96, found["effect"], found["least"]])
    frame = pd.DataFrame(rows, columns=["true", "verdict", "held", "naive", "effect", "least"])
    none, true = frame[frame["true"] == 0], frame[frame["true"] > 0]
    most = stats.binom.ppf(0.999, runs, 0.05) / runs
    assert (none["verdict"] != "none").mean() <= most
    # the lowest regress and all rise: who looks at before and after alone believes in a success far more often
    assert none["naive"].mean() > 0.5
    assert abs(none["effect"].mean()) < 0.03
    assert (true["verdict"] == "helped").mean() > 0.7
    assert true["effect"].mean() == pytest.approx(0.22, abs=0.04)
    assert frame["held"].mean() > 0.9
    assert frame["least"].between(0.08, 0.3).all()  # 125 deals or so of five reps tell no less


def test_what_is_not_told_has_its_reason(tmp_path: Path) -> None:
    facts, _ = simulated(tmp_path / "d", np.random.default_rng(1), 0.0)
    early = Facts.of(facts.dataset, dt.date(2025, 7, 10))
    found = coaching(early)
    assert found.frame.iloc[0]["verdict"] == "untold"
    assert {str(reason) for reason in found.untold["win_rate"]} == {"too early to tell"}
    assert coaching(Facts.of(facts.dataset, dt.date(2025, 6, 1))).frame.empty  # nothing was agreed yet
    with pytest.raises(ConfigError) as error:
        coaching(facts, ["win_rat"])
    assert error.value.nearest == "win_rate"
    assert coaching(facts, ["deals_won"]).frame.iloc[0]["commitments"] == 0


def test_everybody_was_coached_and_metrics_that_nobody_knows(tmp_path: Path) -> None:
    facts, _ = simulated(tmp_path / "d", np.random.default_rng(2), 0.0)
    deals = [facts.dataset.table("deals")]
    ids = facts.reps["rep_id"]
    rows = [
        (rep, DAY, "x", metric, None, None, "open") for rep in ids for metric in ("win_rate", "charm", "activity")
    ]
    found = coaching(Facts.of(company(tmp_path / "e", deals, commitments=agreed(*rows))))
    assert {str(one) for one in found.untold["win_rate"]} == {"too few peers who were not coached on it"}
    assert set(found.unavailable) == {"charm", "activity"}
