"""Whatever an export lacks, a report is made or says why not: columns and tables taken away by and by.

A company has all tables and all columns. Every optional column and every table is taken away alone, and 200 random
sets of them, among which every two are missing together at least once with nearly all others there. On each of
these datasets one part of the kit is run, in turns: all sections of a report, shown as HTML, or the commands'
figures, or the explorer's views. The seed is fixed, and what is missing stands in the name of a test that fails.
`make test` runs every other six of the sets, `make missing` all of them.
"""

import itertools
import os
import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pandas as pd
import pyarrow.parquet as pq
import pytest

from salesreport import Review
from salesreport.dataset import Dataset
from salesreport.errors import SalesreportError
from salesreport.explore import ConversionReview
from salesreport.explore.state import VIEWS, State
from salesreport.explore.views import view
from salesreport.kpi import Facts, compute
from salesreport.kpi import output as kpi_output
from salesreport.kpi.anomalies import find_anomalies
from salesreport.kpi.anomalies import output as anomalies_output
from salesreport.kpi.forecast import command
from salesreport.language import Language
from salesreport.provenance import Provenance
from salesreport.report.section import Section
from salesreport.report.shared import Shared
from salesreport.sample import make_company
from salesreport.tables import TABLES
from salesreport.writing import write_dataset

SEED = 20251231
SUBSETS = 200
PERIOD = "2025-Q4"
EN = Language("en")

Made = TypeVar("Made")

Missing = tuple[str, ...]
"""What is taken away: tables by their name, columns as `table.column`."""

OPTIONAL = tuple(
    f"{table.name}.{column.name}"
    for table in TABLES.values()
    for column in table.columns
    # deals without it are all open: a degenerate export, see test_least.py
    if not column.required and (table.name, column.name) != ("deals", "closed_on")
)
ITEMS = (*TABLES, *OPTIONAL)

NAMES = {name for table in TABLES.values() for name in (table.name, *table.names) if "_" in name}
"""What no reader of a report knows: names of tables and columns that can be no words of a sentence."""

# --- what is missing


def apart(one: str, other: str) -> bool:
    """Whether two can be missing each for itself: a column is gone with its table."""
    return one != other and one not in other.split(".") and other not in one.split(".")


PAIRS = {pair for pair in itertools.combinations(ITEMS, 2) if apart(*pair)}


def subsets() -> list[Missing]:
    """200 random sets: first of ten each until every two have been together, then of any size."""
    chance, sets = random.Random(SEED), []
    waiting = {one: {other for other in ITEMS if apart(one, other)} for one in ITEMS}
    while any(waiting.values()):
        chosen = [chance.choice([one for one in ITEMS if waiting[one]])]
        while len(chosen) < 10:
            new = {
                one: sum(one in waiting[other] for other in chosen)
                for one in ITEMS
                if all(apart(one, other) for other in chosen)
            }
            most = max(new.values())
            chosen.append(chance.choice([one for one in new if new[one] == most]))
        for one, other in itertools.permutations(chosen, 2):
            waiting[one].discard(other)
        sets.append(tuple(one for one in ITEMS if one in chosen))
    while len(sets) < SUBSETS:
        size = chance.randint(11, len(ITEMS) - 1)
        sets.append(tuple(sorted(chance.sample(ITEMS, size), key=ITEMS.index)))
    return sets


SETS = subsets()


def test_every_two_are_missing_together_and_there_are_200_sets():
    together = {pair for one in SETS for pair in itertools.combinations(one, 2) if len(one) == 10}
    assert together >= PAIRS
    assert len(SETS) == len(set(SETS)) == SUBSETS


# --- the company


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """A year of a small company, with every table and every column filled."""
    made = make_company(reps=12, deals=120, seed=3, years=1, activities_per_deal=0.5).tables
    tables = dict(made)
    tables["stage_events"] = made["stage_events"].assign(entered_after=made["stage_events"]["entered_at"])
    kinds = sorted(made["activities"]["type"].unique())[:2]
    tables["activities"] = made["activities"][made["activities"]["type"].isin(kinds)]
    wanted = ["revenue", "deals_won", f"activity:{kinds[0]}"]
    targets = made["targets"]
    targets = targets[
        targets["period"].isin([PERIOD, "2025-10", "2025-11", "2025-12"])
    ]  # others take time, no more
    tables["targets"] = targets[targets["metric"].isin(wanted)].assign(product_line=None)
    line = targets[targets["metric"] == "revenue"].head(1)
    line = line.assign(rep_id=None, team=None, segment=None, product_line=made["deals"]["product_line"].iloc[0])
    tables["targets"] = pd.concat([tables["targets"], line], ignore_index=True)
    tables["feedback"] = made["feedback"].assign(resolved_on=made["feedback"]["on"])
    tables["reps"] = made["reps"].assign(language="en")
    return tables


def test_the_company_has_everything(tables):
    lacking = [
        f"{name}.{column}"
        for name, table in TABLES.items()
        for column in table.names
        if column not in tables[name] or not tables[name][column].notna().any()
    ]
    assert lacking == []


