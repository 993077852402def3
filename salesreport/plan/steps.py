"""The steps of a plan: how many deals must get where by when, and how much activity that takes."""

import datetime as dt
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.forecast.shrink import shrunk_ratio
from salesreport.period import Period
from salesreport.plan.chains import Chain, Chains
from salesreport.plan.duties import levels_of
from salesreport.plan.needed import Need
from salesreport.plan.past import Past, Seen
from salesreport.plan.strategy import Strategy

COLUMNS = (
    "rep_id", "segment", "kind", "step", "by", "expected", "extra", "extra_lower", "extra_upper", "needed",
    "chance", "amount", "conversion", "lead_days", "usual", "best", "percentile", "verdict",
)  # fmt: skip
"""The columns of steps; see `ActionPlan.steps`."""

BEGIN, WON = "begin", "won"
"""Steps that are no milestone: a deal is begun, a deal is won."""


def steps_of(
    rep: str, chains: Chains, rows: list[int], need: Need, goals_by_segment: bool, past: Past, as_of: dt.date,
    period: Period, per_amount: Numbers,
) -> list[dict[str, Any]]:  # fmt: skip
    """The steps of one rep's deals: a row for all segments (segment missing), then one for each.

    In each row `extra` deals get to the step, beyond those that do by themselves (`expected`), by the last day in
    time; each is won in the period with `chance` and brings `amount`. All rows of one segment (and process) mean
    the same wins: extra × chance × amount is what is planned there. Where it is too late, `by` is the day on which
    a deal of ordinary speed would have had to be there.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        planned = max(need.planned.sum(), 1e-12)
        ratios = float(np.nan_to_num(need.lower / planned)), float(np.nan_to_num(need.upper / planned))
    parts = []
    for number, row in enumerate(rows):
        chain = chains.chains[row]
        wins = need.wins[number]
        if need.planned.sum() <= 0 and need.possible and np.isfinite(need.upper):
            wins = 0.0
        parts.append(_of_chain(chain, chains, row, wins, float(per_amount[row])))
    found = []
    names = [BEGIN, *(place.milestone.key for place in chains.places), WON]
    for step, name in enumerate(names):
        kind = name if name in (BEGIN, WON) else "milestone"
        each = [part[step] for part in parts]
        whole = _together(each)
        last = period.end if name == WON else as_of + dt.timedelta(int(chains.last[step]))
        length = chains.days if name == WON else int(chains.last[step])
        start: dict[str, Any] = {"rep_id": rep, "kind": kind, "step": name, "by": last if length else None}
        start["lead_days"] = np.nan if name == WON else float(chains.lead[step])
        lead = chains.lead[min(step, len(chains.places))]
        if all(isnan(part["extra"]) for part in each) and not isnan(lead):
            start["by"] = period.end - dt.timedelta(int(lead))
        found.append(_judged(start | {"segment": None} | whole, ratios, past.seen(rep, kind, name, length)))
        if goals_by_segment:
            for row, part in zip(rows, each, strict=True):
                segment = chains.chains[row].segment
                found.append(_judged(start | {"segment": segment} | part, ratios, None))
    return found


def _of_chain(chain: Chain, chains: Chains, row: int, wins: float, per_amount: float) -> list[dict[str, float]]:
    """The steps of one segment: expected, extra, chance, amount, conversion."""
    steps = []
    for step in range(len(chains.places) + 1):
        in_time = bool(chains.in_time[step]) and chain.chance[step] > 0
        chance = float(chain.chance[step])
        steps.append(
            {
                "expected": float(chains.standing[row, step]) if step else 0.0,
                "extra": wins * float(chain.share[step]) / chance if in_time else np.nan,
                "chance": chance,
                "amount": chain.money * per_amount,
                "conversion": float(chain.conversion[step - 1]) if step else np.nan,
                "wins": wins * float(chain.share[step]) if in_time else np.nan,
            }
        )
    steps.append(
        {
            "expected": float(chains.standing[row, -1]), "extra": wins, "chance": 1.0,
            "amount": chain.money * per_amount, "conversion": np.nan, "wins": wins,
        }
    )  # fmt: skip
    return steps


def _together(parts: list[dict[str, float]]) -> dict[str, float]:
    """Several segments' steps as one; rates such that extra × chance × amount is the sum of theirs."""
    told = [part for part in parts if not isnan(part["extra"])]
    wins = sum(part["wins"] for part in told)
    extra = sum(part["extra"] for part in told) if told else np.nan
    money = sum(part["wins"] * part["amount"] for part in told)
    mean = {name: sum(part[name] for part in parts) / len(parts) for name in ("chance", "amount", "conversion")}
    return {
        "expected": sum(part["expected"] for part in parts),
        "extra": extra,
        "chance": wins / extra if told and extra > 0 else mean["chance"],
        "amount": money / wins if told and wins > 0 else mean["amount"],
        "conversion": mean["conversion"],
        "wins": wins,
    }


