"""The section on definitions: its figures, its sentence, and exports that carry little."""

from pathlib import Path

import pandas as pd
import pytest
from cases import dataset_of, deal
from tiny import dataset, deals

from salesreport import Dataset, Review


def test_the_figures_and_the_reports_own(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4")
    section = review.definitions_compared
    rows = section.data[section.data["metric"] == "win_rate"].set_index("definition")
    # one thing has one number in a report: that of the tile
    assert rows.loc["closed", "value"] == pytest.approx(review.context.figure("win_rate").value)
    least, most = (
        f"{100 * end:.0f}%"
        for end in section.data.loc[section.data["metric"].isin(["win_rate", "win_rate_amount"]), "value"].agg(
            ["min", "max"]
        )
    )
    assert section.message.startswith(f"Win rate {least} – {most}, depending on the definition; this report uses")
    [chart] = section.charts
    assert "by amount" in chart.description
    table = section.tables[0]
    assert table.here == 0
    assert [cell.text for cell in table.rows[0]][1] == "Salesforce"
    html = section._repr_html_()
    assert "Stage conversion" in html
    assert "help.salesforce.com" in html


def test_in_german(sample: Dataset) -> None:
    section = Review(sample, "2025-Q4", language="de").definitions_compared
    assert section.message.startswith("Abschlussquote")
    assert "je nach Definition" in section.message
    html = section._repr_html_()
    assert "Artikel 10403464 und 11237476" in html
    assert "(Quelltext)" in html


def test_of_a_rep(sample: Dataset) -> None:
    rep = sample.table("deals")["rep_id"].mode().iloc[0]
    review = Review(sample, "2025-Q4", rep=rep)
    rows = review.definitions_compared.data.set_index(["metric", "definition"])
    assert rows.loc[("win_rate", "closed"), "n"] == pytest.approx(review.context.figure("win_rate").n)


def test_a_single_week_and_few_deals(tmp_path: Path) -> None:
    made = dataset(tmp_path / "d", deals("Ann", 5, 5, 2))
    section = Review(made, "2025-W21").definitions_compared
    assert section.available
    assert section.data["reason"].notna().any()
    assert "50%" in section.message


def test_no_closed_deals(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "open", "2025-04-01") for n in range(3)]
    section = Review(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows}), "2025-Q2").definitions_compared
    assert not section.charts
    assert section.data.loc[section.data["metric"] == "win_rate_amount", "value"].isna().all()
    assert section._repr_html_()


def test_orders_alone(tmp_path: Path) -> None:
    orders = pd.DataFrame(
        {"order_id": ["1"], "rep_id": "Ann", "ordered_on": pd.Timestamp("2025-05-01"), "amount": 10.0}
    )
    section = Review(dataset_of(tmp_path / "d", "2025-06-30", {"orders": orders}), "2025-Q2").definitions_compared
    assert not section.available
    assert section.message == "No rate can be told from these data under any definition."
