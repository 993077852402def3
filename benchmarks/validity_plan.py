"""Whether plans keep what they promise: the stated chance of a goal against what came, and plans that are done.

Sample companies are looked at on days of their past, with only what was known then. Goals are the reps' targets
times a factor by chance, so that all chances occur. What came of booked, open and new deals is read from the whole
data. That a plan is done is simulated with the generator's truth, not with what the plan believes: the further
deals get to the plan's step on days up to the one it names, and go on by the true odds and times of their rep.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from page import markdown, say

from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.milestones.reached import process_file
from salesreport.plan.chains import Chains, chains_of
from salesreport.plan.course import booked_by, course_of, place_of
from salesreport.plan.goals import roster
from salesreport.plan.needed import need_of
from salesreport.sample import market, seasons
from salesreport.sample.company import make_company, write_company
from salesreport.sample.truth import Truth
from salesreport.stats.intervals import wilson

SEEDS = (7, *range(11, 30))
"""Twenty sample companies."""

LOOKS = (dt.date(2024, 12, 31), dt.date(2025, 3, 31), dt.date(2025, 6, 30), dt.date(2025, 9, 30))
SEGMENTS = {"A": 0.5, "B": 0.32, "C": 0.18}
DONE = 40
"""So many times each plan is done."""

Floats = npt.NDArray[np.float64]


def plans_kept(folder: Path, seeds: tuple[int, ...] = SEEDS) -> pd.DataFrame:
    """A row per rep, day and company: the stated chances, whether the goal was reached, and how often plans do."""
    rows = []
    for seed in seeds:
        say(f"plans of company {seed}")
        arguments = {"seed": seed, "years": 4, "activities_per_deal": 0.1}
        dataset = write_company(folder / f"plan{seed}", **arguments)
        truth = make_company(**arguments).truth
        for look in LOOKS:
            rows += [{"company": seed, "as_of": look, **row} for row in _look(dataset, truth, look, seed)]
    return pd.DataFrame(rows)


def _look(dataset: Dataset, truth: Truth, look: dt.date, seed: int) -> list[dict]:
    facts, whole = Facts.of(dataset, look), Facts.of(dataset)
    period = dataset.period(f"{(look + dt.timedelta(1)).year}-Q{(look + dt.timedelta(1)).month // 3 + 1}")
    rng = np.random.default_rng([seed, look.toordinal()])
    targets = dataset.table("targets")
    mine = targets[
        (targets["metric"] == "revenue") & (targets["period"] == period.name) & targets["rep_id"].notna()
    ]
    goal = mine.set_index("rep_id")["value"]
    reps = [rep for rep in roster(facts, period)["rep_id"] if goal.get(rep, 0) > 0]
    rows = [(rep, segment) for rep in reps for segment in SEGMENTS]
    file = process_file(facts)
    course, chains = course_of(facts, file, rows, period, "revenue"), chains_of(facts, file, rows, period)
    came = booked_by(whole, rows, period, "revenue") + _alone(whole, rows, period)
    standing = _from_open(whole, look, rows, period) + _alone(whole, rows, period)
    found = []
    for number, rep in enumerate(reps):
        places = list(range(number * len(SEGMENTS), (number + 1) * len(SEGMENTS)))
        wanted = float(goal[rep]) * rng.uniform(0.5, 1.7)
        goals = wanted * np.array(list(SEGMENTS.values()))
        need = need_of(course, places, goals, chains, seed)
        row = {"rep": rep, "goal": wanted, "usual": need.chance_usual, "open": need.chance_open}
        row |= {"reached": came[places].sum() >= wanted, "reached_open": standing[places].sum() >= wanted}
        row["planned"], row["done"], row["believed"] = need.planned.sum(), np.nan, need.chance_plan
        if need.planned.sum() > 0 and need.possible:
            extra = _done(dataset, truth, chains, places, need.wins, look, period.end, rng)
            row["done"] = float((standing[places].sum() + extra >= wanted).mean())
            row["brought"] = float(extra.mean() / need.planned.sum())
        found.append(row)
    return found


def _alone(facts: Facts, rows: list[tuple[str, str | None]], period: object) -> Floats:
    """Orders of a period without a deal, by row."""
    linked = facts.columns.find("orders", "deal_id", "deals")
    events = facts.events("orders", period)
    alone = np.flatnonzero(linked[events.rows] < 0)
    place = place_of(rows, events.dimension("rep_id").take(alone), events.dimension("segment").take(alone))
    value = (np.nan_to_num(events.number("amount")) * events.share)[alone]
    return np.bincount(place, weights=value, minlength=len(rows) + 1)[: len(rows)]


def _from_open(facts: Facts, look: dt.date, rows: list[tuple[str, str | None]], period: object) -> Floats:
    """What deals that were there on the day brought in the period, by row."""
    events = facts.events("closed", period)
    created = facts.columns.days("deals", "created_on")[events.rows]
    good = np.flatnonzero(events.extra["won"].astype(bool) & (created <= np.datetime64(look, "D")))
    place = place_of(rows, events.dimension("rep_id").take(good), events.dimension("segment").take(good))
    value = (np.nan_to_num(events.number("amount")) * events.share)[good]
    return np.bincount(place, weights=value, minlength=len(rows) + 1)[: len(rows)]


def _done(
    dataset: Dataset, truth: Truth, chains: Chains, places: list[int], wins: Floats, look: dt.date, end: dt.date,
    rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """What the further deals of a plan truly bring, many times over."""
    entry = int(np.flatnonzero(chains.in_time)[0])
    total = np.zeros(DONE)
    deals = dataset.table("deals", ["rep_id", "product_line", "segment", "lead_source", "amount", "status"])
    day = int(np.datetime64(look, "D").astype(int))
    until = int(np.datetime64(end, "D").astype(int))
    for place, expected in zip(places, wins, strict=True):
        chain = chains.chains[place]
        if expected <= 0 or chain.chance[entry] <= 0:
            continue
        number = expected / chain.chance[entry]
        each = np.floor(number + rng.random(DONE)).astype(int)  # whole deals, as many on average
        if not each.sum():
            continue
        like = deals[deals["segment"] == chain.segment]
        own = like[like["rep_id"] == chain.rep]
        pool = own if len(own) >= 20 else like
        chosen = pool.iloc[rng.integers(0, len(pool), each.sum())].assign(rep_id=chain.rep).reset_index(drop=True)
        start = day + 1 + rng.integers(0, int(chains.last[entry]), len(chosen))
        won = _goes_on(truth, chosen, max(entry - 1, 0), start, until, rng)
        sold = like[like["status"] == "won"].groupby("product_line")["amount"]
        amount = chosen["product_line"].map({name: one.to_numpy() for name, one in sold})
        money = np.array([one[rng.integers(0, len(one))] for one in amount]) if len(amount) else np.zeros(0)
        total += np.bincount(np.repeat(np.arange(DONE), each), weights=won * money, minlength=DONE)
    return total


def _goes_on(
    truth: Truth, deals: pd.DataFrame, stage: int, start: npt.NDArray[np.int64], until: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Whether deals that get to a milestone on a day are won by another one, by the generator's truth."""
    working, signing = seasons.working_days(start.min() - 1, until), seasons.signing_days(start.min() - 1, until)
    day = start.astype(np.int32)
    going = np.ones(len(deals), bool)
    pace = np.exp(rng.normal(0, market.PACE_SIGMA, len(deals)))
    for number in range(stage, len(market.STEPS)):
        chance = truth.advance_probability(deals, market.MILESTONES[number]).to_numpy()
        going &= rng.random(len(deals)) < chance
        wait = market.STEPS[number].advance_days * pace * np.exp(rng.normal(0, market.STEP_SIGMA, len(deals)))
        calendar = signing if number == len(market.STEPS) - 1 else working
        day = np.where(going, calendar.after(np.minimum(day, until), wait), day).astype(np.int32)
        going &= day <= until
    return going


