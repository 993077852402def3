"""What holds for every report of a pack.

It names no other rep nor a customer that only others work with; its places have names of their own; it is small.
"""

import html
import re
from collections import Counter

import pytest
from typer.testing import CliRunner

from salesreport import Dataset
from salesreport.cli import app


def words_of(page: str) -> str:
    """What a page says, its notes for machines and attributes included."""
    return html.unescape(re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL))


@pytest.fixture(scope="module")
def pages(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reports of all reps, by id."""
    folder = tmp_path_factory.mktemp("private")
    (folder / "pack.yml").write_text(
        f"notebook: rep_review\ndataset: {sample.path}\neach: rep\nperiod: 2025-Q4\noutput: out\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["pack", str(folder / "pack.yml")])
    assert result.exit_code == 0, result.output
    found = {}
    for file in (folder / "out" / "reports").glob("*.html"):
        page = file.read_text(encoding="utf-8")
        subject = re.search(r'<meta name="salesreport:subject" content="([^"]+)"', page)
        assert subject is not None
        found[subject[1]] = page
    assert len(found) > 5
    return found


def test_no_report_names_another_rep(pages: dict[str, str], sample: Dataset) -> None:
    reps = sample.table("reps").set_index("rep_id")
    for rep, page in ((rep, words_of(page)) for rep, page in pages.items()):
        manager = reps.loc[rep, "manager"]
        for other, name in reps["name"].items():
            if other != rep and name != manager:
                assert name not in page, (rep, name)
                assert str(other) not in page, (rep, other)


def test_no_report_names_a_customer_of_others_alone(pages: dict[str, str], sample: Dataset) -> None:
    accounts = sample.table("accounts").set_index("account_id")
    owners = sample.table("deal_owners")
    deals = sample.table("deals")
    worked = {
        *zip(deals["rep_id"], deals["account_id"], strict=True),
        *zip(owners["rep_id"], owners["deal_id"].map(deals.set_index("deal_id")["account_id"]), strict=True),
        *zip(sample.table("orders")["rep_id"], sample.table("orders")["account_id"], strict=True),
        *zip(sample.table("activities")["rep_id"], sample.table("activities")["account_id"], strict=True),
        *zip(accounts["rep_id"], accounts.index, strict=True),
    }
    checked = 0
    for rep, page in ((rep, words_of(page)) for rep, page in pages.items()):
        own = {accounts["name"].get(account) for who, account in worked if who == rep}
        for name in set(accounts["name"].dropna()) - own:
            checked += 1
            assert name not in page, (rep, name)
    assert checked > 100


LARGEST = 120_000
"""Bytes of the largest report of the sample company; a limit that each new section has to keep."""


def test_reports_are_small(pages: dict[str, str]) -> None:
    sizes = {rep: len(page.encode()) for rep, page in pages.items()}
    assert max(sizes.values()) <= LARGEST, sizes


def test_every_place_has_a_name_of_its_own(pages: dict[str, str]) -> None:
    for rep, page in pages.items():
        names = Counter(re.findall(r'\sid="([^"]+)"', page))
        assert [name for name, n in names.items() if n > 1] == [], rep
        wanted = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
        assert wanted <= set(names), rep
