"""Small exports to disturb the ingest of: two CSV tables and a workbook, or dated exports of the same."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import yaml
from mutants import workbook_parts

DAYS = ("2025-03-03", "2025-03-10", "2025-03-17", "2025-03-24")
"""The days of the dated exports."""


def rows_of(which: str, day: int, size: int) -> dict[str, pd.DataFrame]:
    """Exports of some tables that say in every row whose they are; a few rows cannot be kept."""
    every = range(size)
    created = pd.Timestamp("2024-06-01") + pd.to_timedelta([n % 200 for n in every], unit="D")
    stages = ["Talk", "Offer", "Talk", "Won"]
    deals = pd.DataFrame(
        {
            "Id": [f"D{n}" for n in every],
            "Owner": [f"Rep {n % 40} {which}" for n in every],
            "Stage": [stages[(n + day) % 4] for n in every],
            "Created": created.strftime("%Y-%m-%d"),
            "Closed": [DAYS[0] if stages[(n + day) % 4] == "Won" else "" for n in every],
            "Amount": [f"{100 + n % 1000}" for n in every],
            "Product": which,
        }
    )
    deals.loc[deals.index % 500 == 7, "Created"] = f"soon, {which}"
    accounts = pd.DataFrame({"Id": [f"A{n}" for n in every], "Name": which, "Segment": f"Segment {which}"})
    reps = pd.DataFrame({"Id": [f"Rep {n} {which}" for n in range(40)], "Team": f"Team {which}"})
    return {"deals": deals, "accounts": accounts, "reps": reps}


def workbook(frame: pd.DataFrame) -> bytes:
    """A frame of texts as an `.xlsx` file."""
    lines = []
    for at, row in enumerate([list(frame.columns), *frame.itertuples(index=False)], 1):
        cells = (f'<c r="{"ABC"[n]}{at}" t="inlineStr"><is><t>{text}</t></is></c>' for n, text in enumerate(row))
        lines.append(f'<row r="{at}">{"".join(cells)}</row>')
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in workbook_parts("".join(lines)).items():
            archive.writestr(name, part)
    return content.getvalue()


def write_export(folder: Path, which: str, size: int, days: int = 0) -> Path:
    """An export (deals and reps as CSV, accounts as a workbook).

    Args:
        folder: a new one. which: whose rows they are. size: how many deals. days: how many dated exports; 0: one
            without a date.

    Returns:
        Its source spec.
    """
    folder.mkdir(parents=True)
    for day, name in enumerate(DAYS[:days] or [""]):
        (folder / name).mkdir(exist_ok=True)
        rows_of(which, day, size)["deals"].to_csv(folder / name / "deals.csv", index=False)
    tables = rows_of(which, 0, size)
    tables["reps"].to_csv(folder / "reps.csv", index=False)
    (folder / "accounts.xlsx").write_bytes(workbook(tables["accounts"]))
    columns = {
        "deal_id": "Id", "rep_id": "Owner", "stage": "Stage", "created_on": "Created", "closed_on": "Closed",
        "amount": "Amount", "product_line": "Product",
    }  # fmt: skip
    spec = {
        "name": "Chaos",
        "currency": "EUR",
        **({} if days else {"as_of": DAYS[-1]}),
        "tables": {
            "deals": {
                "file": "{date}/deals.csv" if days else "deals.csv",
                "columns": columns,
                "status": {"from": "Stage", "won": ["Won"], "lost": []},
            },
            "accounts": {
                "file": "accounts.xlsx",
                "columns": {"account_id": "Id", "name": "Name", "segment": "Segment"},
            },
            "reps": {"file": "reps.csv", "columns": {"rep_id": "Id", "team": "Team"}},
        },
    }
    source = folder / "source.yml"
    source.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    return source
