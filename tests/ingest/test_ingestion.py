"""The whole way: public data, five dresses of one export, nothing half-written, every row accounted for."""

import datetime as dt
import hashlib
import io
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tallies import tallied

from salesreport.errors import SalesreportError
from salesreport.ingest import ingest

SOURCES = Path(__file__).resolve().parents[2] / "params" / "sources"


def checksums(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_maven_agrees_with_duckdb(public_data, tmp_path):
    dataset = ingest(SOURCES / "maven.yml", tmp_path / "maven", public_data / "maven_crm")
    counts = dataset.provenance.counts["deals"]
    # published with the data set: 8,800 deals, 4,238 won, 2,473 lost, 1,589 engaging + 500 prospecting
    assert (counts.read, counts.kept, counts.repaired, counts.set_aside) == (8800, 8800, 0, 0)
    deals = dataset.table("deals")
    assert deals["status"].value_counts().to_dict() == {"won": 4238, "lost": 2473, "open": 2089}
    raw = public_data / "maven_crm" / "sales_pipeline.csv"
    with duckdb.connect() as connection:  # its own, for another test may have left the common one busy
        oracle = connection.sql(
            "select sales_agent, count(*) n, sum(close_value) amount, min(engage_date) first, "
            "max(close_date) last "
            f"from read_csv('{raw}') group by 1 order by 1"
        ).df()
    mine = deals.groupby("rep_id").agg(
        n=("deal_id", "size"), amount=("amount", "sum"), first=("created_on", "min"), last=("closed_on", "max")
    )
    assert mine.index.tolist() == oracle["sales_agent"].tolist()
    assert mine["n"].tolist() == oracle["n"].tolist()
    assert mine["amount"].tolist() == oracle["amount"].tolist()
    assert (mine["first"].to_numpy() == oracle["first"].to_numpy()).all()
    assert (mine["last"].to_numpy() == oracle["last"].to_numpy()).all()
    assert (deals.loc[deals["status"] == "lost", "amount"] == 0).all()
    assert "GTXPro" not in set(deals["product_line"])
    assert "GTX Pro" in set(deals["product_line"])
    assert "technology" in set(dataset.table("accounts")["segment"])
    assert dataset.rows == {"reps": 35, "accounts": 85, "deals": 8800}


def test_adventureworks_agrees_with_pandas(public_data, tmp_path):
    folder = public_data / "adventureworks"
    dataset = ingest(SOURCES / "adventureworks.yml", tmp_path / "aw", folder)
    counts = dataset.provenance.counts["orders"]
    assert (counts.read, counts.kept, counts.set_aside, tallied(counts.reasons)) == (
        1566,
        406,
        1160,
        {"no rep": 1160},
    )
    raw = pd.read_csv(folder / "salesorderheader.csv").dropna(subset="salespersonid")
    by_rep = raw.groupby(raw["salespersonid"].astype(int).astype(str))["subtotal"].sum()
    assert dataset.table("orders").groupby("rep_id")["amount"].sum().to_dict() == pytest.approx(by_rep.to_dict())
    targets = dataset.table("targets")
    assert len(targets) == 163
    # quotas of 274: 28,000 from 2011-05-31 (the next starts 2011-08-31); the last one starts 2014-03-01, 3 months
    of_274 = targets[targets["rep_id"] == "274"].set_index("period")["value"]
    assert of_274["2011-05-31..2011-08-30"] == 28_000
    assert "2014-03-01..2014-05-31" in of_274.index


ROWS = [
    ("D1", "Ágnes Öry", "won", dt.date(2025, 1, 31), dt.date(2025, 3, 4), 1234.5),
    ("D2", "Jörg Müß", "lost", dt.date(2025, 2, 3), dt.date(2025, 2, 28), 0.0),
    ("D3", "Ágnes Öry", "open", dt.date(2025, 11, 12), None, 12345.67),
    ("D4", "Zoë", "won", dt.date(2024, 12, 1), dt.date(2025, 1, 13), 999.0),
]
HEADINGS = ["Id", "Owner", "State", "Created", "Closed", "Amount"]


def as_text(separator, date, number):
    lines = [separator.join(HEADINGS)]
    for deal, rep, state, created, closed, amount in ROWS:
        cells = [deal, rep, state, date(created), date(closed) if closed else "", number(amount)]
        lines.append(separator.join(cells))
    return "\r\n".join(lines) + "\r\n"


def iso(day):
    return day.isoformat()


def german(amount):
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def test_five_dresses_give_one_fingerprint(export):
    columns = dict(
        zip(["deal_id", "rep_id", "status", "created_on", "closed_on", "amount"], HEADINGS, strict=True)
    )
    frame = pd.DataFrame(ROWS, columns=HEADINGS)
    files = {
        "a.csv": as_text(",", iso, str).encode(),
        "b.csv": as_text(";", "{:%d.%m.%Y}".format, german).encode("cp1252"),
        "c.csv": as_text("\t", "{:%m/%d/%y}".format, lambda amount: f"${amount:,.2f}").encode("utf-16"),
    }
    frame.to_excel(export.folder / "d.xlsx", index=False)
    frame.to_parquet(export.folder / "e.parquet")
    for name, content in files.items():
        export.write(name, content)
    prints = {}
    for name in ["a.csv", "b.csv", "c.csv", "d.xlsx", "e.parquet"]:
        more = {"encoding": "cp1252"} if name == "b.csv" else {}
        dataset = export.ingest({"deals": {"file": name, "columns": columns, **more}}, currency="USD")
        prints[name] = dataset.fingerprint
        assert dataset.rows["deals"] == 4
    assert len(set(prints.values())) == 1, prints
    deals = dataset.table("deals").set_index("deal_id")
    assert deals.loc["D1", "amount"] == 1234.5
    assert deals.loc["D1", "closed_on"] == pd.Timestamp(2025, 3, 4)
    assert deals.loc["D2", "rep_id"] == "Jörg Müß"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "D9,Ann,won,not a date,2025-01-01,1\n" * 20,
        "D9,Ann,won,03/04/2025,05/06/2025,1\n",
        "D9,Ann,won,2025-01-01,2025-01-02,1.234\n",
        "D9,,won,2025-01-01,2025-01-02,1\n",
    ],
)
def test_a_failing_ingest_leaves_the_earlier_dataset_as_it_was(export, broken):
    export.deals("D1,Ann,won,2025-01-01,2025-02-01,10\nD2,,won,2025-01-01,2025-02-01,10\n")
    before = checksums(export.out)
    assert any("set_aside" in name for name in before)
    with pytest.raises(SalesreportError):
        export.deals(broken)
    assert checksums(export.out) == before


