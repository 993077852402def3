"""The client diagnostic: its findings are the audit's, the funnel adds up, little data is said to be little."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny import dataset

from salesreport.audit import CHECKS
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.language import LANGUAGES, Language, ntext
from salesreport.report.content import content_of
from salesreport.report.diagnostic import DIAGNOSTIC, Diagnostic
from salesreport.report.sections.diagnosis import chapters
from salesreport.report.sections.diagnosis.audited import audit_of, told_surely
from salesreport.report.sections.diagnosis.conclusions import MOST, told
from salesreport.report.sections.diagnosis.measures import MEASURES


@pytest.fixture(scope="module")
def made(sample: Dataset) -> Diagnostic:
    """The sample company's diagnostic of a year."""
    return Diagnostic(sample, "2025")


def test_every_check_has_a_measure_and_a_chapter() -> None:
    keys = {check.key for check in CHECKS}
    assert set(MEASURES) == keys
    parts = (chapters.DATA, chapters.PIPELINE, chapters.FORECAST, chapters.PROCESS, chapters.CONCENTRATION)
    listed = [key for part in (*parts, chapters.TIMING) for key in part]
    assert sorted(listed) == sorted(keys)


def test_chapters_say_what_the_audit_found(made: Diagnostic) -> None:
    audit = audit_of(made.context)
    rows = pd.concat([made.data_defects.data, made.pipeline_health.data, made.quarter_ends.data])
    assert len(rows) > 20
    for row in rows.to_dict("records"):
        found = audit.of(row["check"]).found
        assert found is not None
        assert (row["count"], row["of"], row["kind"]) == (found.count, found.of, audit.of(row["check"]).kind)
        if found.share is not None and found.figure is None:
            assert row["value"] == pytest.approx(found.count / found.of)


def test_points_of_an_index_say_of_how_many_and_what_they_mean(made: Diagnostic) -> None:
    section = made.concentration
    value = section.data.set_index("check").loc["customers_herfindahl", "value"]
    (row,) = [row for row in section.tables[0].rows if row[0].text == "Concentration of customers"]
    assert row[2].text == f"{value:,.1f} of 10,000"
    # 10,000 ÷ the index: so many customers of equal size have the same
    assert row[0].plus.startswith(f"As concentrated as {10_000 / value:.1f} of equal size")
    assert any("10,000 where one has everything" in note for note in section.notes)
    assert not any(note.startswith("Concentration of customers: As concentrated") for note in section.notes)
    (row,) = [row for row in section.tables[0].rows if row[0].text == "Largest customer"]
    assert row[2].text.endswith("%")
    assert not row[0].plus


def test_what_may_come_of_something_else_is_no_behaviour(made: Diagnostic) -> None:
    found = audit_of(made.context).of("linearity")
    assert (found.check.kind, found.kind) == ("behaviour", "demand")
    assert [one.kind for one in told(made.context) if one.key == "linearity"] == ["demand"]
    assert "This may come of something else" in " ".join(made.quarter_ends.notes)


def test_the_summary_has_at_most_three_findings_of_different_kinds(made: Diagnostic) -> None:
    every = told(made.context)
    shown = made.diagnosis.data
    assert len(shown) == min(MOST, len(every))
    assert set(shown["kind"]) >= set(list(dict.fromkeys(one.kind for one in every))[:MOST])
    assert made.diagnosis.place == "first"
    assert f"{len(every)} findings" in made.diagnosis.message
    # what is lost early is told once, not as fewer orders again
    conversions = [one for one in every if one.kind == "conversion"]
    assert conversions
    assert all(one.lower < one.money < one.upper for one in conversions)


def test_the_funnel_adds_up(made: Diagnostic) -> None:
    data = made.funnel_adds_up.data
    parts = data[["went_on", "lost", "back", "open", "unexplained"]].sum(axis=1)
    np.testing.assert_array_equal(parts, data["entered"])
    # money lost at milestones is that of the year's lost deals which were at one
    lost = made.context.facts.events("closed", made.context.period).frame()
    lost = lost[lost["status"] == "lost"]
    total = (lost["amount"] * lost["share"]).sum()
    assert 0.8 * total < data["leaked"].sum() <= total + 1e-6


