"""What reports share: the same figures as computed for one subject alone, worked out once, changed by nobody."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesreport import Dataset, Review
from salesreport.dataset import DatasetSettings
from salesreport.kpi import Facts, KpiTable, compute
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.stages import stage_when_lost
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import targets_for
from salesreport.period import Period
from salesreport.provenance import Provenance
from salesreport.report import shared as module
from salesreport.report.context import FIGURES
from salesreport.report.shared import MOST_DATASETS, Figure, Maker, Shared, Standing
from salesreport.report.subject import Subject, find_subject
from salesreport.writing import write_dataset

Q4 = Period.parse("2025-Q4")


def one_kind(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its texts in one kind of memory: slices hold them as Python's own, see `shared.slice_up`."""
    return frame.astype({name: "str" for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)})


class Alone(Shared):
    """Everything read and computed for one subject alone, by selecting its events first: slow and plain."""

    def figures(self, subject: Subject, metrics: Sequence[str], by: Sequence[str], period: Period) -> KpiTable:
        return compute(self.facts, period, metrics, by=by, where=subject.where)

    def target(self, subject: Subject, metric: str, period: Period) -> float:
        try:
            return float(targets_for(self.facts, period, metric, where=subject.where).frame["value"].iloc[0])
        except Unavailable:
            return float("nan")

    def standing(self, dimension: str, metrics: Sequence[str], period: Period) -> Mapping[str, Standing]:
        def find() -> dict[str, Standing]:
            frame = compute(self.facts, period, metrics, by=[dimension]).frame
            found = {}
            for metric, rows in frame.groupby("metric"):
                known = {row[dimension]: (row["value"], row["n"]) for _, row in rows.iterrows()}
                pairs = [known.get(one, (np.nan, np.nan)) for one in self.members(dimension)]
                found[metric] = Standing(*np.array(pairs).T)
            return found

        return self.facts.remember(("alone", dimension, period), find)

    def spread(
        self, dimension: str, metrics: Sequence[str], by: str, period: Period
    ) -> Mapping[str, pd.DataFrame]:
        closed = self.facts.closed(period)
        return {
            f"deals_{status}": closed[closed["status"] == status]
            .pivot_table(index=dimension, columns=by, values="share", aggfunc="sum", observed=False)
            .reindex(self.members(dimension))
            .fillna(0.0)
            for status in ("won", "lost")
        }

    def rows(self, subject: Subject, key: Hashable, make: Maker) -> pd.DataFrame:
        if subject.dimension is None:
            return make(())
        frame = make((subject.dimension,))
        return frame[frame[subject.dimension] == subject.id].drop(columns=subject.dimension).reset_index(drop=True)

    def events(self, kind: Kind, period: Period, as_of: date, subject: Subject) -> pd.DataFrame:
        frame = kind.find(self.facts, period, as_of).frame()
        return frame[frame[subject.dimension] == subject.id] if subject.dimension else frame

    def days_to_win(self, periods: Sequence[Period], share: float, fewest: int) -> float | None:
        won = pd.concat([self.facts.closed(period) for period in periods])
        won = won[won["status"] == "won"]
        days = (won["closed_on"] - won["created_on"]).dt.days.dropna()
        return float(days.quantile(share)) if len(days) >= fewest else None

    def stages_when_lost(self, period: Period) -> Mapping[str, str]:
        return stage_when_lost(self.facts, self.facts.closed(period)["deal_id"]).to_dict()

    def each(self, subject: Subject, metrics: Sequence[str], period: Period) -> Mapping[str, Figure]:
        rows = self.figures(subject, metrics, (), period).frame.to_dict("records")
        return {row["metric"]: Figure(*(row[name] for name in Figure._fields)) for row in rows}


@pytest.fixture(scope="module")
def alone(sample: Dataset) -> Alone:
    """The sample company, nothing of it shared."""
    return Alone(Facts.of(sample))


@pytest.fixture
def forgotten() -> Iterator[None]:
    """A process that knows no dataset yet."""
    before = module._known[:]
    module._known.clear()
    yield
    module._known[:] = before


