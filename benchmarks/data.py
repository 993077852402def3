"""Ingest against a bare pandas read and write, and the KPI table against hand-written DuckDB. Prints JSON."""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from salesreport.ingest import ingest
from salesreport.kpi import Facts, compute
from salesreport.sample import write_company

COLUMNS = {
    "deal_id": "Opportunity ID", "rep_id": "Owner", "status": "Status", "created_on": "Created Date",
    "closed_on": "Close Date", "product_line": "Product", "stage": "Stage", "amount": "Amount",
}  # fmt: skip
METRICS = [
    "revenue", "deals_created", "deals_won", "deals_lost", "win_rate", "avg_deal_size", "deals_in_funnel",
    "pipeline_value",
]  # fmt: skip

QUERY = """
with won as (select rep_id, count(*) won, avg(amount) size from deals
             where status = 'won' and closed_on between '2025-01-01' and '2025-12-31' group by 1),
     lost as (select rep_id, count(*) lost from deals
              where status = 'lost' and closed_on between '2025-01-01' and '2025-12-31' group by 1),
     made as (select rep_id, count(*) made from deals
              where created_on between '2025-01-01' and '2025-12-31' group by 1),
     open as (select rep_id, count(*) n, sum(amount) value from deals where status = 'open' group by 1),
     sold as (select rep_id, sum(amount) revenue from orders
              where ordered_on between '2025-01-01' and '2025-12-31' group by 1)
select *, won / (won + lost) as rate from won full join lost using (rep_id) full join made using (rep_id)
    full join open using (rep_id) full join sold using (rep_id)
"""


def best(what: Callable[[], object], runs: int = 3) -> float:
    """Median seconds of some runs."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        what()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def ingest_ratio(deals: int, folder: Path) -> dict[str, float]:
    """Seconds to ingest a CSV of deals, and to read and write it bare."""
    dataset = write_company(
        folder / "company", reps=100, deals=deals, activities_per_deal=0.1, snapshot_every=None
    )
    export = dataset.table("deals", list(COLUMNS)).rename(columns=COLUMNS)
    file = folder / "deals.csv"
    export.to_csv(file, index=False)
    mapping = "".join(f"      {name}: {heading}\n" for name, heading in COLUMNS.items())
    source = folder / "source.yml"
    source.write_text(
        "name: bench\nas_of: 2025-12-31\ncurrency: EUR\ntables:\n  deals:\n    file: deals.csv\n    columns:\n"
        + mapping
    )

    def bare() -> None:
        pd.read_csv(file, engine="pyarrow").to_parquet(folder / "bare.parquet")

    ours = best(lambda: ingest(source, folder / "out"))
    peer = best(bare)
    return {"deals": deals, "ours": ours, "peer": peer, "ratio": ours / peer}


def kpi_ratio(deals: int, folder: Path) -> dict[str, float]:
    """Seconds for figures by rep over a year, from opening the dataset; and for a DuckDB query of the same."""
    dataset = write_company(
        folder / "company", reps=max(35, deals // 1000), deals=deals, activities_per_deal=0.1, snapshot_every=None
    )
    period = dataset.period("2025")
    tables = {name: dataset.folder / f"{name}.parquet" for name in ("deals", "orders")}

    def query() -> None:
        connection = duckdb.connect()
        for name, file in tables.items():
            connection.execute(f"create view {name} as select * from '{file}'")
        connection.execute(QUERY).fetchall()

    ours = best(lambda: compute(Facts.of(dataset), period, METRICS, by=("rep_id",)))
    peer = best(query)
    return {"deals": deals, "ours": ours, "peer": peer, "ratio": ours / peer}


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ingest", type=int, default=1_000_000)
    parser.add_argument("--kpi", type=int, default=1_000_000)
    options = parser.parse_args()
    result = {}
    for name, what, deals in (("ingest", ingest_ratio, options.ingest), ("kpi", kpi_ratio, options.kpi)):
        with tempfile.TemporaryDirectory() as scratch:
            result[name] = what(deals, Path(scratch))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
