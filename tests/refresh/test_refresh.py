"""A round, played through with small exports: what is read, what stops it, and where the next one goes on."""

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from workshop import Rehearsal, write_notebook

import salesreport.refresh.bring_in as bring_in_module
from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.ingest import ingest, load_source
from salesreport.language import Language, text
from salesreport.lock import locked
from salesreport.pack.packfile import Pack, load_pack
from salesreport.refresh.inputs import inputs_of
from salesreport.refresh.journal import state_folder
from salesreport.refresh.log import Log
from salesreport.refresh.run import refresh
from salesreport.refresh.steps import Delivered
from salesreport.refresh.vanished import Vanished

SOURCE = """\
name: Lumen
currency: EUR
tables:
  deals:
    file: {file}
    columns: {{deal_id: Id, rep_id: Owner, stage: Stage, created_on: Created, closed_on: Closed, amount: Amount}}
    status: {{from: Stage, won: [Won], lost: [Lost{lost}]}}
"""

PACK = """\
notebook: tiny
dataset: ../outputs/dataset
each: rep
period: last-month
output: ../outputs/reviews/{period}
refresh:
  source: source.yml
  root: ../data
"""

HEAD = "Id,Owner,Stage,Created,Closed,Amount\n"
OCTOBER = (
    HEAD + "D1,R1,Won,2025-09-01,2025-10-10,100\nD2,R2,Lost,2025-09-02,2025-10-11,50\nD3,R1,Offer,2025-10-01,,70\n"
)
NOVEMBER = (
    HEAD
    + "D1,R1,Won,2025-09-01,2025-10-10,100\nD2,R2,Lost,2025-09-02,2025-10-11,50\n"
    + "D3,R1,Won,2025-10-01,2025-11-20,75\nD4,R2,Lost,2025-11-02,2025-11-05,20\n"
)
DECEMBER = NOVEMBER + "D5,R1,Lost,2025-11-30,2025-12-05,20\nD6,R2,Won,2025-11-30,2025-12-05,20\n"


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A client's folder with the export of 3 November 2025."""
    write_notebook(tmp_path / "notebooks" / "tiny.ipynb")
    (tmp_path / "params").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "params" / "source.yml").write_text(SOURCE.format(file="deals_{date}.csv", lost=""))
    (tmp_path / "params" / "pack.yml").write_text(PACK)
    (tmp_path / "data" / "deals_2025-11-03.csv").write_text(OCTOBER)
    return tmp_path


class Round:
    """What a round said."""

    def __init__(
        self, client: Path, *, engine: Rehearsal | None = None, pack: Pack | None = None, **more: Any
    ) -> None:
        self.lines: list[str] = []
        self.engine = engine or Rehearsal()
        pack = pack or load_pack(client / "params" / "pack.yml")
        log = Log(self.lines.append, Language("en"), "json")
        self.status = refresh(pack, self.engine, log, today=more.pop("today", dt.date(2025, 11, 3)), **more)

    @property
    def said(self) -> dict[str, dict[str, Any]]:
        """What became of each step."""
        return {line["step"]: line for line in map(json.loads, self.lines)}

    @property
    def statuses(self) -> dict[str, str]:
        """How each step ended."""
        return {step: line["status"] for step, line in self.said.items()}


def export(client: Path, day: str, content: str) -> Path:
    file = client / "data" / f"deals_{day}.csv"
    file.write_text(content)
    return file


def with_settings(client: Path, lines: str) -> None:
    (client / "params" / "pack.yml").write_text(PACK + lines)