def subjects(sample: Dataset) -> list[dict[str, str]]:
    """Two reps, a team, a manager, a segment, a product line, a source of leads, the company."""
    reps, deals = sample.table("reps"), sample.table("deals", ["product_line", "lead_source"])
    return [
        {"rep": reps["rep_id"].iloc[0]},
        {"rep": reps["rep_id"].iloc[9]},
        {"team": reps["team"].dropna().iloc[0]},
        {"manager": reps["manager"].dropna().iloc[0]},
        {"segment": "B"},
        {"product_line": deals["product_line"].dropna().iloc[0]},
        {"lead_source": deals["lead_source"].dropna().iloc[0]},
        {},
    ]


@pytest.mark.parametrize("which", range(8))
def test_every_section_is_as_if_computed_for_the_subject_alone(sample: Dataset, alone: Alone, which: int) -> None:
    review, plain = (Review(sample, "2025-Q4", **subjects(sample)[which]) for _ in range(2))
    plain.context = replace(plain.context, shared=alone)
    assert review.verdict == plain.verdict
    for section, expected in zip(review.sections(), plain.sections(), strict=True):
        assert section.message == expected.message
        assert section.tables == expected.tables
        assert section.notes == expected.notes
        pd.testing.assert_frame_equal(
            one_kind(section.data.reset_index(drop=True)),
            one_kind(expected.data.reset_index(drop=True)),
            rtol=1e-12,
        )


@pytest.mark.parametrize("by", [[], ["product_line"], ["segment", "product_line"], ["rep_id"]])
def test_figures_by_any_dimensions(sample: Dataset, by: list[str]) -> None:
    shared = Shared.of(sample)
    metrics = ["revenue", "win_rate", "cycle_days", "deals_created", "attainment"]
    for named in subjects(sample)[:5]:
        ((kind, wanted),) = named.items()
        subject = find_subject(shared.facts, kind, wanted)  # type: ignore[arg-type]
        expected = compute(shared.facts, Q4, metrics, by=by, where=subject.where)
        got = shared.figures(subject, metrics, by, Q4)
        lacking = {metric for metric in expected.unavailable if metric not in got.unavailable}
        frame = got.frame[~got.frame["metric"].isin(lacking)].reset_index(drop=True)
        # by reps of a segment, `compute` also lists those who sold nothing there
        frame, plain = (one[one["n"] > 0].reset_index(drop=True) for one in (frame, expected.frame))
        pd.testing.assert_frame_equal(one_kind(frame), one_kind(plain), rtol=1e-12)


def test_peers_are_reps_in_the_same_role_without_oneself(sample: Dataset) -> None:
    shared, reps = Shared.of(sample), sample.table("reps").set_index("rep_id")
    for rep in reps.index[:6]:
        peers = shared.members("rep_id")[shared.peers(find_subject(shared.facts, "rep", rep))]
        assert set(peers) == set(reps.index[reps["role"] == reps.loc[rep, "role"]]) - {rep}
    teams = set(reps["team"].dropna())
    team = sorted(teams)[0]
    assert set(shared.members("team")[shared.peers(find_subject(shared.facts, "team", team))]) == teams - {team}
    assert not len(shared.peers(find_subject(shared.facts, "company", "")))