def test_the_plan_names_who_what_and_the_figure(made: Diagnostic) -> None:
    plan = made.ninety_days.data
    assert len(plan)
    assert plan["key"].iloc[-1] == "again"
    assert plan["phase"].iloc[0] == "days 1–30"  # also where there is nothing to mend in the data
    assert (plan.iloc[:-1].groupby("phase").size() <= MOST).all()
    assert not plan[["who", "what", "shows"]].isin([""]).any(axis=None)
    for row in plan.to_dict("records"):
        if row["key"] in MEASURES and row["kind"] != "conversion":
            assert row["what"] == made.context.say(MEASURES[row["key"]].what)


def test_it_has_its_own_sections_and_no_rep(made: Diagnostic, sample: Dataset) -> None:
    assert set(DIAGNOSTIC) <= set(dir(made))
    with pytest.raises(AttributeError):
        made.commitments  # noqa: B018
    with pytest.raises(ConfigError, match="not about a rep"):
        Diagnostic(sample, "2025", rep="R000001")
    assert made.summary["title"].startswith(made.context.subject.name)
    assert made._repr_html_().count("Diagnostic · 2025") == 1
    assert made.talk


@pytest.mark.parametrize(("deals", "reps"), [(0, 1), (1, 1), (12, 2), (80, 1)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_little_data_says_what_it_cannot_tell(tmp_path: Path, deals: int, reps: int, language: str) -> None:
    random = np.random.default_rng(deals)
    created = pd.Timestamp("2025-01-10") + pd.to_timedelta(random.integers(0, 80, deals), "D")
    status = random.choice(["won", "lost", "open"], deals)
    table = pd.DataFrame(
        {
            "deal_id": [f"D{n}" for n in range(deals)],
            "rep_id": [f"R{n % reps}" for n in range(deals)],
            "status": status,
            "stage": np.where(status == "open", "Offer", np.where(status == "won", "Won", "Lost")),
            "created_on": created,
            "closed_on": (created + pd.to_timedelta(random.integers(1, 90, deals), "D")).where(status != "open"),
            "amount": random.integers(500, 9000, deals).astype(float),
        }
    )
    made = Diagnostic(dataset(tmp_path / "d", table), "2025", language=language)
    for section in made.sections():
        assert section.message
        assert section._repr_html_() is not None
    fit = made.data_fitness.data["state"].value_counts()
    assert fit.get("no", 0) >= 10
    assert len(made.ask_for_next.data) > 3
    assert made.closing_gaps.data.empty


def test_documents_have_the_questions_of_the_interview(made: Diagnostic) -> None:
    asked = content_of(made.maturity_sheet, ["pptx"])["blocks"]
    assert [block["kind"] for block in asked] == ["terms"]
    assert [question for question, _ in asked[0]["terms"]] == made.maturity_sheet.data["question"].tolist()


@pytest.mark.parametrize(("yes", "verb"), [(1, "lässt"), (2, "lassen"), (0, "lassen")])
def test_german_questions_agree_with_how_many_can_be_answered(yes: int, verb: str) -> None:
    said = ntext("{n} of {of} questions can be answered", "{n} of {of} questions can be answered", n=yes, of=23)
    assert Language("de").say(said) == f"{yes} von 23 Fragen {verb} sich beantworten"


def test_a_check_that_cannot_tell_is_none_that_found_nothing(made: Diagnostic) -> None:
    findings = audit_of(made.context).findings
    untold = [one for one in findings if one.found is not None and one.verdict.level == "untold"]
    assert untold
    assert told_surely(untold) == 0
    surely = [
        one for one in findings if one.found is not None and one.verdict.level in ("fine", "look", "serious")
    ]
    assert told_surely([*untold, *surely]) == len(surely)
