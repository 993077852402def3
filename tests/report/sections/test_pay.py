"""Variable pay in reports: a rep's own and nobody else's; a team's cost without names; nothing without a plan."""

import re
from pathlib import Path

import pytest

from salesreport import Dataset, Review
from salesreport.kpi import Facts
from salesreport.plan.pay import Payouts, load_pay_plan, outlooks, pay

PLAN = """\
name: P
currency: EUR
every: quarter
from: 2025-Q1
target_pay: 9000
components:
  - key: revenue
    metric: revenue
    weight: 80 %
    threshold: 50 %
    levels: [{to: 100 %, rate: 1}, {rate: 2}]
    cap: 200 %
  - key: meetings
    title: Meetings <b>held</b>
    metric: activity:meeting
    weight: 20 %
    pays: flat
    levels: [{from: 80 %, rate: 50 %}, {from: 100 %, rate: 100 %}]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "pay.yml").write_text(PLAN, encoding="utf-8")
    return tmp_path / "pay.yml"


def telling(payouts: Payouts) -> dict[str, str]:
    """Payouts as they are printed, of reps whose payout nobody has by chance: it is no whole number."""
    shown = {rep: f"{one.payout:,.2f}" for rep, one in payouts.statements.items()}
    return {rep: money for rep, money in shown.items() if not money.endswith(".00")}


def cents(html: str) -> set[str]:
    """The amounts with cents that stand in a page."""
    return set(re.findall(r"(?<![\d.,])\d[\d,]*\.\d\d(?![\d%])", html))


def test_without_a_pay_plan_nothing_is_said(sample: Dataset) -> None:
    for about in ({"rep": "R000001"}, {"team": "North"}, {"segment": "A"}, {}):
        review = Review(sample, "2025-Q4", **about)
        assert review.pay.silent
        assert review.pay._repr_html_() == ""
        assert "pay" not in review.in_words().lower()


def test_what_is_no_people_has_none_with_a_plan_either(sample: Dataset, plan: Path) -> None:
    assert Review(sample, "2025-Q4", segment="A", pay=plan).pay.silent


def test_a_reps_own_is_what_the_command_says(sample: Dataset, plan: Path) -> None:
    payouts = pay(Facts.of(sample), load_pay_plan(plan), sample.period("2025-Q4"))
    for rep, one in payouts.statements.items():
        section = Review(sample, "2025-Q4", rep=rep, pay=plan).pay
        assert section.data["amount"].sum() == pytest.approx(float(one.payout))
        html = section._repr_html_()
        assert f"{one.payout:,.2f}" in html
        assert "<details" in html
        assert "Meetings &lt;b&gt;held&lt;/b&gt;" in html


def test_no_reps_section_holds_anothers_payout(sample: Dataset, plan: Path) -> None:
    payouts = pay(Facts.of(sample), load_pay_plan(plan), sample.period("2025-Q4"))
    shown = telling(payouts)
    names = {rep: one.name for rep, one in payouts.statements.items()}
    assert len(shown) > 5
    for rep in names:
        html = Review(sample, "2025-Q4", rep=rep, pay=plan).pay._repr_html_()
        others = {money for other, money in shown.items() if other != rep} - {shown.get(rep)}
        assert not others & cents(html)
        assert not [name for other, name in names.items() if other != rep and name in html]


@pytest.mark.slow
def test_no_report_of_a_whole_pack_holds_anothers_payout(sample: Dataset, plan: Path, tmp_path: Path) -> None:
    from workshop import Silent

    from salesreport.pack import load_pack, make_engine, make_pack, make_plan

    file = tmp_path / "pack.yml"
    file.write_text(
        f"notebook: rep_review\ndataset: {sample.path}\neach: rep\nperiod: 2025-Q4\noutput: out\npay: pay.yml\n",
        encoding="utf-8",
    )
    made = make_plan(load_pack(file))
    make_pack(made, make_engine("warm", workers=2), Silent())
    payouts = pay(Facts.of(sample), load_pay_plan(plan), sample.period("2025-Q4"))
    shown = telling(payouts)
    pages = {job.subject.id: (job.folder / job.report).read_text(encoding="utf-8") for job in made.jobs}
    assert set(shown) <= set(pages)
    for rep, html in pages.items():
        if rep in shown:
            assert shown[rep] in cents(html)
        assert not ({money for other, money in shown.items() if other != rep} - {shown.get(rep)}) & cents(html)


def test_what_the_next_level_needs_by_hand(sample: Dataset, plan: Path) -> None:
    payouts = pay(Facts.of(sample), load_pay_plan(plan), sample.period("2025-Q4"))
    found = 0
    for rep, one in payouts.statements.items():
        revenue = next(part for part in one.parts if part.component == "revenue")
        if revenue.quota is None or revenue.reached is None or not 0.5 <= revenue.reached < 1:
            continue
        section = Review(sample, "2025-Q4", rep=rep, pay=plan).pay
        cell = section.tables[0].rows[0][4]
        # at 100 % of the quota it pays 80 % of the target pay
        assert cell.text == f"{revenue.quota - revenue.quantity:,f}".rstrip("0").rstrip(".") + " more"
        assert cell.plus == f"then {0.8 * float(one.terms.target_pay):,.2f}"
        found += 1
        meetings = next(part for part in one.parts if part.component == "meetings")
        assert meetings.quota is not None
        if meetings.reached is not None and meetings.reached < 1:
            needed = section.tables[0].rows[1][4].text
            assert re.fullmatch(r"[\d,]+ more", needed)  # whole meetings, so many that they are enough
    assert found


def test_now_and_at_the_forecast_while_the_period_is_not_over(sample: Dataset, plan: Path) -> None:
    # a report on November shows the quarter as it was known at the end of November
    review = Review(sample, "2025-11", rep="R000001", pay=plan)
    facts = Facts.of(sample, review.context.as_of)
    payouts = pay(facts, load_pay_plan(plan), sample.period("2025-Q4"))
    end = outlooks(facts, payouts).by_rep["R000001"]
    section = review.pay
    assert re.match(
        r"Variable pay of Q4 2025: €[\d,]+ if it ended today, €[\d,]+ at the forecast \(in 80", section.message
    )
    assert f"€{end.mean:,.0f} at the forecast" in section.message
    assert len(section.charts) == 1
    assert section.tables[0].headings[-1].text == "To the next level"
    assert section.tables[1].caption == "How likely each level is"


def test_a_team_shows_the_cost_and_how_it_is_spread_but_nobody(sample: Dataset, plan: Path) -> None:
    payouts = pay(Facts.of(sample), load_pay_plan(plan), sample.period("2025-Q4"))
    review = Review(sample, "2025-Q4", pay=plan)
    (row,) = review.pay.data.to_dict("records")
    assert row["reps"] == len(payouts.statements)
    assert row["paid"] == pytest.approx(float(payouts.total))
    assert row["mean"] == pytest.approx(float(payouts.total))
    parts = [
        Review(sample, "2025-Q4", team=team, pay=plan).pay.data for team in ("North", "South", "East", "West")
    ]
    assert sum(one["paid"].sum() for one in parts if len(one)) == pytest.approx(row["paid"])
    html = review.pay._repr_html_()
    assert not [one.name for one in payouts.statements.values() if one.name in html]
    ahead = Review(sample, "2025-11", pay=plan).pay
    (row,) = ahead.data.to_dict("records")
    assert row["lower_80"] < row["mean"] < row["upper_80"]
    assert "without names" in ahead.tables[0].caption


def test_where_pay_cannot_be_told(sample: Dataset, tmp_path: Path) -> None:
    (tmp_path / "late.yml").write_text(PLAN.replace("2025-Q1", "2026-Q1"), encoding="utf-8")
    section = Review(sample, "2025-Q4", rep="R000001", pay=tmp_path / "late.yml").pay
    assert not section.available
    assert section.message == "Variable pay cannot be told: The pay plan begins later."
    (tmp_path / "other.yml").write_text(PLAN + "where: {rep: [R000002]}\n", encoding="utf-8")
    section = Review(sample, "2025-Q4", rep="R000001", pay=tmp_path / "other.yml").pay
    assert section.message.endswith("is not on the pay plan in Q4 2025.")
    assert not section.available
    alone = Review(sample, "2025-Q4", pay=tmp_path / "other.yml").pay
    assert "a sum would show a single one’s pay" in alone.message
