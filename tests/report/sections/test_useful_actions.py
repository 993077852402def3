"""Useful actions in reports: of everybody, of a rep, and where the data cannot tell."""

from pathlib import Path

import pytest
from helping import helping_company

from salesreport import Dataset, Review
from salesreport.kpi import Facts
from salesreport.kpi.actions import find_actions
from salesreport.kpi.actions.by_rep import by_rep


@pytest.fixture(scope="module")
def helps(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return helping_company(tmp_path_factory.mktemp("helps") / "d", helps=0.9, deals=4000, lazy=3)


def test_a_company_s_report_says_what_helps(helps: Dataset) -> None:
    section = Review(helps, "2025-Q4").useful_actions
    assert section.available
    assert section.message.startswith("Deals with “visit” at Second go on more often, by ")
    assert len(section.charts) == 1
    assert len(section.tables[0].rows) == (section.data["suggestion"] != "untold").sum()
    assert "plan it" in section.tables[0].rows[0][1].text
    html = section._repr_html_()
    assert "<details" in html
    assert any("association, not proof" in note for note in section.notes)
    assert any("Raw numbers: with one" in note for note in section.notes)


def test_a_rep_s_report_says_only_what_the_rep_does_less_or_more(helps: Dataset) -> None:
    habits = by_rep(find_actions(Facts.of(helps))).set_index("rep_id")["flag"]
    usual = habits[habits == "none"].index[0]
    lazy, other = (Review(helps, "2025-Q4", rep=rep).useful_actions for rep in ("R03", usual))
    assert lazy.message.startswith("“visit” at Second is done less often than by others (")
    assert len(lazy.tables[0].rows) == 1
    assert "in the first 15 days" in lazy.tables[0].rows[0][0].text
    assert lazy.data["rep_id"].unique().tolist() == ["R03"]
    assert other.available
    assert other.message == "No useful action is done less or more often than by others, as far as can be told"
    assert (other.tables, other.charts, other.notes) == ((), (), ())
    assert "Rep 4" not in lazy._repr_html_()
    assert "R04" not in lazy._repr_html_()


def test_nothing_later_than_the_period_is_looked_at(helps: Dataset) -> None:
    early = Review(helps, "2022-Q4").useful_actions
    late = Review(helps, "2025-Q4").useful_actions
    assert early.data["stays"].sum() < late.data["stays"].sum()


def test_without_activities_it_says_so(tmp_path: Path) -> None:
    made = helping_company(tmp_path / "d", deals=60, history=False)
    section = Review(made, "2025-Q4").useful_actions
    assert not section.available
    assert section.message == (
        "Which actions are useful cannot be told: needs the history of stages; this export does not say when "
        "deals came where they are."
    )
