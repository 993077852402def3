"""What is shared says nothing of who it is about, and the same of how they do."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from salesreport.anonymise import Key, anonymise, restored
from salesreport.anonymise.make import Made, prepared
from salesreport.anonymise.treatment import CATEGORIES, treatment
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import DataError
from salesreport.ingest import ingest
from salesreport.kpi import Facts, compute
from salesreport.kpi.anomalies import find_anomalies
from salesreport.kpi.forecast import forecast
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import text
from salesreport.period import Period
from salesreport.process import parse_process
from salesreport.provenance import Counts, Noticed, Provenance, SourceFile, Tally
from salesreport.sample import write_company
from salesreport.writing import write_dataset

KEY = Key(bytes(range(32)))
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A smaller sample company: 12 reps, 900 deals, all tables."""
    return write_company(tmp_path_factory.mktemp("sample") / "company", reps=12, deals=900)


@pytest.fixture(scope="module")
def shared(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return anonymise(sample, tmp_path_factory.mktemp("shared") / "sample", KEY)


@pytest.fixture(scope="module")
def ordered(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return anonymise(sample, tmp_path_factory.mktemp("ordered") / "sample", KEY, same_order=True)


@pytest.fixture(scope="module")
def maven(public_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("maven") / "maven"
    return ingest(ROOT / "params" / "sources" / "maven.yml", folder, public_data / "maven_crm")


KINDS = {"rep_id": "rep", "manager": "person"}


def _renaming(made: Made, kind: str) -> Callable[[Any], Any]:
    return lambda one: one if pd.isna(one) else made.pseudonyms.of(kind, one)


def renamed(frame: pd.DataFrame, made: Made) -> pd.DataFrame:
    """Figures of the original with the names of the copy."""
    names = {
        column: frame[column].map(_renaming(made, KINDS.get(column, column)))
        for column in ("rep_id", "team", "manager")
        if column in frame
    }
    return frame.assign(**names)


def same(
    before: pd.DataFrame, after: pd.DataFrame, made: Made, keys: list[str], money: np.ndarray | dict[str, bool]
) -> None:
    """Two tables of figures are the same, money times the factor."""
    before = renamed(before, made)
    assert len(before) == len(after) > 0
    order = before.sort_values(keys, kind="stable").index
    before, after = (
        before.loc[order].reset_index(drop=True),
        after.sort_values(keys, kind="stable", ignore_index=True),
    )
    money = money[order] if isinstance(money, np.ndarray) else money
    for column in before.columns:
        if pd.api.types.is_numeric_dtype(before[column]):
            is_money = money.get(column, False) if isinstance(money, dict) else money & (column != "n")
            factor = np.where(is_money, KEY.factor, 1.0)
            np.testing.assert_allclose(
                after[column], before[column] * factor, rtol=1e-9, atol=1e-12, err_msg=column
            )
        elif column in keys or column in ("flag", "unit"):
            now = after[column].astype(str).str.replace("XXX", made_currency(before, column), regex=False)
            assert now.tolist() == before[column].astype(str).tolist(), column


def made_currency(before: pd.DataFrame, column: str) -> str:
    found = [one for one in before[column].astype(str).unique() if one[:3].isupper()] if column == "unit" else []
    return found[0][:3] if found else "XXX"


def kpis(
    original: Dataset, made: Made, period: str, by: tuple[str, ...], without: tuple[str, ...] = ("-",)
) -> int:
    """All metrics of a period, compared; how many figures there are."""
    when = original.period(period)
    before = compute(Facts.of(original), when, by=by)
    after = compute(Facts.of(made.dataset), made.shift.period(when), by=by)
    assert {key: str(why) for key, why in before.unavailable.items()}.keys() == after.unavailable.keys()
    frames = [
        one.frame[~one.frame["metric"].str.startswith(without)].drop(columns="period").reset_index(drop=True)
        for one in (before, after)
    ]
    money = frames[0]["unit"].str.startswith(original.currency).to_numpy()
    assert money.any()
    same(*frames, made, ["metric", *by], money)
    return len(frames[0])


@pytest.mark.parametrize(
    ("period", "by"), [("2025-Q4", ("rep_id",)), ("2024", ("segment", "product_line")), ("2025-W01", ("team",))]
)
def test_every_figure_is_the_same(sample: Dataset, shared: Made, period: str, by: tuple[str, ...]) -> None:
    assert kpis(sample, shared, period, by) > 50


def test_every_figure_is_the_same_on_maven(maven: Dataset, tmp_path: Path) -> None:
    made = anonymise(maven, tmp_path / "shared", KEY)
    # whose customer it is, where two had a deal decided on one day, the id decides
    assert kpis(maven, made, "2017-Q4", ("rep_id",), without=("base_", "customers")) > 500
    assert kpis(maven, made, "2017-Q4", ("segment",)) > 100
    year = Period.parse("2017")
    before = find_anomalies(Facts.of(maven), year)
    after = find_anomalies(Facts.of(made.dataset), made.shift.period(year))
    keys = ["rep_id", "product_line", "segment", "step"]
    same(
        before.frame,
        after.frame,
        made,
        keys,
        dict.fromkeys(("at_stake", "at_stake_lower", "at_stake_upper"), True),
    )
    ordered = anonymise(maven, tmp_path / "ordered", KEY, same_order=True)
    assert kpis(maven, ordered, "2017-Q4", ("rep_id",)) > 500


def test_tests_and_simulations_are_the_same_in_the_same_order(sample: Dataset, ordered: Made) -> None:
    year = Period.parse("2025")
    before, after = Facts.of(sample), Facts.of(ordered.dataset)
    keys = ["rep_id", "product_line", "segment", "lead_source", "step"]
    same(
        find_anomalies(before, year).frame, find_anomalies(after, ordered.shift.period(year)).frame, ordered, keys,
        dict.fromkeys(("at_stake", "at_stake_lower", "at_stake_upper"), True),
    )  # fmt: skip
    quarter = Period.parse("2026-Q1")
    ahead = [
        forecast(facts, process_file(facts), day, [period], ("rep_id",), simulations=100).frame.drop(
            columns="period"
        )
        for facts, day, period in (
            (before, sample.as_of, quarter),
            (after, ordered.dataset.as_of, ordered.shift.period(quarter)),
        )
    ]
    money = {column: column != "n_open" for column in ahead[0].columns}
    same(ahead[0], ahead[1], ordered, ["rep_id"], money)


def test_other_ids_are_another_seed_and_no_more(sample: Dataset, shared: Made) -> None:
    quarter, simulations = Period.parse("2026-Q1"), 1000
    facts, others = Facts.of(sample), Facts.of(shared.dataset)
    before = forecast(facts, process_file(facts), sample.as_of, [quarter], simulations=simulations)
    after = forecast(
        others, process_file(others), shared.dataset.as_of, [shared.shift.period(quarter)], simulations=simulations
    )
    # means of 1,000 paths each: five standard errors of their difference
    error = 5 * before.samples.std() * np.sqrt(2 / simulations)
    assert after.frame["mean"][0] / KEY.factor == pytest.approx(before.frame["mean"][0], abs=error)
    assert after.frame["n_open"][0] == pytest.approx(before.frame["n_open"][0])
    spread = after.samples.std() / KEY.factor / before.samples.std()
    assert spread == pytest.approx(1, abs=5 / np.sqrt(simulations))


# --- nothing of the original


def shown_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text that is in any file of a folder: names, raw bytes, and what compressed columns hold."""
    for file in sorted(folder.rglob("*")):
        yield str(file), file.relative_to(folder).as_posix()
        if not file.is_file():
            continue
        content = file.read_bytes()
        yield str(file), content.decode("latin-1")
        yield str(file), content.decode("utf-8", "replace")
        if file.suffix == ".parquet":
            parquet = pq.ParquetFile(file)
            yield (
                str(file),
                str(parquet.schema_arrow) + str(parquet.metadata.metadata) + str(parquet.metadata.to_dict()),
            )
            for column in parquet.read().itercolumns():
                yield str(file), "\n".join(str(one) for one in column.unique().to_pylist())


def leaks(folder: Path, secrets: set[str]) -> set[str]:
    """Those of some texts that are somewhere in a folder, whatever their letter case."""
    found = set()
    for _, shown in shown_of(folder):
        low = shown.casefold()
        found |= {one for one in secrets if one.casefold() in low}
    return found


def secrets_of(dataset: Dataset) -> set[str]:
    """All texts of a dataset but those of categories."""
    found = {dataset.settings.name}
    for table in dataset.tables:
        frame = dataset.table(table, list(dataset.columns(table)))
        for column in frame:
            what = treatment(table, column)
            hidden = what == "drop" or (
                isinstance(what, tuple) and what[0] not in {*CATEGORIES, "metric", "period"}
            )
            if hidden and frame[column].dtype.kind not in "fM":
                found |= set(frame[column].dropna())
    return {one for one in found if len(one) > 3}


@pytest.mark.parametrize("coarse", [False, True])
def test_no_name_id_or_remark_is_left(sample: Dataset, tmp_path: Path, coarse: bool) -> None:
    secrets = secrets_of(sample)
    assert len(secrets) > 8_000
    made = anonymise(sample, tmp_path / "shared", KEY, coarse)
    # as whole values all of them, as parts of whatever is there the names of people and some of the others
    values = {line for _, shown in shown_of(made.dataset.path) for line in shown.splitlines()}
    assert not values & secrets
    people = set(sample.table("reps")["name"]) | set(sample.table("reps")["manager"])
    some = {sample.settings.name, *people, *sorted(secrets)[:: len(secrets) // 60]}
    assert leaks(sample.path, some) == some, "they would be found"
    assert leaks(made.dataset.path, some - {"West", "North", "East", "South", "Central"}) == set()


def test_no_amount_and_no_day_is_left(sample: Dataset, shared: Made) -> None:
    for table, column in (("deals", "amount"), ("orders", "gross_profit"), ("snapshots", "amount")):
        before, after = sample.table(table)[column].dropna(), shared.dataset.table(table)[column].dropna()
        assert len(before) == len(after)
        assert not set(before[before != 0].round(2)) & set(after.round(9))
    before, after = (one.table("deals")["created_on"] for one in (sample, shared.dataset))
    assert before.max() < after.min()
    assert str(sample.as_of) not in (shared.dataset.path / "dataset.json").read_text()


HOSTILE = "Zsófia O'Hara =cmd()"


@pytest.fixture
def planted(tmp_path: Path) -> Dataset:
    """A small dataset with names and remarks wherever a text can be."""
    days = pd.to_datetime(["2025-01-10", "2025-02-11", "2025-03-12", "2025-04-13"] * 3)
    reps = pd.DataFrame(
        {
            "rep_id": ["u-77", "Bernd Quast", "u-79"],
            "name": [HOSTILE, "Bernd Quast", None],
            "manager": ["Bernd Quast", "Carla Chefin", "u-77"],
            "team": ["Team O'Hara", "Team Quast", "Team Quast"],
            "role": ["Sales", "Sales", "does it for Mrs Chefin"],
            "territory": ["Kleinstadt"] * 3,
            "email": ["zsofia@lumen.example"] * 3,
            "manager_email": ["carla@lumen.example"] * 3,
            "hired_on": pd.to_datetime(["1999-04-01"] * 3),
        }
    )
    deals = pd.DataFrame(
        {
            "deal_id": [f"0061x{number}" for number in range(12)],
            "rep_id": ["u-77", "Bernd Quast", "u-79"] * 4,
            "account_id": ["Elan Werke"] * 6 + ["acc-2"] * 6,
            "status": ["won", "lost", "open"] * 4,
            "created_on": days,
            "closed_on": [day + pd.Timedelta(days=9) if at % 3 < 2 else pd.NaT for at, day in enumerate(days)],
            "name": [f"Lamps for Elan Werke {number}" for number in range(12)],
            "stage": ["Won", "LOST", "Offer to Elan Werke"] * 4,
            "product_line": ["Lamp", "Lamp", "Quast special"] * 4,
            "lead_source": ["Fair", "Fair", "Referral Carla Chefin"] * 4,
            "loss_reason": ["Price", "Price", "call Mrs Sauer 0301234567"] + ["Price"] * 8 + ["she was ill"],
            "next_step": ["ring Dr Sommer"] * 12,
            "amount": [12345.67] * 12,
            "currency": ["CHF"] * 12,
        }
    )
    accounts = pd.DataFrame(
        {"account_id": ["Elan Werke", "acc-2"], "name": ["Elan Werke", "Dorn & Söhne"], "country": ["DE", "AT"]}
    )
    targets = pd.DataFrame(
        {
            "metric": ["revenue", "activity:call Mrs Sauer", "my_secret_bonus", "win_rate", "reached:offer"],
            "period": ["2025-Q2", "2025-04", "2025-Q2", "whenever Carla says", "2025-Q2"],
            "value": [98765.43, 7.0, 4321.0, 0.5, 3.0],
            "rep_id": ["u-77"] * 5,
        }
    )
    agreed = pd.DataFrame(
        {
            "rep_id": ["u-77"] * 2,
            "agreed_on": pd.to_datetime(["2025-04-01"] * 2),
            "text": ["talk to Dr Sommer", "sell to Elan Werke"],
            "metric": ["revenue", "her_bonus"],
            "target": [55555.0, 66666.0],
            "status": ["open", "open"],
        }
    )
    process = parse_process(
        """
processes:
- name: Quast's way
  milestones:
  - {key: offer, title: Offer to Elan Werke, evidence: Dr Sommer signs, ask: How is Carla Chefin, good: she smiles,
     stages: [{name: Offer to Elan Werke, from: 2024-01-01}, Draft of Quast], from: 2023-01-01}
  won: {title: Contract of Elan Werke, evidence: Dr Sommer}
"""
    ).text
    provenance = Provenance(
        made_by="/home/zsofia/ingest", source="# by Carla Chefin\nname: Lumen Trade",
        files=(SourceFile("deals", "export_of_carla.csv", "ab" * 32, 10),),
        counts={"deals": Counts(14, 11, 1, 2, (Tally(text("trimmed {x}", x="Dr Sommer"), 1, ("Dr Sommer ",)),),
                                (Tally(text("no owner"), 2, ("Elan Werke",)),), {"won": 2, "Carla Chefin": 1})},
        notes=(text("column {column}", column="Carla's notes"), text("a note of Carla Chefin"),
               text("All people, companies and figures in this dataset are invented.")),
        noticed=(Noticed(text("odd"), text("odd: {x}", x="Elan Werke")),),
    )  # fmt: skip
    settings = DatasetSettings(
        name="Lumen Trade", as_of=dt.date(2025, 6, 30), currency="CHF", timezone="Europe/Zurich", process=process,
        won_stages=("won",), lost_stages=("lost", "Bernd Quast"), not_people=("U-79", "nobody of Lumen"),
        fiscal_year_start=4,
    )  # fmt: skip
    tables = {"reps": reps, "deals": deals, "accounts": accounts, "targets": targets, "commitments": agreed}
    aside = {"deals": pd.DataFrame({"name": ["Lamps for Dr Sommer"], "reason": ["no owner"]})}
    return write_dataset(tmp_path / "lumen", tables, settings, provenance, aside)


WORDS = {
    "zsófia", "o'hara", "cmd()", "quast", "chefin", "carla", "elan", "werke", "dorn", "söhne", "sauer", "sommer",
    "lumen", "u-77", "u-79", "0061x", "acc-2", "kleinstadt", "example", "0301234567", "she was ill", "lamps for",
    "bonus", "chf", "zsofia", "export_of", "her_", "smiles",
}  # fmt: skip


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("same_order", [False, True])
def test_names_and_remarks_are_found_wherever_they_stand(
    planted: Dataset, tmp_path: Path, coarse: bool, same_order: bool
) -> None:
    assert leaks(planted.path, WORDS) == WORDS, "they would be found"
    made = anonymise(planted, tmp_path / "shared", KEY, coarse, same_order)
    assert leaks(made.dataset.path, WORDS) == set()
    assert not (made.dataset.folder / "set_aside").exists()
    assert sorted(file.name for file in made.dataset.path.iterdir()) == ["dataset.json", made.dataset.folder.name]


def test_what_belongs_together_still_does(planted: Dataset, tmp_path: Path) -> None:
    made = anonymise(planted, tmp_path / "shared", KEY)
    reps = made.dataset.table("reps").set_index("rep_id")
    of = {old: made.pseudonyms.of("rep", old) for old in ("u-77", "Bernd Quast", "u-79")}
    assert set(of.values()) == set(reps.index)
    # a manager who is a rep is called the same, by name or by id
    assert reps.loc[of["u-77"], "manager"] == reps.loc[of["Bernd Quast"], "name"]
    assert reps.loc[of["u-79"], "manager"] == of["u-77"]
    assert reps["name"].notna().all(), "who had no name is not shown as a code"
    assert (reps["team"] == reps.loc[of["u-79"], "team"]).tolist().count(True) == 2
    settings = made.dataset.settings
    assert settings.not_people == (of["u-79"],)
    assert (settings.won_stages, settings.currency, settings.as_of.month, settings.fiscal_year_start) == (
        ("Won",),
        "XXX",
        6,
        4,
    )
    deals = made.dataset.table("deals")
    offered = deals["stage"][deals["status"] == "open"].unique()
    milestone = parse_process(settings.process).processes[0].milestones[0]
    assert [sign.name for sign in milestone.stages][:1] == list(offered), "the process still knows its stage"
    assert milestone.since == made.shift.day(dt.date(2023, 1, 1))
    assert deals["next_step"].notna().all(), "whether there is a next step still shows"
    assert deals["amount"].tolist() == pytest.approx([12345.67 * KEY.factor] * 12)
    assert not made.dataset.table("deals")["currency"].notna().any()
    targets = made.dataset.table("targets")
    assert targets["metric"].str.startswith(("revenue", "activity:Type ", "reached:offer")).all()
    assert len(targets) == 3 == len(planted.table("targets")) - made.dropped
    assert targets.set_index("metric").loc["revenue", "value"] == pytest.approx(98765.43 * KEY.factor)
    assert targets.set_index("metric").loc["reached:offer", "value"] == 3
    assert targets.set_index("metric").loc["revenue", "period"] == f"{2025 + made.shift.years}-Q2"
    agreed = made.dataset.table("commitments").set_index("metric")
    assert agreed.loc["revenue", "target"] == pytest.approx(55555 * KEY.factor)
    assert agreed["target"].notna().sum() == 1, "a number of a metric nobody knows may be money"
    notes = [str(note) for note in made.dataset.provenance.notes]
    assert notes[-1] == "All people, companies and figures in this dataset are invented."
    assert notes[0].startswith("Anonymised")
    assert "2 targets were left out" in notes[1]
    counts = made.dataset.provenance.counts["deals"]
    assert (counts.read, counts.set_aside, dict(counts.aside_by)) == (14, 2, {"won": 2})


# --- names


def test_the_same_key_gives_the_same_names_and_another_key_others(sample: Dataset) -> None:
    _, first, _ = prepared(sample, KEY)
    _, again, _ = prepared(sample, KEY)
    _, other, _ = prepared(sample, Key(bytes(32)))
    assert first.maps == again.maps
    for kind in ("rep", "person", "firm", "deal", "account", "title"):
        values = first.maps[kind]
        assert len(set(values.values())) == len(values), "no two share one"
        assert not {new.casefold() for new in values.values()} & {old.casefold() for old in values}
        alike = sum(values[old] == other.maps[kind][old] for old in values)
        assert alike <= len(values) * 0.01
    assert all(len(name.split()) == 2 and name.istitle() for name in first.maps["person"].values())


def test_a_name_does_not_depend_on_who_else_is_there(sample: Dataset, planted: Dataset, tmp_path: Path) -> None:
    tables = {name: planted.table(name, list(planted.columns(name))) for name in planted.tables}
    fewer = tables | {"deals": tables["deals"].iloc[:8]}
    part = write_dataset(tmp_path / "part", fewer, planted.settings, Provenance("test"))
    _, all_of_them, _ = prepared(planted, KEY)
    _, some_of_them, _ = prepared(part, KEY)
    for kind, values in some_of_them.maps.items():
        if kind in ("rep", "deal", "account", "person", "firm", "title"):
            assert {old: all_of_them.maps[kind][old] for old in values} == values


def test_pseudonyms_that_meet_are_parted() -> None:
    from salesreport.anonymise.pseudonyms import _distinct

    # a hundred thousand firms of about ten million names meet some five hundred times
    firms = [f"firm {number}" for number in range(100_000)]
    made = _distinct(KEY, "firm", firms, set())
    assert len(set(made.values())) == len(firms)
    plain = _distinct(KEY, "firm", ["firm 1"], set())["firm 1"]
    assert _distinct(KEY, "firm", ["firm 1"], {plain.casefold()})["firm 1"] != plain, (
        "not a name that is somebody's"
    )


def test_who_is_who_needs_the_key_and_the_original(sample: Dataset, shared: Made) -> None:
    names = shared.dataset.table("reps").set_index("rep_id")["name"]
    _, pseudonyms, _ = prepared(sample, KEY)
    found = restored(pseudonyms, [names.iloc[0].upper()])
    old = sample.table("reps").set_index("rep_id")["name"]
    assert found["kind"].tolist() == ["person"]
    assert found["original"].tolist() == [old[restored(pseudonyms, [names.index[0]])["original"][0]]]
    everything = restored(pseudonyms)
    assert {"rep", "account", "deal", "person", "firm", "team"} <= set(everything["kind"])
    _, others, _ = prepared(sample, Key(bytes(32)))
    assert restored(others, names.tolist()).empty


# --- folders, and least data


def test_nothing_is_written_where_something_is(planted: Dataset, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="not empty"):
        anonymise(planted, tmp_path / "full", KEY)
    with pytest.raises(DataError, match="not empty"):
        anonymise(planted, planted.path, KEY)
    with pytest.raises(DataError, match="lies in that of the dataset"):
        anonymise(planted, planted.path / "shared", KEY)
    with pytest.raises(DataError, match="this is a file"):
        anonymise(planted, tmp_path / "full" / "notes.txt", KEY)
    assert not (planted.path / "shared").exists()


def test_the_least_data_are_enough(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep_id": ["a"]})
    alone = write_dataset(
        tmp_path / "alone", {"reps": reps}, DatasetSettings(name="x", as_of=dt.date(2025, 1, 1)), Provenance("t")
    )
    made = anonymise(alone, tmp_path / "out", KEY)
    assert made.dataset.rows == {"reps": 1}
    deals = pd.DataFrame(
        {
            "deal_id": ["1"],
            "rep_id": ["a"],
            "status": ["won"],
            "closed_on": [pd.Timestamp("2025-01-01")],
            "amount": [5.0],
        }
    )
    one = write_dataset(
        tmp_path / "one", {"deals": deals}, DatasetSettings(name="x", as_of=dt.date(2025, 1, 1)), Provenance("t")
    )
    for coarse in (False, True):
        copy = anonymise(one, tmp_path / f"one-{coarse}", KEY, coarse).dataset
        assert copy.table("deals")["amount"][0] == pytest.approx(5 * KEY.factor)
    none = write_dataset(
        tmp_path / "none", {}, DatasetSettings(name="x", as_of=dt.date(2025, 1, 1)), Provenance("t")
    )
    assert anonymise(none, tmp_path / "empty", KEY).dataset.rows == {}
    assert json.loads((tmp_path / "empty" / "dataset.json").read_text())["settings"]["name"] != "x"
