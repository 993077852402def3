"""A rep's account plans: only the rep's own accounts, what people filled in, a page to write on."""

import re
from pathlib import Path
from typing import Any

import pytest
from cases import dataset_of
from planted_accounts import tables, write
from simulated_accounts import company

from salesreport import Dataset, Review
from salesreport.kpi import Facts
from salesreport.plan.accounts import account_plans, account_plans_yaml
from salesreport.report.section import Section

AS_OF = "2025-12-31"


def order(number: int, account: str, line: str | None, amount: float, day: str = "2025-03-01") -> dict[str, Any]:
    return {"order_id": f"O{number}", "rep_id": "R1", "account_id": account, "ordered_on": day,
            "product_line": line, "amount": amount}  # fmt: skip


def small(path: Path, lines: tuple[str | None, ...] = ("Lamps", "Poles")) -> Dataset:
    """Two accounts of R1, one of R2; B has an open deal for poles."""
    orders = [order(n, "A", line, 1000.0 * (n + 1)) for n, line in enumerate(lines)]
    orders += [
        order(90, "B", "Lamps", 500.0),
        order(91, "C", "Lamps", 70.0),
        order(92, "B", "Lamps", 1.0, "2023-01-01"),
    ]
    names = {"A": "Alpha <b>Ltd</b>", "B": "Beta", "C": "Gamma"}
    return dataset_of(path, AS_OF, {
        "reps": [{"rep_id": "R1", "name": "Ann Lee"}, {"rep_id": "R2", "name": "Bo Berg"}],
        "accounts": [{"account_id": one, "name": name, "rep_id": "R2" if one == "C" else "R1", "segment": "X"}
                     for one, name in names.items()],
        "orders": orders,
        "deals": [{"deal_id": "D1", "rep_id": "R1", "status": "open", "created_on": "2025-11-01",
                   "account_id": "B", "product_line": "Poles", "amount": 300.0}],
    })  # fmt: skip


def texts(section: Section, table: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row] for row in section.tables[table].rows]


def test_the_matrix_by_hand(tmp_path: Path) -> None:
    section = Review(small(tmp_path / "d"), "2025-Q4", rep="R1").account_plans
    assert [cell.text for cell in section.tables[0].headings] == [
        "Account",
        "Lamps",
        "Poles",
        "Last year",
        "Open deals",
    ]
    assert texts(section) == [
        ["Alpha <b>Ltd</b>", "€1K", "€2K", "€3K", "–"],
        ["Beta", "€500", "1 open", "€500", "1"],
    ]
    assert section.message == "2 accounts that matter ordered €3.5K in a year"
    assert any("X" in cell.plus and "among the largest" in cell.plus for cell in section.tables[0].rows[0])
    assert "What like accounts buy cannot be told: of the accounts" in " ".join(section.notes)
    html = section._repr_html_()
    assert "Alpha &lt;b&gt;Ltd" in html
    assert "Gamma" not in html  # the other rep's
    assert html.count('class="blank"') == 2 * 6
    assert '<details class="folded"><summary>Sheet to fill in' in html


def test_more_product_lines_than_columns(tmp_path: Path) -> None:
    lines = (*(f"L{n}" for n in range(8)), None)
    section = Review(small(tmp_path / "d", lines), "2025-Q4", rep="R1").account_plans
    headings = [cell.text for cell in section.tables[0].headings]
    # L0 to L7 bring 1,000 to 8,000, orders without a line 9,000; Lamps and Poles less: the best five have columns
    assert headings[1:7] == ["L4", "L5", "L6", "L7", "No product line", "6 others"]
    assert texts(section)[0][1:7] == ["€5K", "€6K", "€7K", "€8K", "€9K", "€10K"]  # 1 + 2 + 3 + 4


def filled(data: Dataset, folder: Path, *changes: tuple[str, str]) -> Path:
    facts = Facts.of(data)
    content = account_plans_yaml(account_plans(facts, facts.as_of), data.period("2025-Q4"), facts.names)
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    (folder / "accounts.yml").write_text(content, encoding="utf-8")
    return folder / "accounts.yml"


