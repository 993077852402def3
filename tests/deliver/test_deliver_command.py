"""The command as people use it: exit codes, messages, files to look at; and a process that is killed half-way."""

import os
import re
import shlex
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from postoffice import Door, Office, addresses, write_people, write_small_pack
from typer.testing import CliRunner, Result
from workshop import write_notebook, write_pack

from salesreport.cli import app
from salesreport.cli.mailing import by_mail
from salesreport.deliver.log import FILE, read_log
from salesreport.language import Language
from salesreport.pack.packfile import load_pack


def run(*words: object, language: str = "en") -> Result:
    return CliRunner().invoke(app, ["--language", language, "deliver", *map(str, words)])


def settings(folder: Path, port: int) -> Path:
    file = folder / "deliver.yml"
    lines = [
        "host: 127.0.0.1",
        f"port: {port}",
        "security: none",
        "sender: reports@lumen.example",
        "retry_pause: 0",
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_look_first(pack: Path, office: Office) -> None:
    done = run(pack, "--to", "managers", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Boss 0 → boss0@lumen.example: 3 reports" in done.stdout
    assert "Nothing was sent" in done.stdout
    mails = sorted((pack / "outbox").glob("*.eml"))
    assert len(mails) == 2
    assert message_from_bytes(mails[0].read_bytes(), policy=policy.default)["To"] == "boss0@lumen.example"
    assert run(pack, "--to", "reps", "--dry-run", "--only", "R03").exit_code == 0
    (one,) = (pack / "outbox").glob("*.eml")
    assert one.name.startswith("rep-03")
    assert not (pack / "deliveries.jsonl").exists()
    assert office.letters == []


def test_sent_and_sent_again_only_when_asked(pack: Path, office: Office, tmp_path: Path) -> None:
    file = settings(tmp_path, office.port)
    done = run(pack, "--to", "reps", "--settings", file)
    assert done.exit_code == 0, done.output
    assert "5 sent, 0 delivered before" in done.stderr
    done = run(pack, "--to", "reps", "--settings", file, language="de")
    assert done.exit_code == 0
    assert "0 gesendet, 5 schon zugestellt" in done.stderr
    assert run(pack, "--to", "reps", "--settings", file, "--only", "Rep 00", "--again").exit_code == 0
    assert len(office.letters) == 6


def test_a_round_says_who_has_what_changed_since(pack: Path, office: Office, tmp_path: Path) -> None:
    settings(tmp_path, office.port)
    write_notebook(tmp_path / "tiny.ipynb")
    asks = write_pack(
        tmp_path / "params" / "pack.yml", tmp_path, notebook="../tiny.ipynb",
        deliver="{to: [reps, managers], settings: ../deliver.yml}",
    )  # fmt: skip
    send = by_mail(Language("en"))
    first = send(load_pack(asks), pack)
    assert (first.counts, first.outdated) == ({"sent": 7, "before": 0, "failed": 0, "outdated": 0}, 0)
    # the same reports of other data, in another folder with the first one's log
    now = tmp_path / "now"
    write_small_pack(now, write_people(tmp_path / "others", reps=6, managers=2))
    (now / FILE).write_bytes((pack / FILE).read_bytes())
    second = send(load_pack(asks), now)
    assert (second.counts, second.outdated) == ({"sent": 1, "before": 7, "failed": 0, "outdated": 7}, 7)
    said = str(second.said)
    assert "7 recipients have what was delivered before it changed: Boss 0, Boss 1, Rep 00, Rep 01" in said
    commands = [shlex.split(one)[1:] for one in re.findall("“(.*?)”", said)]
    assert [command[command.index("--to") + 1] for command in commands] == ["reps", "managers"]
    assert commands[0].count("--only") == 5  # not the sixth rep, who has today's
    for command in commands:
        assert CliRunner().invoke(app, command).exit_code == 0
    third = send(load_pack(asks), now)
    assert (third.counts["sent"], third.outdated) == (0, 0)


def test_one_refused_is_named_and_the_exit_code_is_1(pack: Path, office: Office, tmp_path: Path) -> None:
    office.fault = lambda stage, door, to: "550 no" if stage == "rcpt" and to.startswith("r01") else None
    done = run(pack, "--to", "reps", "--settings", settings(tmp_path, office.port))
    assert done.exit_code == 1
    assert "Rep 01, r01@lumen.example: refused by the server (550 no)." in done.stderr
    assert "4 sent, 0 delivered before, 1 refused" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "bosses"], "Reports go to reps, to managers"),
        (["--to", "reps", "--only", "Rep 0"], "Nobody of this name gets anything"),
        (["--to", "reps", "--out", "x"], "has a meaning only together with --dry-run"),
        (["--to", "reps", "--settings", "missing.yml"], "There is no such file"),
        (["--to", "missing.csv"], "There is no such file"),
    ],
)
def test_bad_input(
    pack: Path, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    settings(tmp_path, office.port)
    done = run(pack, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert office.connections == 0


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_half_way_and_run_again(pack: Path, tmp_path: Path) -> None:
    """The server kills the process as it takes the third mail: two are known to be sent, the third is unknown."""
    office, processes = Office(), list[subprocess.Popen[str]]()

    def kill(stage: str, door: Door, to: str) -> str | None:
        if stage == "taken" and to.startswith("r02"):
            os.kill(processes[0].pid, signal.SIGKILL)
            processes[0].wait(10)
        return None

    office.fault = kill
    with office.open():
        words = ["deliver", str(pack), "--to", "reps", "--settings", str(settings(tmp_path, office.port))]
        command = [sys.executable, "-m", "salesreport", "--language", "en", *words]
        processes.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        assert processes[0].wait(60) == -signal.SIGKILL
        processes[0].communicate()
        assert [line.state for line in read_log(pack).values()] == ["sent", "sent", "unknown"]
        office.fault = lambda stage, door, to: None
        done = CliRunner().invoke(app, ["--language", "en", *words])
        assert done.exit_code == 1
        assert "Rep 02: a mail to r02@lumen.example was on its way" in done.stderr
        assert "2 sent, 2 delivered before, 1 unknown" in done.stderr
    assert sorted(addresses(office.letters)) == [f"r{n:02}@lumen.example" for n in range(5)]
