"""Ingest against a bare pandas read and write, and the KPI table against hand-written DuckDB. Prints JSON."""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.ingest import ingest
from salesreport.kpi import Facts, compute
from salesreport.sample import write_company

COLUMNS = {
    "deal_id": "Opportunity ID", "rep_id": "Owner", "status": "Status", "created_on": "Created Date",
    "closed_on": "Close Date", "product_line": "Product", "stage": "Stage", "amount": "Amount",
}  # fmt: skip
HERE = Path(__file__).resolve().parent.parent
METRICS = [
    "revenue", "deals_created", "deals_won", "deals_lost", "win_rate", "avg_deal_size", "deals_in_funnel",
    "pipeline_value",
]  # fmt: skip

QUERY = """
with owner as (select deal_id, rep_id, coalesce(share, 1) share, coalesce("from", date '1000-01-01') since,
                      coalesce("to", date '9999-12-31') until
               from deal_owners where share is null or share > 0),
     event as (select status kind, deal_id, rep_id, closed_on as day, amount
               from deals where status <> 'open' and closed_on between '2025-01-01' and '2025-12-31'
               union all select 'created', deal_id, rep_id, created_on, amount
               from deals where created_on between '2025-01-01' and '2025-12-31'
               union all select 'open', deal_id, rep_id, date '2025-12-31', amount
               from deals where status = 'open'),
     sold as (select order_id, deal_id, rep_id, ordered_on as day, amount
              from orders where ordered_on between '2025-01-01' and '2025-12-31'),
     split as (select order_id from sold join owner using (deal_id)
               where day between since and until group by 1 having count(*) > 1),
     credited as (select kind, coalesce(owner.rep_id, event.rep_id) rep_id, coalesce(share, 1) part, amount
                  from event left join owner on owner.deal_id = event.deal_id and day between since and until
                  union all
                  select 'sold', coalesce(owner.rep_id, sold.rep_id), coalesce(share, 1), amount
                  from sold left join split using (order_id) left join owner
                  on split.order_id is not null and owner.deal_id = sold.deal_id and day between since and until)
select rep_id,
       sum(part * amount) filter (kind = 'sold') revenue,
       coalesce(sum(part) filter (kind = 'created'), 0) deals_created,
       coalesce(sum(part) filter (kind = 'won'), 0) deals_won,
       coalesce(sum(part) filter (kind = 'lost'), 0) deals_lost,
       deals_won / nullif(deals_won + deals_lost, 0) win_rate,
       sum(part * amount) filter (kind = 'won' and amount > 0)
         / sum(part) filter (kind = 'won' and amount > 0) avg_deal_size,
       coalesce(sum(part) filter (kind = 'open'), 0) deals_in_funnel,
       sum(part * amount) filter (kind = 'open') pipeline_value
from credited group by rep_id order by rep_id
"""
"""The same figures by hand, with credit to the owners of the day as ours gives it."""


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
    tables = {name: dataset.folder / f"{name}.parquet" for name in ("deals", "orders", "deal_owners")}

    def query() -> pd.DataFrame:
        connection = duckdb.connect()
        for name, file in tables.items():
            connection.execute(f"create view {name} as select * from '{file}'")
        return connection.execute(QUERY).df()

    def figures() -> pd.DataFrame:
        return compute(Facts.of(Dataset.open(dataset.path)), period, METRICS, by=("rep_id",)).frame

    check_same(figures(), query())
    ours = best(figures)
    peer = best(query)
    return {"deals": deals, "ours": ours, "peer": peer, "ratio": ours / peer}


def check_same(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """A comparison of speed is worth nothing if the figures differ."""
    table = ours.set_index(["rep_id", "metric"])["value"].unstack()[METRICS].fillna(0)  # noqa: PD010
    others = theirs.set_index("rep_id").reindex(table.index)[METRICS].fillna(0)  # none: nothing happened
    np.testing.assert_allclose(table, others, rtol=1e-9)


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ingest", type=int, default=1_000_000)
    parser.add_argument("--kpi", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        result = {"ingest": ingest_ratio(options.ingest, Path(scratch))}
    with tempfile.TemporaryDirectory() as scratch:
        result["kpi"] = kpi_ratio(options.kpi, Path(scratch))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
