"""Measure what the statistics promise; writes docs/validation.md (`make validate`).

One function per table: it returns Markdown. A table that needs the public data sets (in `../shared/data` beside
the project, or where SALESREPORT_PUBLIC_DATA says) is left out without them, and the page says so.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from page import markdown, say
from validate_audit_backtest import HEADING as BACKTESTS
from validate_audit_backtest import lifts_hold, lifts_on_samples
from validity import (
    coverage_of_comparisons,
    coverage_of_intervals,
    false_discoveries,
    power,
    spans_together,
)
from validity_actions_page import false_actions, power_of_actions
from validity_audit import audits, missing_losses
from validity_behaviour import behaviour_found
from validity_coaching import change_since_review, coaching_of_many, since_last_review
from validity_concentration import concentration_holds
from validity_maturity import maturity_of_planted
from validity_plan import plans_on_samples

from salesreport.dataset import Dataset
from salesreport.ingest import ingest
from salesreport.kpi import Facts
from salesreport.kpi.customers.cash import cash_backtest
from salesreport.kpi.forecast import backtest, forecast, judgement
from salesreport.kpi.forecast.backtest import METHODS, scores_of
from salesreport.kpi.forecast.horizon import Horizon
from salesreport.process import process_of
from salesreport.sample import write_company
from salesreport.sample.company import make_company
from salesreport.stats.scores import coverage, wape

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "validation.md"
PUBLIC_DATA = Path(os.environ.get("SALESREPORT_PUBLIC_DATA", ROOT.parent / "shared" / "data"))

SEEDS = (7, 11, 12, 13, 14)
"""The sample companies that are looked at."""

Table = Callable[[Path], str]


def forecast_on_samples(folder: Path) -> str:
    """Backtests of several sample companies, all folds together."""
    tried = []
    for seed in SEEDS:
        say(f"sample company {seed}")
        company = write_company(folder / f"company{seed}", seed=seed, years=4, activities_per_deal=0.1)
        tried.append(backtest(Facts.of(company), process_of(company), "1Q"))
    frame = pd.concat([one.frame.assign(company=seed) for one, seed in zip(tried, SEEDS, strict=True)])
    return "\n".join(
        [
            "### Sample companies",
            "",
            f"{len(SEEDS)} companies of 35 reps and 9,000 deals over four years; at the end of each month that "
            "has history enough, the revenue of the next three months.",
            "",
            score_table(scores_of(frame)),
        ]
    )


def forecast_on_maven(folder: Path) -> str:
    """Backtests on Maven's export, on all folds and on those that end while deals still come in."""
    source = ROOT / "params" / "sources" / "maven.yml"
    if not (PUBLIC_DATA / "maven_crm").is_dir():
        return "### Maven\n\nLeft out: the public data set is not here."
    say("maven")
    dataset = ingest(source, folder / "maven", PUBLIC_DATA / "maven_crm")
    facts, file = Facts.of(dataset), process_of(dataset)
    lines = [
        "### Maven",
        "",
        "The export has no stage history, no amounts of open deals and no snapshots: a deal is known by its age "
        "and its product. It spans 14 months. Forecasts are made every Sunday.",
    ]
    for horizon, words in (("1M", "four weeks"), ("1Q", "thirteen weeks")):
        tried = backtest(facts, file, horizon, every="week")
        lines += ["", f"**The next {words}**", "", score_table(tried.scores)]
        until = tried.frame["period"].str[-10:] <= "2017-10-31"
        if until.any():
            lines += [
                "",
                f"The next {words}, only folds that end by October 2017:",
                "",
                score_table(scores_of(tried.frame[until])),
            ]
    deals = dataset.table("deals")
    month = deals["created_on"].dt.strftime("%Y-%m")
    open_share = (deals["status"] == "open").groupby(month).mean()
    came = month.value_counts()
    lines += [
        "",
        "Where it falls behind, the export itself breaks off: of the deals engaged in "
        f"July 2017 {open_share['2017-07']:.0%} are still open today, of those of October "
        f"{open_share['2017-10']:.0%}; {came['2017-10']} deals were engaged in October, {came['2017-11']} in "
        f"November and {came['2017-12']} in December. The late months hold almost only deals closing before the "
        "year ends: few come, and they close far more often, at the same age, than the deals before them that the "
        "forecast learnt from. A run rate, which looks at no deal, is not misled by that.",
    ]
    return "\n".join(lines)


def judgement_on_samples(folder: Path) -> str:
    """Whether the optimist and the cautious one are found, and who else is taken for one."""
    rows, told = [], 0
    for seed in SEEDS:
        company = Dataset.open(folder / f"company{seed}")
        truth = make_company(seed=seed, years=4, activities_per_deal=0.1).truth
        verdict = judgement(Facts.of(company)).set_index("rep_id")["verdict"]
        others = verdict.drop([truth.optimist_rep, truth.sandbagger_rep])
        told += int((others != "unknown").sum())
        rows.append(
            [
                str(seed),
                verdict[truth.optimist_rep],
                verdict[truth.sandbagger_rep],
                str(int(others.isin(["optimist", "cautious"]).sum())),
                str(int((others != "unknown").sum())),
            ]
        )
    head = ["company", "the optimist is called", "the cautious is called", "others called either", "others told"]
    return "\n".join(["## Stated probabilities", "", markdown(head, rows)])