def test_three_months(client: Path) -> None:
    with_settings(client, "title: Reviews of {period}\nbrand: {name: Lumina, confidential: For the rep}\n")
    first = Round(client)
    assert first.status == "done"
    assert first.statuses == {"ingest": "done", "audit": "done", "pack": "done", "archive": "done"}
    assert first.said["ingest"]["counts"] == {"deals": 3, "as_of": "2025-11-03", "set_aside": 0}
    assert first.said["pack"]["counts"] == {"period": "2025-10", "made": 2, "unchanged": 0, "failed": 0}
    export(client, "2025-12-03", NOVEMBER)
    second = Round(client)
    assert second.said["pack"]["counts"] == {"period": "2025-11", "made": 2, "unchanged": 0, "failed": 0}
    export(client, "2026-01-02", DECEMBER)
    third = Round(client)
    assert (third.said["pack"]["counts"]["period"], third.said["archive"]["counts"]["periods"]) == ("2025-12", 3)
    reviews = client / "outputs" / "reviews"
    assert sorted(one.name for one in reviews.iterdir()) == [
        ".refresh",
        "2025-10",
        "2025-11",
        "2025-12",
        "archive",
    ]
    for page in ("index.html", "subjects/r1.html"):  # in the packs' brand, under their title
        archived = (reviews / "archive" / page).read_text(encoding="utf-8")
        assert "Lumina · For the rep" in archived
        assert "Reviews of October 2025 to December 2025" in archived
    # each export was added, and that is what reading all of them gives
    dataset = Dataset.open(client / "outputs" / "dataset")
    assert len(dataset.table("snapshots")["taken_on"].unique()) == 3
    whole = ingest(client / "params" / "source.yml", client / "whole", client / "data")
    assert dataset.fingerprint == whole.fingerprint