def test_a_failing_first_ingest_writes_nothing(export):
    with pytest.raises(SalesreportError):
        export.deals("")
    assert not export.out.exists()


def test_the_second_ingest_replaces_the_first(export):
    first = export.deals("D1,Ann,won,2025-01-01,2025-02-01,10\n")
    second = export.deals("D1,Ann,won,2025-01-01,2025-02-01,11\n")
    assert first.fingerprint != second.fingerprint
    assert second.table("deals")["amount"].tolist() == [11]
    assert len(list(export.out.glob("tables-*"))) == 2  # the first is left for whoever is reading it


def test_provenance_names_files_checksums_and_the_spec(export):
    dataset = export.deals("D1,Ann,won,2025-01-01,2025-02-01,10\n")
    (file,) = dataset.provenance.files
    content = (export.folder / "deals.csv").read_bytes()
    assert (file.table, file.file, file.bytes) == ("deals", "deals.csv", len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert "deals.csv" in dataset.provenance.source


def test_progress_tells_each_step(export):
    export.deals("D1,Ann,won,2025-01-01,2025-02-01,10\n")
    steps = []
    ingest(export.source, export.out, progress=lambda step: steps.append(str(step)))
    assert steps == ["Reading deals.csv", f"Writing {export.out}"]


CELLS = (
    '|x|10|-5|12,5|1e3|won|lost|open|won |2025-01-01|2025-12-30|2026-05-01|Total| D1|D1|D2|NULL|"|=1+1|é|\n|€ 5'
)
cells = st.sampled_from(CELLS.split("|"))
rows = st.lists(st.lists(cells, min_size=1, max_size=8), min_size=1, max_size=30)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows)
def test_every_row_is_kept_repaired_or_set_aside(export, rows):
    """Whatever stands in the rows: either one clear error, or an account that adds up to the rows of the file."""
    import csv

    stream = io.StringIO()
    csv.writer(stream).writerows([HEADINGS, ["D0", "Ann", "won", "2025-01-31", "2025-02-28", "1.5"], *rows])
    columns = dict(
        zip(["deal_id", "rep_id", "status", "created_on", "closed_on", "amount"], HEADINGS, strict=True)
    )
    try:
        dataset = export.deals(
            stream.getvalue(),
            columns,
            heading=False,
            table={"decimal": ".", "date_order": "dmy", "separator": ","},
        )
    except SalesreportError:
        return
    counts = dataset.provenance.counts["deals"]
    # rows without any text are no rows; cells beyond the heading count as text
    filled = sum(any(cell.strip() for cell in row) for row in rows) + 1
    assert counts.read == filled
    assert counts.read == counts.kept + counts.repaired + counts.set_aside
    assert dataset.rows["deals"] == counts.kept + counts.repaired
    aside = len(export.aside(dataset)) if counts.set_aside else 0
    assert aside == counts.set_aside == sum(tallied(counts.reasons).values())


def test_the_order_of_rows_leaves_no_trace(export):
    lines = [f"D{i},Rep {i % 3},won,2025-01-{i:02d},2025-03-01,{i}.5\n" for i in range(1, 21)]
    first = export.deals("".join(lines)).fingerprint
    assert export.deals("".join(reversed(lines))).fingerprint == first