def cash_on_samples(folder: Path) -> str:
    """Backtests of the cash plans of several sample companies."""
    tried = []
    for seed in SEEDS:
        facts = Facts.of(Dataset.open(folder / f"company{seed}"))
        tried.append(cash_backtest(facts, process_of(facts.dataset), folds=18).frame)
    frame = pd.concat(tried)
    rows = []
    for ahead, part in [*frame.groupby("ahead"), ("all", frame)]:
        within = coverage(part["actual"], part["lower"], part["upper"])
        rows.append(
            [
                str(ahead),
                str(len(part)),
                *(f"{wape(part['actual'], part[name]):.1%}" for name in ("expected", "run_rate", "naive")),
                f"{float(within.value):.0%} ({float(within.lower):.0%}–{float(within.upper):.0%})",
            ]
        )
    head = [
        "month ahead",
        "months",
        "WAPE of the plan",
        "of the last year's mean",
        "of stated due dates",
        "80 % held",
    ]
    return "\n".join(
        [
            "## Cash by base category",
            "",
            "The same companies; 18 past plans each, a month apart. Due dates know no money that is not owed yet, "
            "so beyond the first month the last year's mean is the fair rival.",
            "",
            markdown(head, rows),
        ]
    )


def speed(folder: Path) -> str:
    """How long a forecast of 100,000 open deals takes."""
    say("speed")
    company = write_company(
        folder / "large", reps=200, deals=850_000, years=4, activities_per_deal=0.01, snapshot_every=None
    )
    facts, file = Facts.of(company), process_of(company)
    periods = Horizon(1, "Q").periods(company.as_of)
    took = []
    for _ in range(2):
        began = time.perf_counter()
        forecast(facts, file, company.as_of, periods, ("rep_id",))
        took.append(time.perf_counter() - began)
    number = int(facts.known().open.sum())
    return "\n".join(
        [
            "## Speed of a forecast",
            "",
            f"{number:,} open deals of 200 reps × 1,000 simulations, one quarter: {took[1]:.1f} s. Learning from "
            f"the 850,000 deals, once per dataset and day: {took[0] - took[1]:.1f} s more, reading included. "
            f"{os.cpu_count()} cores.",
        ]
    )


TABLES: dict[str, Sequence[Table]] = {
    "## Revenue forecast": (forecast_on_samples, forecast_on_maven),
    "": (judgement_on_samples, cash_on_samples, plans_on_samples, speed),
    "## Conversion anomalies": (
        false_discoveries,
        spans_together,
        power,
        coverage_of_comparisons,
        coverage_of_intervals,
    ),
    "## Coaching": (change_since_review, since_last_review, coaching_of_many),
    "## Useful actions": (false_actions, power_of_actions),
    BACKTESTS: (lifts_hold, lifts_on_samples),
    "## Audit": (audits, behaviour_found, concentration_holds, missing_losses),
    "## Process maturity": (maturity_of_planted,),
}
"""Sections of the page and the tables in each; they run in this order and share a folder."""

INTRODUCTION = """# Validation

What the statistics promise, measured. Made by `make validate`; do not edit.

WAPE is Σ |actual − forecast| ÷ Σ actual over all forecasts of a line. “Closer” is the share of folds in which the
milestone forecast was closer than the baseline. Brackets are 95 % intervals (Wilson); folds overlap, so they are
narrower than they should be. A forecast sees only what was known on its day."""


def score_table(scores: pd.DataFrame) -> str:
    """The scores of a backtest."""
    rows = []
    for row in scores.to_dict("records"):
        if not row["folds"]:
            continue
        ours = row["method"] == "milestones"
        rows.append(
            [
                {"company": "company", "rep_id": "rep"}[row["level"]],
                str(METHODS[row["method"]]),
                str(row["folds"]),
                f"{row['wape']:.1%}",
                "" if ours else f"{row['wape_ours']:.1%}",
                "" if ours else share(row, "beaten"),
                *(share(row, f"coverage_{band}") if ours else "" for band in (50, 80, 95)),
            ]
        )
    head = ["level", "forecast from", "folds", "WAPE", "WAPE of milestones", "milestones closer"]
    return markdown([*head, "50 % held", "80 % held", "95 % held"], rows)


def share(row: dict, name: str) -> str:
    return f"{row[name]:.0%} ({row[f'{name}_lower']:.0%}–{row[f'{name}_upper']:.0%})"


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    parts = [INTRODUCTION]
    with tempfile.TemporaryDirectory() as folder:
        for heading, tables in TABLES.items():
            parts += [heading] if heading else []
            parts += [table(Path(folder)) for table in tables]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    say(f"{PAGE.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