def test_where_nothing_is_new_nothing_is_done(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Round(client)
    monkeypatch.setattr(bring_in_module, "ingest", _not_to_be_called)
    again = Round(client)
    assert again.status == "done"
    assert again.statuses == {"ingest": "unchanged", "audit": "unchanged", "pack": "unchanged", "archive": "done"}
    assert again.engine.ran == []
    assert again.said["pack"]["counts"]["unchanged"] == 2


def _not_to_be_called(*given: Any, **named: Any) -> Any:
    raise AssertionError("this was done already")


def test_what_people_add_to_the_dataset_is_no_new_export(client: Path) -> None:
    Round(client)
    words = ["commit", "R1", "Call Elan", "--due", "2099-12-01", "--dataset", str(client / "outputs" / "dataset")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    again = Round(client)
    assert again.statuses == {"ingest": "unchanged", "audit": "done", "pack": "done", "archive": "done"}
    assert len(Dataset.open(client / "outputs" / "dataset").table("commitments")) == 1


UNREADABLE = NOVEMBER.replace("D4,R2,Lost,2025-11-02,2025-11-05", "D4,R2,Lost,2025-11-02,never")
"""D4 was closed on a day that is none, so it is set aside."""

STRICT = "  stop_on: {set_aside: look, duplicates: serious}\n"


def test_the_gate_stops_and_the_mended_round_goes_on(client: Path) -> None:
    with_settings(client, STRICT)
    Round(client)
    export(client, "2025-12-03", UNREADABLE)
    stopped = Round(client)
    assert stopped.status == "stopped"
    assert stopped.statuses == {"ingest": "done", "audit": "stopped"}
    assert stopped.said["audit"]["counts"] == {"set_aside": 1}
    assert "(set_aside): " in stopped.said["audit"]["message"]
    assert not (client / "outputs" / "reviews" / "2025-11").exists()
    # run again it stops again, and reads nothing again
    assert Round(client).statuses == {"ingest": "unchanged", "audit": "stopped"}
    # mended in the source spec: all exports are read by it
    (client / "params" / "source.yml").write_text(
        SOURCE.format(file="deals_{date}.csv", lost="") + "    values: {closed_on: {never: 2025-11-05}}\n"
    )
    mended = Round(client)
    assert mended.statuses == {"ingest": "done", "audit": "done", "pack": "done", "archive": "done"}
    assert mended.said["pack"]["counts"]["period"] == "2025-11"
    assert "D4" in set(Dataset.open(client / "outputs" / "dataset").table("deals")["deal_id"])
    assert mended.said["ingest"]["counts"]["set_aside"] == 0


def test_or_the_check_is_left_out(client: Path) -> None:
    with_settings(client, STRICT)
    export(client, "2025-12-03", UNREADABLE)
    assert Round(client).status == "stopped"
    with_settings(client, "  stop_on: [duplicates]\n")
    assert Round(client).statuses == {"ingest": "unchanged", "audit": "done", "pack": "done", "archive": "done"}
    # `serious` begins later than `look`
    with_settings(client, "  stop_on: [set_aside]\n")
    # one of seven rows of both exports: Wilson's interval begins at 2.6 %, short of the 5 % of serious
    assert Round(client).said["audit"]["counts"] == {"checks": 1}


def test_without_a_list_it_stops_on_what_makes_figures_wrong(client: Path) -> None:
    won = "".join(f"W{n},R{n % 2},Won,2025-09-01,2025-10-{n:02d},10\n" for n in range(1, 31))
    export(client, "2025-11-03", HEAD + won)
    assert Round(client).said["audit"]["counts"] == {"no_losses": 0}


def pipeline(ids: range, *, won: int = 4) -> str:
    """Deals that are open, with two that are lost and some that are won before them."""
    closed = "".join(f"C{n},R1,{'Lost' if n < 2 else 'Won'},2025-09-01,2025-10-1{n},10\n" for n in range(2 + won))
    return HEAD + closed + "".join(f"P{n},R{n % 2},Offer,2025-10-01,,{50 + n}\n" for n in ids)


def test_a_truncated_export_stops_and_takes_no_month_away(client: Path, cli: Callable[..., Any]) -> None:
    with_settings(client, "retention: 1\n")
    export(client, "2025-11-03", pipeline(range(10)))
    assert "vanished" not in Round(client).said["ingest"]["counts"]
    export(client, "2025-12-03", pipeline(range(7)))
    for day in ("2025-12-03", "2025-12-04"):  # the second, too, is compared with what passed
        export(client, day, pipeline(range(7)))
        stopped = cli(client / "params" / "pack.yml", "--log", "json")
        read, gate = map(json.loads, stopped.stdout.splitlines())
        assert (stopped.exit_code, gate["step"], gate["status"]) == (3, "audit", "stopped")
        told = (
            "3 of 10 deals that were open on Nov 3, 2025 are no longer in the export, which has 13 deals after 16"
        )
        assert told in gate["message"]
        assert told in read["message"]
        assert gate["counts"] == {"vanished": 3, "were_open": 10}
        assert read["counts"]["vanished"] == 3
    assert (client / "outputs" / "reviews" / "2025-10").is_dir()
    with_settings(client, "  stop_on: [duplicates]\n")
    assert Round(client).status == "done"
    with_settings(client, "")
    export(client, "2026-01-02", pipeline(range(2, 7)))  # 2 of the 7 that passed
    assert Round(client).status == "stopped"
    export(client, "2026-01-02", pipeline(range(1, 9)))
    mended = Round(client)
    assert (mended.status, mended.said["ingest"]["counts"]["vanished"]) == ("done", 1)


@pytest.mark.parametrize(
    ("gone", "now", "serious", "look"),
    [(20, 200, False, True), (21, 200, True, True), (5, 200, False, False), (6, 200, False, True),
     (0, 100, False, False), (0, 99, True, True)],
)  # fmt: skip
def test_how_much_may_vanish(gone: int, now: int, serious: bool, look: bool) -> None:
    lost = Vanished(dt.date(2025, 11, 3), were_open=100, gone=gone, before=200, now=now)
    assert (lost.stops("serious"), lost.stops("look")) == (serious, look)


def test_data_that_are_too_old(client: Path) -> None:
    with_settings(client, "  max_age: 10\n")
    assert Round(client, today=dt.date(2025, 11, 13)).status == "done"
    old = Round(client, today=dt.date(2025, 11, 14))
    assert (old.status, old.said["audit"]["counts"]) == ("stopped", {"max_age": 11})
    assert "The data are 11 days old, of Nov 3, 2025" in old.said["audit"]["message"]


def test_failed_reports_are_named_and_made_by_the_next_round(client: Path) -> None:
    some = Round(client, engine=Rehearsal({"R2": ValueError("no luck")}))
    assert some.status == "incomplete"
    assert some.statuses["pack"] == "incomplete"
    assert some.said["pack"]["counts"] == {"period": "2025-10", "made": 1, "unchanged": 0, "failed": 1}
    assert "1 report could not be made (R2: no luck (ValueError))" in some.said["pack"]["message"]
    rest = Round(client)
    assert (rest.status, rest.engine.ran) == ("done", ["R2"])


def test_killed_half_way_it_goes_on(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        Round(client, engine=Rehearsal({"R2": KeyboardInterrupt()}))
    monkeypatch.setattr(bring_in_module, "ingest", _not_to_be_called)
    rest = Round(client)
    assert rest.statuses == {"ingest": "unchanged", "audit": "unchanged", "pack": "done", "archive": "done"}
    assert rest.engine.ran == ["R2"]


def test_a_broken_export_changes_nothing_and_is_named(client: Path) -> None:
    Round(client)
    before = Dataset.open(client / "outputs" / "dataset").fingerprint
    file = export(client, "2025-12-03", "Id,Owner\n")
    failed = Round(client)
    assert (failed.status, failed.statuses) == ("failed", {"ingest": "failed"})
    assert "deals_2025-12-03.csv" in failed.said["ingest"]["message"]
    assert Dataset.open(client / "outputs" / "dataset").fingerprint == before
    file.write_text(NOVEMBER)
    assert Round(client).said["pack"]["counts"]["period"] == "2025-11"


def test_an_export_replaced_is_read_anew_and_one_deleted_is_still_known(client: Path) -> None:
    Round(client)
    export(client, "2025-12-03", NOVEMBER.replace(",75\n", ",7500\n"))
    Round(client)
    export(client, "2025-12-03", NOVEMBER)  # mended in the CRM, and exported again
    assert Round(client).statuses["ingest"] == "done"
    dataset = Dataset.open(client / "outputs" / "dataset")
    assert dataset.table("deals").set_index("deal_id").loc["D3", "amount"] == 75
    (client / "data" / "deals_2025-11-03.csv").unlink()
    export(client, "2026-01-02", DECEMBER)
    assert Round(client).status == "done"
    dataset = Dataset.open(client / "outputs" / "dataset")
    assert len(dataset.table("snapshots")["taken_on"].unique()) == 3


def test_an_export_that_always_has_one_name(client: Path) -> None:
    (client / "params" / "source.yml").write_text(SOURCE.format(file="deals.csv", lost=""))
    with_settings(client, "  snapshot: true\n")
    for day, content in ((dt.datetime(2025, 11, 3, 8), OCTOBER), (dt.datetime(2025, 12, 2, 8), NOVEMBER)):
        file = client / "data" / "deals.csv"
        file.write_text(content)
        os.utime(file, (day.timestamp(), day.timestamp()))
        made = Round(client)
        assert made.said["ingest"]["counts"]["as_of"] == day.date().isoformat()
    assert made.said["pack"]["counts"]["period"] == "2025-11"
    os.utime(file)  # touched, not changed: no new export
    assert Round(client).statuses["ingest"] == "unchanged"
    file.unlink()
    assert Round(client).status == "failed"


def test_a_database_is_asked_each_time(client: Path) -> None:
    spec = load_source(client / "params" / "source.yml")
    here = client / "params" / "source.yml", client / "data"
    assert len(inputs_of(spec, *here)) == 64
    asked = spec.tables["deals"].model_copy(update={"file": None, "sql": "sqlite:///crm.db", "query": "SELECT 1"})
    assert inputs_of(spec.model_copy(update={"tables": {"deals": asked}}), *here) == ""


def test_retention(client: Path) -> None:
    with_settings(client, "retention: 1\n")
    Round(client)
    export(client, "2025-12-03", NOVEMBER)
    said = Round(client).said["archive"]
    assert said["counts"] == {"periods": 1, "removed": 1}
    assert f"Removed: 2025-10 ({client / 'outputs' / 'reviews' / '2025-10'})" in said["message"]
    assert not (client / "outputs" / "reviews" / "2025-10").exists()


def test_a_disk_that_is_full_is_said(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("salesreport.refresh.journal.write_text", full)
    failed = Round(client)
    assert (failed.status, failed.statuses) == ("failed", {"refresh": "failed"})
    assert "No space left on device" in failed.said["refresh"]["message"]
    monkeypatch.undo()
    assert Round(client).status == "done"


def test_two_at_a_time(client: Path) -> None:
    pack = load_pack(client / "params" / "pack.yml")
    with locked(state_folder(pack)):
        second = Round(client)
    assert (second.status, list(second.said)) == ("failed", ["refresh"])
    assert "Another round of this pack is under way, since" in second.said["refresh"]["message"]
    assert not (client / "outputs" / "dataset").exists()


DELIVER = "deliver: {to: reps, settings: mail.yml}\n"


class Post:
    """Delivers, or does not."""

    def __init__(self, failed: int = 0, error: DataError | None = None, outdated: int = 0) -> None:
        self.failed, self.error, self.folders = failed, error, list[Path]()
        self.outdated = outdated

    def __call__(self, pack: Pack, folder: Path) -> Delivered:
        self.folders.append(folder)
        if self.error is not None:
            raise self.error
        return Delivered(
            text("Sent"), {"sent": 2 - self.failed, "failed": self.failed}, self.failed, self.outdated
        )


def test_delivery_is_the_last_step_and_only_where_it_is_wanted(client: Path) -> None:
    post = Post()
    assert "deliver" not in Round(client, deliver=post).said
    assert post.folders == []
    with_settings(client, DELIVER)
    first = Round(client, deliver=post)
    assert list(first.said)[-1] == "deliver"
    assert first.said["deliver"]["counts"] == {"sent": 2, "failed": 0}
    assert post.folders == [client / "outputs" / "reviews" / "2025-10"]
    assert Round(client, deliver=post).statuses["deliver"] == "unchanged"
    assert len(post.folders) == 1
    export(client, "2025-12-03", NOVEMBER)
    Round(client, deliver=post)
    assert post.folders[1:] == [client / "outputs" / "reviews" / "2025-11"]


def test_a_delivery_that_was_not_complete_is_done_again(client: Path) -> None:
    with_settings(client, DELIVER)
    some = Round(client, deliver=Post(failed=1))
    assert (some.status, some.statuses["deliver"]) == ("incomplete", "incomplete")
    for _ in range(2):  # said until somebody sent it again
        old = Round(client, deliver=Post(outdated=1))
        assert (old.status, old.statuses["deliver"]) == ("incomplete", "incomplete")
    none = Round(client, deliver=Post(error=DataError(text("No server."))))
    assert (none.status, none.said["deliver"]["message"]) == ("failed", "No server.")
    assert Round(client, deliver=Post()).status == "done"
    with_settings(client, DELIVER.replace("reps", "[reps, managers]"))
    assert "nothing here that delivers" in Round(client).said["deliver"]["message"]  # nobody said by what


def test_the_log_is_one_line_per_step_and_is_kept(client: Path) -> None:
    lines: list[str] = []
    pack = load_pack(client / "params" / "pack.yml")
    refresh(pack, Rehearsal(), Log(lines.append, Language("de")), today=dt.date(2025, 11, 3))
    assert len(lines) == 4
    assert all("\n" not in line for line in lines)
    kept = [json.loads(line) for line in (state_folder(pack) / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in kept] == ["ingest", "audit", "pack", "archive"]
    for line in kept:
        assert set(line) == {"time", "step", "status", "seconds", "counts", "message"}
        assert dt.datetime.fromisoformat(line["time"]).tzinfo is not None
        assert line["seconds"] >= 0
    # what cannot be read of a journal means that all is done again
    (state_folder(pack) / "journal.json").write_text("{")
    assert Round(client).statuses["audit"] == "done"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command, with an engine that makes reports at once but for those of R2, if that is wanted."""

    def run(file: Path, *words: str, failing: bool = False) -> Any:
        engine = Rehearsal({"R2": ValueError("no luck")} if failing else {})
        monkeypatch.setattr("salesreport.pack.make_engine", lambda *given: engine, raising=False)
        return CliRunner().invoke(app, ["refresh", str(file), *words])

    return run


def test_exit_codes(client: Path, cli: Callable[..., Any]) -> None:
    file = client / "params" / "pack.yml"
    assert cli(file, failing=True).exit_code == 1
    done = cli(file)
    assert (done.exit_code, len(done.stdout.splitlines()), done.stderr) == (0, 4, "")
    assert "reports: done in " in done.stdout
    with_settings(client, STRICT)
    export(client, "2025-12-03", UNREADABLE)
    stopped = cli(file, "--log", "json")
    assert stopped.exit_code == 3
    assert [json.loads(line)["status"] for line in stopped.stdout.splitlines()] == ["done", "stopped"]
    for lines, said in (
        ("  stop_on: [duplicate]\n", "line 9, key “refresh.stop_on.duplicate”: The audit has no check "
         "“duplicate”. Did you mean “duplicates”?"),
        ("  stop_on: [vanishd]\n", "Did you mean “vanished”?"),
        ("  sorce: x\n", "key “refresh.sorce”"),
    ):  # fmt: skip
        with_settings(client, lines)
        wrong = cli(file, "--log", "json")
        (line,) = map(json.loads, wrong.stdout.splitlines())
        assert (wrong.exit_code, line["step"], line["status"]) == (2, "refresh", "failed")
        assert said in line["message"]
    (client / "params" / "pack.yml").write_text(PACK.partition("refresh:")[0])
    assert cli(file).exit_code == 2
    assert cli(client / "nothing.yml").exit_code == 2


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("{to: repz, settings: mail.yml}", "line 9, key “deliver.to”: Reports go to reps, to managers, or to "
         "those whom a CSV file names. Found “repz”. Did you mean “reps”?"),
        ("{to: [reps, none.csv], settings: mail.yml}", "key “deliver.to”: There is no such file. Found "),
        ("{to: empty.csv, settings: mail.yml}", "empty.csv, column “subject”: This column is required"),
        ("{to: reps, settings: mial.yml}", "line 9, key “deliver.settings”: There is no such file. Found "),
        ("{to: reps, settings: wrong.yml}", "key “hots”"),
    ],
)  # fmt: skip
def test_how_it_is_delivered_is_checked_before_anything(
    client: Path, cli: Callable[..., Any], wanted: str, said: str
) -> None:
    for name, content in (("mail.yml", "host"), ("wrong.yml", "hots")):
        (client / "params" / name).write_text(f"{content}: mail.example.com\nsender: reports@example.com\n")
    (client / "params" / "empty.csv").write_text("address\n")
    with_settings(client, f"deliver: {wanted}\n")
    wrong = cli(client / "params" / "pack.yml", "--log", "json")
    (line,) = map(json.loads, wrong.stdout.splitlines())
    assert (wrong.exit_code, line["step"], line["status"]) == (2, "refresh", "failed")
    assert said in line["message"]
    assert not (client / "outputs").exists()


def test_retention_without_folders_for_periods_is_refused(client: Path, cli: Callable[..., Any]) -> None:
    file = client / "params" / "pack.yml"
    file.write_text(PACK.replace("/{period}", "") + "retention: 3\n")
    wrong = cli(file)
    assert wrong.exit_code == 2
    assert "key “retention”" in wrong.stdout
