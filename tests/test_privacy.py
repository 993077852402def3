"""What docs/privacy.md tells a works council is what the code does."""

import datetime as dt
import os
import re
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from workshop import Silent

from salesreport import Review
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.ingest import ingest
from salesreport.kpi import METRICS
from salesreport.pack import load_pack, make_pack, make_plan
from salesreport.pack.engines import make_engine
from salesreport.pack.limits import Limits
from salesreport.provenance import Provenance
from salesreport.report import context
from salesreport.writing import write_dataset

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "salesreport"


def test_each_rule_names_tests_that_there_are() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(rows) >= 11
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert all((ROOT / name).is_file() for name in named), row
    bare = [line for line in PAGE.splitlines() if line.endswith("| |")]
    assert not bare, "a rule without a test"


def test_it_is_one_page() -> None:
    assert len(PAGE.split()) < 1000


def test_every_notebook_is_in_the_table_of_readers() -> None:
    readers = PAGE.split("## Who sees what")[1].split("## What protects")[0]
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"`{notebook.stem}`" in readers or notebook.stem == "conversion_explorer", notebook.stem


# --- smallest groups, no ranking


def test_smallest_groups_are_as_stated() -> None:
    assert f"at least **{context.FEWEST_PEERS}** peers" in PAGE
    assert "win rates and conversions need **10**" in PAGE
    for key in ("win_rate", "win_rate_amount", "conversion", "lead_conversion", "slippage", "stale"):
        assert METRICS[key].minimum_n >= 10, key


@pytest.mark.parametrize("peers", [3, 4])
def test_a_band_of_peers_needs_four(peers: int, tmp_path: Path) -> None:
    """Win rates of 20, 40, 60 and 80 % of 20 deals each: the middle half is 35 to 65 %, nobody's own figure."""
    won = {"me": 10, **{f"peer {place}": 4 * place for place in range(1, peers + 1)}}
    deals = pd.DataFrame(
        [
            {"deal_id": f"{rep}-{at}", "rep_id": rep, "status": "won" if at < wins else "lost", "amount": 100.0}
            for rep, wins in won.items()
            for at in range(20)
        ]
    ).assign(created_on=pd.Timestamp("2025-01-02"), closed_on=pd.Timestamp("2025-02-03"))
    tables = {"deals": deals, "reps": pd.DataFrame({"rep_id": list(won)})}
    few = write_dataset(
        tmp_path / "few", tables, DatasetSettings(name="x", as_of=dt.date(2025, 3, 31)), Provenance("test")
    )
    band = Review(few, "2025-Q1", rep="me").context.band("win_rate")
    if peers < 4:
        assert band is None
    else:
        assert band is not None
        assert (band.lower, band.upper) == pytest.approx((0.35, 0.65))


def test_reps_stand_in_the_order_of_their_names(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4")
    names = review.reps.data["name"].tolist()
    assert len(names) > 5
    assert names == sorted(names)
    assert names != review.reps.data.sort_values("rate", ascending=False)["name"].tolist(), (
        "by name, not by success"
    )
    assert any("no ranking" in note for note in review.reps.notes)


def test_nothing_that_is_said_is_a_rank_a_score_or_a_grade() -> None:
    """Every text that anybody is shown is in the catalogue."""
    catalogue = (PACKAGE / "language" / "catalogue" / "de.po").read_text(encoding="utf-8")
    said = [block.split("msgstr")[0] for block in catalogue.split("\n\n")]
    assert len(said) > 1000
    suspicious = [one for one in said if re.search(r"\b(rank|grade|league|best rep|worst)", one, re.IGNORECASE)]
    assert suspicious, "that there is no ranking is said"
    assert [one for one in suspicious if "no ranking" not in one] == []
    # customers give scores, people have none
    assert [one for one in said if re.search(r"\bscores?\b", one) and re.search(r"\breps?\b", one)] == []


# --- where the data are


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every attempt to reach anything but this computer fails, and is noted."""
    tried: list[Any] = []

    def refuse(event: str, details: tuple[Any, ...]) -> None:
        if not watching or event not in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            return
        address = details[1] if event in ("socket.connect", "socket.sendto") else details[0]
        host = address[0] if isinstance(address, tuple) else address
        if event != "socket.getaddrinfo" and details[0].family == getattr(socket, "AF_UNIX", None):
            return
        if host not in ("127.0.0.1", "::1", "localhost", None):
            tried.append((event, address))
            raise OSError("no network here")

    watching.append(True)
    sys.addaudithook(refuse)  # cannot be taken away again, only told to look away
    yield tried
    watching.clear()


watching: list[bool] = []


def test_from_export_to_report_no_connection_is_made(
    offline: list[Any], tmp_path: Path, public_data: Path
) -> None:
    with pytest.raises(OSError, match="no network here"):
        socket.create_connection(("203.0.113.1", 80), timeout=0.1)
    assert offline, "an attempt is noticed"
    offline.clear()
    folder = tmp_path / "data" / "maven"
    ingest(ROOT / "params" / "sources" / "maven.yml", folder, public_data / "maven_crm")
    pack = tmp_path / "pack.yml"
    pack.write_text(
        f"notebook: rep_review\ndataset: {folder}\neach: rep\nperiod: 2017-Q4\noutput: {tmp_path / 'out'}\n"
    )
    plan = make_plan(load_pack(pack), ["Versie Hillebrand"])
    manifest = make_pack(plan, make_engine(None, 1, Limits(seconds=120)), Silent())  # its forks inherit the hook
    assert not manifest.failed
    assert offline == []
    (report,) = (tmp_path / "out" / "reports").glob("*.html")
    html = report.read_text(encoding="utf-8")
    assert "<script" not in html
    assert not re.findall(r"""(?:src|href|action|poster|srcset)\s*=\s*["']?(?:https?:)?//""", html)
    assert not re.findall(r"url\((?!['\"]?(?:data:|#))", html)
    assert "@import" not in html
    others = set(Dataset.open(folder).table("reps")["name"]) - {"Versie Hillebrand"}
    managers = set(Dataset.open(folder).table("reps")["manager"])
    assert not [name for name in others - managers if name in html]
    if os.name == "posix":
        modes = {stat.S_IMODE(one.stat().st_mode) & 0o077 for one in (folder, tmp_path / "out")}
        assert modes == {0}, "their owner's only"


NETWORK = {
    "urllib.request",
    "http.client",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "smtplib",
    "telnetlib",
    "urllib3",
}


def test_nothing_in_the_package_speaks_to_the_network() -> None:
    imports = re.compile(r"^\s*(?:from|import)\s+([\w.]+)(?:\s+import\s+(\w+))?", re.MULTILINE)
    seen = 0
    for file in PACKAGE.rglob("*.py"):
        names = {
            name
            for found in imports.findall(file.read_text(encoding="utf-8"))
            for name in (found[0], ".".join(found))
        }
        assert not names & NETWORK, f"{file.name}: say in docs/privacy.md what it sends to whom"
        seen += len(names)
    assert seen > 1000


def test_a_dataset_keeps_what_is_said_and_one_generation(sample: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    reps = sample.table("reps")
    for number in range(1, 5):
        write_dataset(folder, {"reps": reps.iloc[:number]}, sample.settings, sample.provenance)
        generations = sorted(one.name for one in folder.glob("tables-*"))
        assert len(generations) == min(number, 2)
        rest = {one.name for one in folder.iterdir() if not one.name.startswith("tables-")}
        assert {one for one in rest if not one.startswith(".")} == {"dataset.json"}
