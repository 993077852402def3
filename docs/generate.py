"""Write docs/metrics.md and docs/tables.md from the contracts in the code, or check that they have not drifted.

python docs/generate.py           # writes both
python docs/generate.py --check   # exit code 1 and a list of the pages that differ
"""

import sys
from pathlib import Path

from salesreport.files import write_text
from salesreport.kpi import METRICS, Metric
from salesreport.tables import TABLES, Table

HERE = Path(__file__).parent
MADE = "<!-- Made by docs/generate.py; change the code, not this page. -->"


def metrics_page() -> str:
    """The contract of every metric."""
    lines = [
        "# Metrics",
        "",
        MADE,
        "",
        "Every figure comes with the number of observations it rests on (n) and, where it is a rate, a mean or a",
        "median, a 95 % interval. Where a metric cannot be told, the reason stands in its place, never a zero.",
        "S-numbers are the project's sources.",
        "",
        "| key | title | unit | better | least n |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{metric.key}`](#{metric.key}) | {_cell(metric.title)} | {metric.unit} | {metric.direction} "
        f"| {metric.minimum_n} |"
        for metric in METRICS.values()
    ]
    for metric in METRICS.values():
        lines += ["", f"## {metric.key}", "", *_contract(metric)]
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Every canonical table with its columns."""
    lines = [
        "# Tables",
        "",
        MADE,
        "",
        "A dataset has the tables that its export could fill. A table or column that is absent switches off what",
        "needs it, and the report says so. Money is in the dataset's currency; dates are days in its time zone.",
    ]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", str(table.about), *_columns(table)]
    return "\n".join(lines) + "\n"


PAGES = {"metrics.md": metrics_page, "tables.md": tables_page}
"""The generated pages."""


def drifted() -> list[str]:
    """The pages that are missing or differ from what the code says."""
    return [
        name
        for name, make in PAGES.items()
        if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != make()
    ]


def _contract(metric: Metric) -> list[str]:
    rows = [("Formula", metric.formula), ("Numerator", metric.numerator)]
    if metric.denominator is not None:
        rows.append(("Denominator", metric.denominator))
    needs = ", ".join(f"`{table}.{column}`" for table, column in metric.needs)
    if any(table == "sales" for table, _ in metric.needs):
        needs += " (`sales`: `orders` where there are any, else `deals`)"
    rows += [("Date", metric.date_basis), ("Credit", metric.credit)]
    lines = [f"**{metric.title}**", ""]
    lines += [f"- {name}: {_cell(value)}" for name, value in rows]
    lines += [
        f"- Unit: {metric.unit}; better: {metric.direction}; too little to tell below n = {metric.minimum_n}"
    ]
    if metric.additive:
        lines.append("- Adds up: the figures of reps make up that of their team")
    if metric.parameter is not None:
        lines.append(f"- `{metric.key}:…` takes a parameter: {metric.parameter}")
    if any(table == "customers" for table, _ in metric.needs):
        needs += " (`customers`: any table that names some)"
    return [*lines, f"- Needs: {needs}", f"- Reference: {metric.reference}"]


def _columns(table: Table) -> list[str]:
    lines = (
        ["", "A row is identified by " + ", ".join(f"`{name}`" for name in table.key) + "."] if table.key else []
    )
    lines += ["", "| column | kind | meaning |", "|---|---|---|"]
    for column in table.columns:
        kind = " / ".join(column.values) if column.values else column.unit or column.kind
        bounds = []
        if column.least is not None:
            bounds.append(f"≥ {column.least:g}")
        if column.most is not None:
            bounds.append(f"≤ {column.most:g}")
        required = " (required)" if column.required else ""
        meaning = "; ".join([_cell(column.about), *bounds])
        lines.append(f"| `{column.name}`{required} | {kind} | {meaning} |")
    return lines


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Run the script; the exit code."""
    if arguments == ["--check"]:
        for name in drifted():
            print(f"docs/{name} is not what the code says; run: python docs/generate.py")
        return 1 if drifted() else 0
    if arguments:
        print(__doc__)
        return 2
    for name, make in PAGES.items():
        write_text(HERE / name, make())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