def test_a_second_report_computes_and_reads_nothing(
    sample: Dataset, forgotten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sample.table("reps")["rep_id"].iloc[[0, 9]]
    said = Review(sample.path, "2025-Q4", rep=first).in_words()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("this was there already")

    monkeypatch.setattr(module, "compute", refuse)
    monkeypatch.setattr(module, "stage_when_lost", refuse)
    monkeypatch.setattr(module, "targets_for", refuse)
    monkeypatch.setattr(Dataset, "table", refuse)
    monkeypatch.setattr(Dataset, "_source", refuse)
    other = Review(sample.path, "2025-Q4", rep=second).in_words()
    assert other != said
    assert Review(sample.path, "2025-Q4", rep=first).in_words() == said


def test_nothing_leaks_from_one_report_into_the_next(sample: Dataset, forgotten: None) -> None:
    first, second = ({"rep": rep} for rep in sample.table("reps")["rep_id"].iloc[[0, 9]])
    expected = [Review(sample, "2025-Q4", **who).in_words() for who in (first, {}, second)]
    module._known.clear()
    for who in (first, {}):
        context = Review(sample, "2025-Q4", **who).context
        frames = [context.closed, context.open, context.compute(FIGURES).frame, context.compute(["revenue"]).frame]
        for frame in frames:
            for column in frame.columns:
                frame[column] = None  # what a careless notebook may do
    assert [Review(sample, "2025-Q4", **who).in_words() for who in (first, {}, second)] == expected


def tiny(path: Path, name: str = "Tiny", **tables: pd.DataFrame) -> Dataset:
    """Ann won two of three deals in Q2; Bob, in the same role, left before it; calls are known from May on."""
    deals = pd.DataFrame(
        {
            "deal_id": ["1", "2", "3", "4", "5"],
            "rep_id": ["Ann", "Ann", "Ann", "Bob", "Ann"],
            "status": ["won", "won", "lost", "won", "won"],
            "created_on": ["2025-04-01", "2025-04-01", "2025-04-01", "2025-01-01", "2025-01-01"],
            "closed_on": ["2025-05-01", "2025-05-11", "2025-05-01", "2025-01-31", "2025-02-01"],
            "amount": [10.0, 20.0, 5.0, 7.0, 1.0],
        }
    )
    reps = pd.DataFrame({"rep_id": ["Ann", "Bob"], "role": "Rep", "left_on": [None, "2025-02-28"]})
    done = pd.DataFrame({"activity_id": ["1"], "rep_id": "Ann", "type": "call", "done_at": "2025-05-02"})
    settings = DatasetSettings(name=name, as_of=date(2025, 6, 30))
    frames = {"deals": deals, "reps": reps, "activities": done} | tables
    return write_dataset(path, frames, settings, Provenance("test"))


def test_one_to_whom_nothing_happened(tmp_path: Path) -> None:
    bob = Review(tiny(tmp_path / "d"), "2025-Q2", rep="Bob")
    assert bob.verdict == "No deals or orders of Bob in Q2 2025."
    assert bob.activity.message == "No activities in Q2 2025, and none planned."
    assert bob.activity.data["done"].tolist() == [0]
    assert bob.context.closed.empty
    assert not bob.results.available


def test_activities_before_they_were_recorded_are_unknown_not_none(tmp_path: Path) -> None:
    section = Review(tiny(tmp_path / "d"), "2025-Q1", rep="Ann").activity
    assert not section.available
    assert "known from" in section.message
    assert section.data["done"].isna().all()


def test_days_to_win_by_hand(tmp_path: Path) -> None:
    shared = Shared.of(tiny(tmp_path / "d"))
    # Q2: 30 and 40 days, half-way between them 35; with Q1's 30 and 31 the median of 30, 30, 31, 40 is 30.5
    q1, q2 = Period.parse("2025-Q1"), Period.parse("2025-Q2")
    assert shared.days_to_win([q2], 0.5, fewest=2) == 35
    assert shared.days_to_win([q1, q2], 0.5, fewest=2) == 30.5
    assert shared.days_to_win([q2], 0.5, fewest=3) is None


def test_a_dataset_is_known_as_long_as_it_is_the_same(
    tmp_path: Path, forgotten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tiny(tmp_path / "d")
    shared = Shared.of(made)
    assert Shared.of(Dataset.open(tmp_path / "d")) is shared
    monkeypatch.chdir(tmp_path)
    assert Shared.of(Dataset.open("d")) is shared
    again = tiny(tmp_path / "d", name="Other")
    assert Shared.of(again) is not shared
    assert Review("d", "2025-Q2").context.subject.name == "Other"
    for n in range(MOST_DATASETS + 1):
        Shared.of(tiny(tmp_path / f"d{n}"))
    assert len(module._known) == MOST_DATASETS
    assert Shared.of(again) is not shared