def test_what_was_filled_in_is_shown_escaped_and_only_to_the_rep(tmp_path: Path) -> None:
    data = small(tmp_path / "d")
    file = filled(
        data, tmp_path,
        ("fit: ''", "fit: <script>alert(1)</script> as Bo Berg said"),
        ("actions: []", "actions: [{what: <i>Visit</i>, who: Ann Lee, until: 2025-11-30, status: done}]"),
    )  # fmt: skip
    section = Review(data, "2025-Q4", rep="R1", account_plans=file).account_plans
    html = section._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; as [name] said" in html
    assert "&lt;i&gt;Visit&lt;/i&gt; · Ann Lee · Nov 30, 2025 (done)" in html
    assert "<script" not in html
    assert '<details class="folded filled" open>' in html
    assert "agreed" in section.tables[0].rows[0][0].plus
    other = Review(data, "2025-Q4", rep="R2", account_plans=file).account_plans._repr_html_()
    assert "Visit" not in other
    assert "Gamma" in other
    assert "Alpha" not in other


def test_accounts_of_the_file_come_first_and_those_beyond_six_are_counted(tmp_path: Path) -> None:
    data = write(tmp_path / "d", tables(company(3, accounts=120)))
    facts = Facts.of(data)
    mine = [one for one in facts.own("accounts")["account_id"] if int(one[1:]) % 6 == 0][:8]
    rows = "".join(f"  - account_id: {one}\n" for one in mine)
    content = "account_plans: 1\nperiod: 2025-Q4\nas_of: 2025-09-30\ncurrency: EUR\n"
    content += f"reps:\n- rep_id: R0\n  accounts:\n{rows}"
    (tmp_path / "a.yml").write_text(content, encoding="utf-8")
    section = Review(data, "2025-Q4", rep="R0", account_plans=tmp_path / "a.yml").account_plans
    assert [row[0] for row in texts(section)] == [f"Company {int(one[1:])}" for one in mine[:6]]
    assert any("2 further accounts are in the file" in note for note in section.notes)


def test_claimed_gaps_and_what_they_rest_on(planted_company: Dataset) -> None:
    review = Review(planted_company, "2025-Q4", rep="R0")
    section = review.account_plans
    gaps = section.data[section.data["gap"].astype(bool)]
    assert len(section.tables) == 2
    assert len(section.tables[1].rows) == len(gaps)
    assert re.search(r"; \d+ gaps? against like accounts, €[\d.]+[KM]? a year if all were closed", section.message)
    marked = sum(cell == "gap" for row in texts(section) for cell in row)
    assert marked == len(gaps)
    row = gaps.iloc[0]
    assert [cell.text for cell in section.tables[1].rows[0]][
        2
    ] == f"{row['like_buying']:.0f} of {row['like_n']:.0f}"


@pytest.fixture(scope="module")
def planted_company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    made = company(11, planted=((0, 0, 4, 0.5), (1, 2, 3, 0.5)))
    return write(tmp_path_factory.mktemp("planted") / "d", tables(made))


def test_every_rep_of_the_sample_sees_the_own_accounts_only(sample: Dataset) -> None:
    served = sample.table("accounts").set_index("account_id")["rep_id"]
    for rep in sample.table("reps")["rep_id"]:
        section = Review(sample, "2025-Q4", rep=rep).account_plans
        if section.available:
            assert set(served[section.data["account_id"]]) == {rep}
        assert len(section._repr_html_()) < 12_000


def test_where_nothing_can_be_told(tmp_path: Path, sample: Dataset) -> None:
    deals = [
        {"deal_id": "D1", "rep_id": "R1", "status": "won", "created_on": "2025-01-01", "closed_on": "2025-10-01"}
    ]
    data = dataset_of(tmp_path / "d", AS_OF, {"deals": deals})
    for about in ({"rep": "R1"}, {}):
        section = Review(data, "2025-Q4", **about).account_plans
        assert not section.available
        assert section.message.startswith("There can be no account plans")
    line = Review(sample, "2025-Q4", product_line="Street lighting").account_plans
    assert line.silent
    assert line._repr_html_() == ""


def test_a_report_of_an_earlier_period_knows_nothing_of_later_orders(tmp_path: Path) -> None:
    section = Review(small(tmp_path / "d"), "2024-Q4", rep="R1").account_plans
    assert section.message == "1 account that matters ordered €0 in a year"  # B, which ordered in 2023
