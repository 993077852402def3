"""Tables of plan against actual: parts of plans, untouched accounts and outcomes, by hand."""

from pathlib import Path

from planned import ACTIVITIES, DEALS, REPS, TARGETS, company, section, shown, target

NAMES = [{"account_id": f"K{n}", "name": f"Lamps {n}", "segment": "AB"[n % 2], "rep_id": "R1"} for n in range(3)]


def of_accounts() -> list[dict[str, object]]:
    return [one | {"account_id": "K0" if one["type"] == "call" else "K1"} for one in ACTIVITIES]


def test_parts_with_and_without_a_plan(tmp_path: Path) -> None:
    deals = [one | {"segment": "A" if one["deal_id"] in ("D0", "D9") else "B"} for one in DEALS]
    made = section(company(tmp_path / "1", deals=deals))
    # one deal of Ann's four is in segment A
    assert shown(made, "Done by segment")[0] == ["Revenue", "€100", "€300"]
    parts = [target("revenue", n) | {"segment": name} for name, n in (("A", 400), ("B", 100))]
    made = section(company(tmp_path / "2", deals=deals, targets=[*TARGETS[1:], *parts]))
    (table,) = [one for one in made.tables if one.caption.startswith("By segment")]
    assert [cell.plus for cell in table.rows[0]] == ["", "of €400", "of €100"]


def test_accounts_to_meet_and_those_named(tmp_path: Path) -> None:
    strategy = tmp_path / "s.yml"
    strategy.write_text(
        "name: S\ngoal: {2025: 1000}\nactivities: [{type: call, a_year: 4}]\n"
        "accounts: [{account: K2, outcome: A site, until: 2025-12-31}, {account: K0}]\n",
        encoding="utf-8",
    )
    dataset = company(tmp_path, accounts=NAMES, activities=of_accounts())
    made = section(dataset, rep="R1", strategy=strategy)
    assert made.message.startswith("Below plan by more than chance: call (−75%)")
    # K0 (segment A) was called four times, Bob's call counts; K1 got mail and visits, K2 nothing
    assert shown(made, "Accounts met") == [
        ["call, A, prospect", "1 in 92 days", "2", "1", "0", "0", "1"],
        ["call, B, prospect", "1 in 92 days", "1", "1", "0", "0", "0"],
    ]
    rows = shown(made, "Accounts that were to be met")
    assert rows == [["Lamps 2 (K2)", "call", "prospect", "–"], ["Lamps 1 (K1)", "call", "prospect", "May 2, 2025"]]
    assert shown(made, "Accounts planned by name") == [
        ["Lamps 2 (K2)", "A site", "not at all", "–", "Dec 31, 2025"],
        ["Lamps 0 (K0)", "", "4", "May 2, 2025", "–"],
    ]


def test_outcomes(tmp_path: Path) -> None:
    rows = [
        one | {"outcome": "reached" if n < 2 else "no answer" if n == 2 else None}
        for n, one in enumerate(ACTIVITIES)
    ]
    made = section(company(tmp_path, activities=rows))
    assert shown(made, "Outcomes") == [["call", "reached 67%, no answer 33%", "3", "3"]]


def test_what_is_from_the_data_is_escaped(tmp_path: Path) -> None:
    names = [one | {"name": "<b>&", "segment": "<i>"} for one in NAMES]
    dataset = company(
        tmp_path, accounts=names, activities=of_accounts(), reps=[REPS[0] | {"name": "<u>"}, REPS[1]]
    )
    strategy = tmp_path / "s.yml"
    strategy.write_text("name: S\ngoal: {2025: 1}\nactivities: [{type: call, a_year: 4}]\n", encoding="utf-8")
    for subject in ({"rep": "R1"}, {"team": "T"}):
        html = section(dataset, strategy=strategy, **subject)._repr_html_()
        assert "<b>" not in html
        assert "<i>" not in html
        assert "<u>" not in html