def chance_table(kept: pd.DataFrame) -> str:
    """Stated chances by deciles, and how often the goal was reached."""
    rows = []
    for name, title in (("usual", "as usual"), ("open", "open deals alone")):
        came = kept["reached" if name == "usual" else "reached_open"]
        band = np.minimum((kept[name] * 10).astype(int), 9)
        for one in range(10):
            here = (band == one).to_numpy()
            if not here.any():
                continue
            share = wilson(float(came[here].sum()), float(here.sum()))
            rows.append(
                [
                    title, f"{one * 10}–{one * 10 + 10} %", str(int(here.sum())), f"{kept[name][here].mean():.0%}",
                    f"{float(share.value):.0%} ({float(share.lower):.0%}–{float(share.upper):.0%})",
                ]
            )  # fmt: skip
    return markdown(["chance", "stated", "goals", "mean stated", "reached"], rows)


def plans_on_samples(folder: Path, seeds: tuple[int, ...] = SEEDS) -> str:
    """The page's tables on plans."""
    kept = plans_kept(folder, seeds)
    done = kept.dropna(subset=["done"])
    middle = float(done["done"].mean())
    by_company = done.groupby("company")["done"].mean()
    error = float(by_company.std(ddof=1) / np.sqrt(len(by_company))) if len(by_company) > 1 else float("nan")
    return "\n".join(
        [
            "## Plans",
            "",
            f"{len(seeds)} sample companies of 35 reps and 9,000 deals over four years, on {len(LOOKS)} days "
            "each; goals are the reps’ targets × 0.5 to 1.7 by chance.",
            "",
            chance_table(kept),
            "",
            f"Plans for an even chance that are done reach their goal in {middle:.0%} of simulated quarters "
            f"(± {1.96 * error:.0%}, {len(done)} plans, each done {DONE} times by the generator’s truth); "
            f"what they bring is {done['brought'].mean():.0%} of what they promise.",
        ]
    )


if __name__ == "__main__":
    import sys
    import tempfile

    chosen = tuple(int(one) for one in sys.argv[1:]) or SEEDS
    with tempfile.TemporaryDirectory() as place:
        sys.stdout.write(plans_on_samples(Path(place), chosen) + "\n")
