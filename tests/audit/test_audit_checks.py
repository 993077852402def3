"""The checks of the data: worked by hand on small datasets, planted in a sample company, none on a clean one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import Rows, dataset_of, deal
from planted import PLANTS, clean, written
from scipy.stats import betabinom, binom
from validity_audit import DATA, hit

from salesreport.audit import CHECKS, Finding, audit
from salesreport.audit.checks.amounts import misread, stand_alone
from salesreport.audit.checks.states import fewer_losses, odd_ones
from salesreport.audit.sayings import said
from salesreport.kpi.compute import METRICS
from salesreport.report.sections.diagnosis.measures import measure_of
from salesreport.sample.company import Company
from salesreport.tables import TABLES

AS_OF = "2025-06-30"


@pytest.fixture(scope="module")
def company() -> Company:
    return clean(2004)


def looked(path: Path, key: str, **tables: Rows) -> Finding:
    """What a check finds in some rows."""
    made = audit(dataset_of(path / "dataset", AS_OF, tables), checks=[one for one in CHECKS if one.key == key])
    return made.findings[0]


def told(finding: Finding) -> tuple[float, float, tuple[str, ...]]:
    assert finding.found is not None, finding.why
    return finding.found.count, finding.found.of, tuple(one.removeprefix("D") for one in finding.found.ids)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_error_is_found_and_nothing_else_named(name: str, company: Company, tmp_path: Path) -> None:
    planted = PLANTS[name](company.tables, np.random.default_rng(4))
    checks = [check for check in DATA if check.key == planted.check]
    of = hit(audit(written(tmp_path / "company", company, planted.tables), checks=checks), planted)
    assert of.found
    assert of.named >= 0.8 * of.planted
    assert of.wrong <= 0.01 * of.planted


def test_a_clean_company_has_no_findings_about_its_data(company: Company, tmp_path: Path) -> None:
    made = audit(written(tmp_path / "company", company), checks=DATA)
    assert [one.check.key for one in made.findings if one.verdict.finds] == []
    # nobody read an export here; everything else can be told
    assert [one.check.key for one in made.findings if one.found is None] == ["set_aside"]


def test_each_contract_names_what_exists() -> None:
    assert len({check.key for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert set(check.affects) <= set(METRICS), check.key
        assert all(column in TABLES[table].names for table, column in check.needs), check.key
        look, serious = check.limit
        assert look is None or serious is None or (look < serious) == (check.better != "higher"), check.key
        assert check.source


def test_ends_that_count_as_open(tmp_path: Path) -> None:
    deals = [
        deal(1, "Ann", "open", "2025-01-10", stage="Closed Lost", amount=100.0),
        deal(2, "Ann", "open", "2025-01-10", stage="Verloren", amount=50.0),
        deal(3, "Ann", "open", "2025-01-10", stage="Closing", amount=10.0),
        deal(4, "Bob", "open", "2025-01-10", stage="Not closed", amount=10.0),
        deal(5, "Bob", "won", "2025-01-10", "2025-02-10", stage="Won", amount=10.0),
        deal(6, "Bob", "lost", "2025-01-10", "2025-02-10", stage="Lost", amount=10.0),
    ]
    finding = looked(tmp_path, "unmapped_ends", deals=deals)
    assert told(finding) == (2, 4, ("1", "2"))
    assert finding.found is not None
    assert finding.found.money == 150
    # 1 of 2 are won; with two more lost 1 of 4
    assert "would be 25% instead of 50%" in str(finding.found.detail)
    assert finding.verdict.level == "serious"  # 15–85 % of the open deals


def test_backdated_same_day_and_undated(tmp_path: Path) -> None:
    deals = [
        deal(1, "Ann", "won", "2025-03-10", "2025-02-10"),
        deal(2, "Ann", "won", "2025-02-10", "2025-02-10"),
        deal(3, "Ann", "lost", "2025-01-10", "2025-02-10"),
        deal(4, "Ann", "lost", None, "2025-02-10"),
        deal(5, "Ann", "open", None),
        deal(6, "Ann", "won", "2025-01-10", "2025-04-10"),
    ]
    assert told(looked(tmp_path / "a", "backdated", deals=deals)) == (1, 4, ("1",))
    assert told(looked(tmp_path / "b", "same_day", deals=deals)) == (1, 3, ("2",))
    assert told(looked(tmp_path / "c", "undated", deals=deals)) == (2, 6, ("4", "5"))


def test_closing_at_once_is_fine_where_that_is_the_business(tmp_path: Path) -> None:
    deals = [deal(n, "Ann", "won", "2025-02-10", f"2025-02-{10 + n % 3}") for n in range(90)]
    finding = looked(tmp_path, "same_day", deals=deals)
    assert told(finding)[:2] == (30, 90)
    assert finding.verdict.level == "fine"


def test_no_losses_at_all_is_serious_and_no_closed_deal_tells_nothing(tmp_path: Path) -> None:
    won = [deal(n, "Ann", "won", "2025-01-10", "2025-02-10") for n in range(5)]
    lost = deal(9, "Ann", "lost", "2025-01-10", "2025-02-10")
    assert looked(tmp_path / "a", "no_losses", deals=won).verdict.level == "serious"
    assert looked(tmp_path / "b", "no_losses", deals=[*won, lost]).verdict.level == "fine"
    assert looked(tmp_path / "c", "no_losses", deals=[deal(1, "Ann", "open", "2025-01-10")]).found is None


def test_so_few_losses_are_as_improbable_as_scipy_has_it() -> None:
    peers_n = np.array([40.0, 30, 50, 20, 60, 45])
    peers_lost = np.array([10.0, 20, 25, 15, 20, 40])  # a quarter to nine tenths
    from salesreport.stats.shrinkage import shrunken

    fit = shrunken(peers_lost, peers_n)
    for lost, n in ((0, 25), (3, 40)):
        oracle = betabinom.cdf(lost, n, fit.alpha, fit.beta)
        assert fewer_losses(lost, n, peers_lost, peers_n) == pytest.approx(oracle, rel=1e-9)
    alike = np.array([20.0, 15, 25, 10, 30])
    assert not np.isfinite(shrunken(alike, 2 * alike).alpha)  # half are lost everywhere: plain binomial
    assert fewer_losses(2, 20, alike, 2 * alike) == pytest.approx(binom.cdf(2, 20, 0.5), rel=1e-9)


def test_few_closed_deals_and_good_reps_are_not_accused() -> None:
    n = np.array([60.0, 40, 40, 40, 40, 9])
    lost = np.array([0.0, 20, 22, 18, 15, 3])
    named = odd_ones(lost, n, n >= 10)
    assert named.tolist() == [True, False, False, False, False, False]
    few = np.array([10.0, 10, 11, 12])
    assert not odd_ones(np.array([0.0, 2, 3, 2]), few, few >= 10).any()


def test_honest_teams_are_rarely_accused_however_different_their_reps() -> None:
    random = np.random.default_rng(5)
    accused = 0
    for _ in range(40):
        n = random.poisson(40, 12).astype(float) + 3
        lost = random.binomial(n.astype(int), random.beta(8, 8, 12)).astype(float)
        accused += bool(odd_ones(lost, n, n >= 10).any())
    assert accused <= 4  # at 5 % more than 4 of 40 would come in 5 of 100 such tests


def test_amounts_far_from_their_like(tmp_path: Path) -> None:
    deals = [deal(n, "Ann", "open", "2025-01-10", amount=900.0 + n, product_line="Lamps") for n in range(30)]
    deals += [deal(50 + n, "Ann", "open", "2025-01-10", amount=9e5 + n, product_line="Halls") for n in range(30)]
    deals.append(deal(99, "Ann", "open", "2025-01-10", amount=900_000.0, product_line="Lamps"))
    # as large as any hall, and a thousand times what lamps cost
    assert told(looked(tmp_path, "far_amounts", deals=deals)) == (1, 61, ("99",))


def test_an_amount_with_two_digits_too_many_stands_alone(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    amounts = 20_000 * 2.0 ** random.normal(0, 0.9, 180)
    amounts[0] = 12_500 * 100.0  # sixty times the usual one
    deals = [
        deal(n, "Ann", "open", "2025-01-10", amount=one, product_line="Plant") for n, one in enumerate(amounts)
    ]
    assert told(looked(tmp_path, "far_amounts", deals=deals)) == (1, 180, ("0",))
    deals[0]["amount"] = 10 * 20_000.0  # ten times the usual one is a large deal
    finding = looked(tmp_path, "far_amounts", deals=deals)
    assert finding.found is not None
    assert finding.found.count == 0


@pytest.mark.parametrize(("tail", "at_most"), [("log-normal", 1), ("pareto", 22)])
def test_large_amounts_seldom_stand_alone(tail: str, at_most: int) -> None:
    random, alone = np.random.default_rng(6), 0
    for _ in range(300):
        logs = random.normal(0, 0.4, 200) if tail == "log-normal" else random.exponential(0.3, 200)
        alone += bool(stand_alone(10**logs).any())
    assert alone <= at_most  # at 5 % more than 22 of 300 would come in 5 of 100 such tests


def test_a_cluster_is_told_from_a_wide_range() -> None:
    random = np.random.default_rng(1)
    wide = 10 ** random.normal(4, 0.6, 500)
    assert not misread(wide).any()
    mixed = wide.copy()
    mixed[:100] *= 1000
    # clusters of 0.6 are 5 standard deviations apart
    assert misread(mixed)[:100].mean() > 0.95
    assert misread(mixed)[100:].mean() < 0.02


def test_people_spelled_two_ways(tmp_path: Path) -> None:
    names = (
        ["Anna Snelling"] * 20 + ["anna  snelling"] * 2 + ["Snelling, Anna"] + ["Ana Snelling"] + ["Bob Lee"] * 9
    )
    names += ["Bob Lea"] * 8  # as often as the other: two people
    deals = [deal(n, name, "open", "2025-01-10", amount=10.0) for n, name in enumerate(names)]
    finding = looked(tmp_path, "spelled", deals=deals)
    assert told(finding) == (3, 6, ("Ana Snelling", "Snelling, Anna", "anna  snelling"))
    assert finding.found is not None
    assert finding.found.money == 40


def test_two_ids_with_one_name_are_one_person(tmp_path: Path) -> None:
    deals = [deal(n, f"R{n % 3}", "open", "2025-01-10") for n in range(9)]
    reps = [{"rep_id": "R0", "name": "Anna Snelling"}, {"rep_id": "R1", "name": "Anna Snelling"}, {"rep_id": "R2"}]
    assert told(looked(tmp_path, "spelled", deals=deals, reps=reps)) == (1, 3, ("R1",))


def test_customers_and_products_spelled_two_ways(tmp_path: Path) -> None:
    rows = [("A1", "GTX Basic")] * 9 + [("A2", "GTX Basic"), ("A3", "GTXBasic"), ("A4", "GTX Basik"), ("A1", "MG")]
    deals = [
        deal(n, "Ann", "open", "2025-01-10", account_id=one, product_line=two) for n, (one, two) in enumerate(rows)
    ]
    accounts = [
        {"account_id": f"A{n}", "name": name} for n, name in enumerate(["", "Acme AG", "ACME ag", "Acma AG"])
    ]
    # 9: Acme in capitals; 10: in one word; 11: a letter; a customer one letter apart is another one
    finding = looked(tmp_path, "others_spelled", deals=deals, accounts=accounts[1:])
    assert told(finding) == (3, 13, ("10", "11", "9"))


def test_owners_who_are_no_person_or_gone(tmp_path: Path) -> None:
    deals = [deal(n, "R1" if n else "R2", "open", "2025-01-10") for n in range(4)]
    deals.append(deal(8, "R3", "open", "2025-01-10"))
    reps = [
        {"rep_id": "R1", "name": "Ann Berg"},
        {"rep_id": "R2", "name": "Unassigned"},
        {"rep_id": "R3", "name": "Cy Gone", "left_on": "2025-06-29"},
    ]
    assert told(looked(tmp_path / "a", "no_person", deals=deals, reps=reps)) == (1, 5, ("0",))
    assert told(looked(tmp_path / "b", "owners_gone", deals=deals, reps=reps)) == (1, 5, ("8",))
    reps[2]["left_on"] = AS_OF  # the last day is a day at work
    assert told(looked(tmp_path / "c", "owners_gone", deals=deals, reps=reps))[0] == 0


def test_duplicates_are_equal_within_two_weeks(tmp_path: Path) -> None:
    def made(n: int, day: str, amount: float = 500.0, account: str = "A1") -> dict[str, object]:
        return deal(n, "Ann", "open", day, amount=amount, account_id=account)

    deals = [
        made(1, "2025-01-10"),
        made(2, "2025-01-15"),  # of 1
        made(3, "2025-03-20"),  # too long after
        made(4, "2025-01-12", account="A2"),
        made(5, "2025-01-12", amount=501.0),
        made(6, "2025-01-24", account="A2"),  # of 4: 12 days
    ]
    assert told(looked(tmp_path, "duplicates", deals=deals)) == (2, 6, ("2", "6"))


def test_what_is_as_often_equal_farther_apart_is_chance(tmp_path: Path) -> None:
    # the same customer buys the same every week: nothing is entered twice
    days = pd.date_range("2024-01-01", "2025-06-25", freq="7D").strftime("%Y-%m-%d")
    deals = [deal(n, "Ann", "open", day, amount=99.0, account_id="A1") for n, day in enumerate(days)]
    finding = looked(tmp_path, "duplicates", deals=deals)
    assert told(finding)[0] == len(days) - 1
    assert finding.verdict.level == "fine"


def test_test_deals_by_name_customer_or_emptiness(tmp_path: Path) -> None:
    deals = [deal(n, "Ann", "open", "2025-01-10", name="Lamps", amount=5.0, account_id="A1") for n in range(30)]
    deals += [
        deal(50, "Ann", "open", "2025-01-10", name="Test deal", amount=5.0, account_id="A1"),
        deal(51, "Ann", "open", "2025-01-10", name="Lamps", amount=5.0, account_id="A2"),
        deal(52, "Ann", "open", "2025-01-10", name="Lamps", amount=0.0),
        deal(53, "Ann", "open", "2025-01-10", name="Test stand for Bosch", amount=5.0, account_id="A1"),
    ]
    accounts = [{"account_id": "A1", "name": "Acme"}, {"account_id": "A2", "name": "Demo account"}]
    assert told(looked(tmp_path, "test_deals", deals=deals, accounts=accounts)) == (3, 34, ("50", "51", "52"))


def test_fields_and_placeholders(tmp_path: Path) -> None:
    deals = [
        deal(1, "Ann", "open", "2025-01-10", stage="Offer", amount=5.0, expected_close_on="2025-07-01"),
        deal(2, "Ann", "open", "2025-01-10", stage="Offer", amount=0.0, expected_close_on="2025-07-01"),
        deal(3, "Ann", "open", "2025-01-10", stage="Offer", amount=5.0),
        deal(4, "Ann", "lost", "2025-01-10", "2025-02-01", loss_reason="Price", name="Lamps"),
        deal(5, "Ann", "lost", "2025-01-10", "2025-02-01", loss_reason="n/a", name="123"),
        deal(6, "Ann", "lost", "2025-01-10", "2025-02-01", name="Lamps"),
    ]
    assert told(looked(tmp_path / "a", "critical_fields", deals=deals)) == (2, 3, ("2", "3"))
    assert told(looked(tmp_path / "b", "loss_reasons", deals=deals)) == (2, 3, ("5", "6"))
    assert told(looked(tmp_path / "c", "placeholders", deals=deals)) == (1, 3, ("5",))


def test_what_open_deals_lack_is_named_field_by_field(tmp_path: Path) -> None:
    filled = {"stage": "Offer", "amount": 5.0, "expected_close_on": "2025-07-01"}
    some = [
        deal(1, "Ann", "open", "2025-01-10", **filled),
        deal(2, "Ann", "open", "2025-01-10", **(filled | {"amount": 0.0})),
        deal(3, "Ann", "open", "2025-01-10", **(filled | {"expected_close_on": None})),
    ]
    none = [deal(n, "Ann", "open", "2025-01-10", stage="Offer") for n in (1, 2)]
    none.append(deal(3, "Ann", "won", "2025-01-10", "2025-02-01", amount=5.0))
    sentences = {}
    for name, deals in (("some", some), ("none", none)):
        made = audit(dataset_of(tmp_path / name, AS_OF, {"deals": deals}))
        finding = made.of("critical_fields")
        sentences[name] = str(said(finding, made))
        measure = measure_of(finding)
        assert str(measure.what).startswith("Export amount" if name == "none" else "Fill in amount")
    # the stage is filled and not named; of `none` no expected closing date was exported
    assert sentences == {
        "some": "2 of 3 open deals have no amount (1) and expected closing date (1) (67%)",
        "none": "2 of 2 open deals have no amount (100%)",
    }


def test_born_late_or_as_won(tmp_path: Path) -> None:
    steps = ["Lead", "Talk", "Offer", "Deal"]
    deals = [deal(n, "Ann", "open", "2025-01-10", stage="Deal") for n in range(12)]
    events = [
        {"deal_id": f"D{n}", "stage": stage, "entered_at": f"2025-02-{10 + at:02}"}
        for n in range(10)
        for at, stage in enumerate(steps)
    ]
    events.append({"deal_id": "D10", "stage": "Offer", "entered_at": "2025-02-10"})  # the third of four
    events.append({"deal_id": "D11", "stage": "Talk", "entered_at": "2025-02-10"})
    assert told(looked(tmp_path, "born_late", deals=deals, stage_events=events)) == (1, 12, ("10",))


@pytest.mark.parametrize("n", [0, 1, 12])
def test_however_few_deals_nothing_breaks(tmp_path: Path, n: int) -> None:
    deals = [deal(at, "Ann", "open", "2025-06-25") for at in range(n)]
    made = audit(dataset_of(tmp_path / "dataset", AS_OF, {"deals": deals} if n else {}))
    assert len(made.findings) == len(CHECKS)
    assert made.matrix.told["win_rate"].state == "no"
    for one in made.findings:
        assert (one.found is None) == (one.why is not None)