class Makers:
    """Makes datasets in which something is missing, one at a time."""

    def __init__(self, whole: Dataset) -> None:
        self.whole, self.number = whole, 0
        self.shown: set[object] = set()

    def without(self, missing: Missing) -> Dataset:
        """The company's dataset without some tables and columns, as `write_dataset` would have written it."""
        self.number += 1
        folder = self.whole.path.parent / str(self.number)
        folder.mkdir()
        for name in self.whole.tables:
            file = f"{name}.parquet"
            gone = [one.split(".")[1] for one in missing if one.startswith(f"{name}.")]
            if gone and name not in missing:
                pq.write_table(pq.read_table(self.whole.folder / file).drop_columns(gone), folder / file)
            elif name not in missing:
                (folder / file).hardlink_to(self.whole.folder / file)
        rows = {name: n for name, n in self.whole.rows.items() if name not in missing}
        return replace(self.whole, path=folder, folder=folder, rows=rows, fingerprint=f"{self.number:064x}")

    def shows(self, section: Section) -> None:
        """Look at a section: a sentence, and HTML without a value that is none; the same one only once."""
        assert section.message.strip()
        seen = (section.key, section.message, section.notes, section.tables, section.data.to_csv())
        if seen not in self.shown:
            self.shown.add(seen)
            html = re.sub(r"<svg.*?</svg>", "", section._repr_html_(), flags=re.DOTALL)
            assert not re.search(r"\bnan\b|NaT|<NA>|\bNone\b|Text\(", html)
            if section.key != "ask-next":  # where a consultant finds them
                assert not NAMES & set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", html)))


@pytest.fixture(scope="module")
def makers(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Makers:
    """Makes datasets of the company."""
    settings = make_company(reps=12, deals=120, seed=3, years=1).settings
    folder = tmp_path_factory.mktemp("missing") / "whole"
    return Makers(write_dataset(folder, tables, settings, Provenance("test")))


def test_a_column_taken_away_is_as_one_without_values(makers, tables, tmp_path):
    missing = ("deals.segment", "deals.amount", "orders")
    left = {name: frame for name, frame in tables.items() if name != "orders"}
    left["deals"] = left["deals"].assign(segment=None, amount=None)
    written = write_dataset(tmp_path / "written", left, makers.whole.settings, Provenance("test"))
    made = makers.without(missing)
    assert written.rows == made.rows
    for name in written.tables:
        pd.testing.assert_frame_equal(written.table(name), made.table(name))
        assert written.columns(name) == made.columns(name)


# --- what is looked at


def or_reason(make: Callable[[], Made], naming: str = "") -> Made | None:
    """What is made, or nothing where an error says in words why not."""
    try:
        return make()
    except SalesreportError as error:
        reason = str(error)
    assert reason.strip()
    assert naming in reason
    return None


def report(**subject: str) -> Callable[[Makers, Dataset], None]:
    """Looks at all sections of a report; where the data have no such subject, the error says so."""

    def look(makers: Makers, dataset: Dataset) -> None:
        review = or_reason(lambda: Review(dataset, PERIOD, **subject), naming="".join(subject.values()))
        if review is None:
            return
        for section in review.sections():
            makers.shows(section)
        assert review.in_words()
        assert review.verdict
        assert review._repr_html_()

    return look


def figures(makers: Makers, dataset: Dataset) -> None:
    """The commands kpi, anomalies and forecast."""
    facts, year = Facts.of(dataset), dataset.period("2025")
    for by in (["rep_id"], ["team", "product_line"]):
        table = compute(facts, dataset.period(PERIOD), by=by)
        assert kpi_output.as_json(table, facts, EN)
        assert kpi_output.as_table(table, facts, EN)
        kpi_output.explanations(table, facts, EN)
    for by in ([], ["team"]):
        found = or_reason(lambda by=by: find_anomalies(facts, year, by))
        if found is not None:
            assert anomalies_output.as_json(found, EN)
            assert anomalies_output.as_table(found, facts, EN)
    or_reason(lambda: command.look_ahead(facts, None, "1Q", ("rep_id",), 20, 7, "json", EN))
    or_reason(lambda: command.judge(facts, "json", EN))


def explorer(makers: Makers, dataset: Dataset) -> None:
    """The notebook `conversion_review`, and the views for a rep."""
    facts = Shared.of(dataset).facts
    review = ConversionReview(dataset, PERIOD)
    for section in review.sections():
        makers.shows(section)
    assert review._repr_mimebundle_()
    for rep in facts.reps["rep_id"].head(1):
        for name in VIEWS:
            state = State(str(dataset.path), PERIOD, view=name, rep=rep)
            section = or_reason(lambda state=state: view(facts, state, EN), naming=rep)
            if section is not None:
                makers.shows(section)


LOOKS: dict[str, Callable[[Makers, Dataset], None]] = {
    "rep": report(rep="R000001"),
    "figures": figures,
    "team": report(team="South"),
    "segment": report(segment="B"),
    "explorer": explorer,
    "company": report(),
}


def turns(missing: list[Missing]) -> list[object]:
    """Each set of what is missing with what is looked at, in turns."""
    names = itertools.cycle(LOOKS)
    return [
        pytest.param(one, look, id=f"{look}-{'+'.join(one) if len(one) < 12 else f'{number}: {len(one)} missing'}")
        for number, (one, look) in enumerate(zip(missing, names, strict=False))
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_with_everything(makers, look):
    LOOKS[look](makers, makers.without(()))


@pytest.mark.parametrize(("missing", "look"), turns([(one,) for one in ITEMS]))
def test_without_one(makers, missing, look):
    LOOKS[look](makers, makers.without(missing))


ALL = bool(os.environ.get("SALESREPORT_ALL_SETS"))
"""Whether all random sets are tried, which takes some minutes more."""


@pytest.mark.parametrize(
    ("missing", "look"),
    [one for number, one in enumerate(turns(SETS)) if ALL or number // len(LOOKS) % 2 == 0],
)
def test_without_several(makers, missing, look):
    LOOKS[look](makers, makers.without(missing))