def _judged(row: dict[str, Any], ratios: tuple[float, float], seen: Seen | None) -> dict[str, Any]:
    """A row with its interval, what is needed in all, and how that compares with the rep's own past."""
    extra = row["extra"]
    needed = (0.0 if isnan(row["expected"]) else row["expected"]) + extra
    row |= {
        "extra_lower": extra * ratios[0] if extra else extra,
        "extra_upper": extra * ratios[1] if extra else extra,
        "needed": needed,
    }
    if seen is None:
        return row | {"usual": np.nan, "best": np.nan, "percentile": np.nan, "verdict": None}
    verdict = "too_late" if isnan(extra) else seen.verdict(needed)
    return row | {
        "usual": seen.median,
        "best": seen.best,
        "percentile": seen.percentile(round(needed)) if not isnan(needed) else np.nan,
        "verdict": verdict,
    }


def activities_of(
    reps: list[str], team: list[str], steps: pd.DataFrame, chains: Chains, past: Past, as_of: dt.date,
    period: Period, strategy: Strategy | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """How much of each type of activity everybody's plan takes.

    A rep's usual activity goes on, and each further step of a deal takes as much as his steps took in the last
    year; both are drawn to the team's as far as the differences may be chance. Where planned levels hold, they are
    what is needed on those days (S21).
    """
    keys = [place.milestone.key for place in chains.places]
    kinds = [("milestone", key) for key in keys] or [("begin", BEGIN)]
    days = chains.days
    had = [[past.a_year(rep, kind, name) for kind, name in kinds] for rep in team]
    done = np.array([sum(number for number, _ in one) for one in had])
    deals = steps[(steps["segment"].isna()) & steps["kind"].isin(["begin", "milestone"])]
    if keys:
        deals = deals[deals["kind"] == "milestone"]
    further = deals.groupby("rep_id")["extra"].sum().reindex(reps).fillna(0.0).to_numpy()
    place_of = {rep: place for place, rep in enumerate(team)}
    found = []
    for name in past.types():
        both = [past.a_year(rep, "activity", name) for rep in team]
        number, there = (np.array(one) for one in zip(*both, strict=True))
        if number.sum() <= 0:
            continue
        rate = number.sum() / max(there.sum(), 1.0)
        daily = rate * shrunk_ratio(number, there * rate)
        per = number.sum() / max(done.sum(), 1e-9)
        per_step = per * shrunk_ratio(number, done * per) if done.sum() > 0 else np.zeros(len(team))
        for number_of_rep, rep in enumerate(reps):
            place = place_of[rep]
            held, asked = levels_of(strategy, rep, name, as_of + dt.timedelta(1), period.end)
            free = 1 - held / max(days, 1)
            expected, extra = daily[place] * days * free + asked, per_step[place] * further[number_of_rep] * free
            seen = past.seen(rep, "activity", name, days)
            row = {
                "rep_id": rep, "segment": None, "kind": "activity", "step": name, "by": period.end,
                "expected": expected, "extra": extra, "chance": np.nan, "amount": np.nan, "conversion": np.nan,
                "lead_days": np.nan,
            }  # fmt: skip
            found.append(_judged(row, (np.nan, np.nan), seen))
    return found
