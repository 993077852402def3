"""Entries for schedulers, each read by a parser of its format; installed with programs that only remember."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.errors import ConfigError, DataError
from salesreport.language import Language
from salesreport.schedule.command import Command, command_of
from salesreport.schedule.cron import cron_entry, cron_time, with_entry, without_entry
from salesreport.schedule.install import install_cron
from salesreport.schedule.services import github_workflow, gitlab_job
from salesreport.schedule.systemd import calendar, systemd_units
from salesreport.schedule.when import When, when_of
from salesreport.schedule.windows import NAMESPACE, windows_task

ROOT = Path(__file__).resolve().parent.parent.parent

ODD = "/home/ann/my 50% packs/$HOME 'n' \"q\" \\b `id` é/reviews.yml"
"""A path with everything that means something to somebody."""

MONTHLY, WEEKLY, DAILY = When("month", 7, 30, day=3), When("week", 18, 5, weekday=6), When("day", 0, 0)


def command(path: str = ODD) -> Command:
    return command_of(Path(path), "/opt/py thon/bin/python")


def words_wanted(path: str = ODD) -> list[str]:
    return ["/opt/py thon/bin/python", "-m", "salesreport", "refresh", path]


def as_cron_runs(line: str) -> list[str]:
    """What a program gets: cron cuts at a bare %, takes the backslash of others, the shell splits."""
    text = re.sub(r"^(?:\S+ ){5}", "", line)
    text = re.split(r"(?<!\\)%", text)[0].replace(r"\%", "%")
    show = f"printf '%s\\0' {text}"
    done = subprocess.run(["/bin/sh", "-c", show], capture_output=True, check=True)
    return [word.decode() for word in done.stdout.split(b"\0")[:-1]]


def test_cron_runs_the_very_words() -> None:
    begin, line, end = cron_entry(command(), MONTHLY).splitlines()
    assert line.startswith("30 7 3 * * ")
    assert as_cron_runs(line) == words_wanted()
    assert begin.startswith("#")
    assert end.startswith("#")
    # cron counts weekdays from Sunday
    assert (cron_time(WEEKLY), cron_time(DAILY)) == ("5 18 * * 0", "0 0 * * *")
    assert cron_time(When("week", 9, 0, weekday=0)) == "0 9 * * 1"


def test_a_crontab_keeps_all_that_is_not_ours() -> None:
    others = "MAILTO=ann@example.org\n# mine\n0 1 * * * backup"
    one = with_entry(others, command(), MONTHLY)
    assert one.startswith(others + "\n")
    assert with_entry(one, command(), MONTHLY) == one
    changed = with_entry(one, command(), DAILY)
    assert changed == one.replace("30 7 3 * *", "0 0 * * *")
    two = with_entry(changed, command("/p/other.yml"), WEEKLY)
    assert without_entry(two, command("/p/other.yml")) == changed
    assert without_entry(changed, command()) == others + "\n"
    assert without_entry(others, command()) == others


def test_two_pack_files_of_one_name_have_entries_of_their_own() -> None:
    names = {command_of(Path(path)).name for path in ("/a/reviews.yml", "/b/reviews.yml", "/a/Reviews.yml")}
    assert len(names) == 3
    assert all(re.fullmatch(r"salesreport-reviews-[0-9a-f]{8}", name) for name in names)
    for path in ("/a\n* * * * * evil/x.yml", "/a/x\x7f.yml"):
        with pytest.raises(ConfigError, match="A scheduler cannot run this"):
            command_of(Path(path))


def as_systemd_runs(unit: str) -> list[str]:
    """The words of `ExecStart`, as systemd.service(5) has it: quotes, escapes, %% and, but for the program, $$."""
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]
    program, *rest = [word.replace("%%", "%") for word in words]
    return [program, *(word.replace("$$", "$") for word in rest)]


def test_systemd_runs_the_very_words() -> None:
    units = systemd_units(command(), MONTHLY)
    service, timer = units.values()
    assert [Path(name).suffix for name in units] == [".service", ".timer"]
    assert as_systemd_runs(service) == words_wanted()
    assert "OnCalendar=*-*-03 07:30:00" in timer
    assert [calendar(when) for when in (WEEKLY, DAILY)] == ["Sun *-*-* 18:05:00", "*-*-* 00:00:00"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_itself_takes_them(tmp_path: Path) -> None:
    packs = tmp_path / "my 50% $packs"
    packs.mkdir()
    made = command_of(packs / "reviews.yml", sys.executable)._replace(mails=True)
    for when in (MONTHLY, WEEKLY, When("month", 7, 30, day=31)):
        units = systemd_units(made, when)
        for name, unit in units.items():
            (tmp_path / name).write_text(unit, encoding="utf-8")
        runtime = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
        words = ["systemd-analyze", "--user", "verify", *(str(tmp_path / name) for name in units)]
        done = subprocess.run(words, capture_output=True, text=True, env=runtime)
        assert (done.returncode, done.stderr) == (0, "")


def test_windows_runs_the_very_words() -> None:
    path = r"C:\Users\Ann Berg\my & packs\reviews.yml"
    made = Command(
        Path(path), (r"C:\py thon\python.exe", "-m", "salesreport", "refresh", path), "salesreport-reviews"
    )
    task = ET.fromstring(windows_task(made, MONTHLY))
    name = {"t": NAMESPACE}
    assert task.findtext(".//t:Exec/t:Command", namespaces=name) == r"C:\py thon\python.exe"
    # Windows splits at spaces outside of quotes; backslashes are plain where no quote follows
    arguments = task.findtext(".//t:Exec/t:Arguments", namespaces=name)
    assert arguments == rf'-m salesreport refresh "{path}"'
    assert task.findtext(".//t:ScheduleByMonth/t:DaysOfMonth/t:Day", namespaces=name) == "3"
    assert len(task.findall(".//t:Months/*", name)) == 12
    assert task.findtext(".//t:StartBoundary", namespaces=name) == "2025-01-01T07:30:00"
    weekly = ET.fromstring(windows_task(made, WEEKLY))
    assert [one.tag for one in weekly.findall(".//t:DaysOfWeek/*", name)] == [f"{{{NAMESPACE}}}Sunday"]
    daily = ET.fromstring(windows_task(made, DAILY))
    assert daily.findtext(".//t:DaysInterval", namespaces=name) == "1"
    with pytest.raises(ConfigError, match="percent sign"):
        windows_task(command(), MONTHLY)


def test_services_run_the_very_words(tmp_path: Path) -> None:
    pack = tmp_path / "my 50% packs" / "a ${{ secrets.X }} $(id)'.yml"
    made, outputs = command_of(pack), tmp_path / "outputs" / "reviews"
    written = pack.relative_to(tmp_path).as_posix()
    workflow = yaml.safe_load(github_workflow(made, MONTHLY, tmp_path, outputs))
    assert workflow["on"]["schedule"] == [{"cron": "30 7 3 * *"}]
    run, upload = workflow["jobs"]["refresh"]["steps"][-2:]
    assert run["run"] == 'salesreport refresh "$PACK" --log json'
    # GitHub fills in expressions, here the one that gives their sign, before the shell sees the value
    assert run["env"]["PACK"].replace("${{ '${{' }}", "${{") == written
    assert "${{ secrets" not in github_workflow(made, MONTHLY, tmp_path, outputs)
    assert upload["with"]["path"] == "outputs/reviews/"
    page = gitlab_job(made, WEEKLY, tmp_path, outputs)
    assert page.startswith("# Build, Pipeline schedules, New schedule: interval pattern 5 18 * * 0\n")
    (job,) = yaml.safe_load(page).values()
    assert shlex.split(job["script"][-1]) == ["salesreport", "refresh", written, "--log", "json"]
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    with pytest.raises(ConfigError, match="in its repository"):
        github_workflow(made, MONTHLY, tmp_path / "other", outputs)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Expected one of --monthly 3 07:30, --weekly mon 07:30, and --daily 07:30"),
        ({"daily": "7:30", "monthly": ("3", "7:30")}, "It must be said once"),
        ({"daily": "24:00"}, "This is not a time of day. Found “24:00”. Expected the form 07:30."),
        ({"daily": "7.30"}, "not a time of day"),
        ({"monthly": ("32", "7:30")}, "This is not a day of a month. Found “32”. Expected 1 to 31."),
        ({"monthly": ("0", "7:30")}, "not a day of a month"),
        ({"weekly": ("tuseday", "7:30")}, "Did you mean “tuesday”?"),
        ({"weekly": ("x", "7:30")}, "one of Monday, Tuesday"),
    ],
)
def test_what_is_no_time_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        when_of(**given)


def test_weekdays_of_the_commands_language_are_known() -> None:
    german = Language("de")
    for written, day in (("montag", 0), ("Mi.", 2), ("so", 6), ("friday", 4), ("tue", 1)):
        assert when_of(weekly=(written, "7:30"), language=german).weekday == day
    with pytest.raises(ConfigError, match="Did you mean “Montag”"):
        when_of(weekly=("montga", "7:30"), language=german)
    with pytest.raises(ConfigError, match=r"one of Montag, Dienstag, .*Sonntag"):
        when_of(weekly=("x", "7:30"), language=german)
    with pytest.raises(ConfigError, match="Did you mean “monday”"):
        when_of(weekly=("montag", "7:30"))


def test_a_round_that_sends_mails_says_where_the_login_comes_from(tmp_path: Path) -> None:
    login = {"SALESREPORT_SMTP_USER", "SALESREPORT_SMTP_PASSWORD"}
    pack, outputs = tmp_path / "reviews.yml", tmp_path / "outputs"
    plain = command_of(pack)
    made = plain._replace(mails=True)
    # cron: a comment, and the entry is still found by its marks
    assert [line[0] for line in cron_entry(made, DAILY).splitlines()] == ["#", "#", "0", "#"]
    assert all(name in cron_entry(made, DAILY).splitlines()[1] for name in login)
    assert without_entry(with_entry("", made, DAILY), made) == ""
    service = systemd_units(made, DAILY)[f"{made.name}.service"]
    assert "\nEnvironmentFile=-%h/.config/salesreport/mail.env\n" in service
    assert as_systemd_runs(service)[-1] == str(pack)
    workflow = github_workflow(made, DAILY, tmp_path, outputs)
    run = yaml.safe_load(workflow)["jobs"]["refresh"]["steps"][-2]
    assert run["env"] == {"PACK": "reviews.yml"} | {name: f"${{{{ secrets.{name} }}}}" for name in login}
    page = gitlab_job(made, DAILY, tmp_path, outputs)
    assert len(yaml.safe_load(page)) == 1
    assert ET.fromstring(windows_task(made, DAILY)).tag == f"{{{NAMESPACE}}}Task"
    for entry in (service, workflow, page, windows_task(made, DAILY)):
        assert all(name in entry for name in login)
    jobs = [one(plain, DAILY, tmp_path, outputs) for one in (github_workflow, gitlab_job)]
    others = [cron_entry(plain, DAILY), *systemd_units(plain, DAILY).values(), windows_task(plain, DAILY), *jobs]
    assert not any("SMTP" in entry for entry in others)


@pytest.mark.parametrize(
    ("formats", "wanted", "browser"),
    [
        (("html",), "salesreport", False),
        (("html", "pdf"), "salesreport[pdf]", True),
        (("xlsx",), "salesreport[documents]", False),
        (("pdf", "pptx", "docx"), "salesreport[documents,pdf]", True),
    ],
)
def test_services_install_what_the_formats_need(
    tmp_path: Path, formats: tuple[str, ...], wanted: str, browser: bool
) -> None:
    made = command_of(tmp_path / "reviews.yml")._replace(formats=formats)
    workflow = yaml.safe_load(github_workflow(made, DAILY, tmp_path, tmp_path / "out"))
    (job,) = yaml.safe_load(gitlab_job(made, DAILY, tmp_path, tmp_path / "out")).values()
    for scripts in ([step.get("run", "") for step in workflow["jobs"]["refresh"]["steps"]], job["script"]):
        assert [shlex.split(one)[2] for one in scripts if one.startswith("pip install")] == [wanted]
        assert any("chrom" in one for one in scripts) == browser
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"[a-z]+", wanted)) - {"salesreport"} <= set(extras)


def test_a_day_that_not_every_month_has_is_explained() -> None:
    assert [when_of(monthly=(str(day), "7:30")).note is None for day in (1, 28, 29, 30, 31)] == [True, True] + [
        False
    ] * 3
    assert "Not every month has a day 31" in str(when_of(monthly=("31", "7:30")).note)


@pytest.fixture
def pack_file(tmp_path: Path) -> Path:
    file = tmp_path / "my packs" / "reviews.yml"
    file.parent.mkdir()
    file.write_text(
        "notebook: rep_review\ndataset: d\nperiod: last-month\noutput: out/{period}\nrefresh: {source: s.yml}\n"
    )
    return file


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `crontab` that keeps its table in a file, and a `systemctl` that writes down what it is told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    table, told = tmp_path / "table", tmp_path / "told"
    scripts = {
        "crontab": f"""if [ "$1" = -l ]
        then cat "{table}" 2>/dev/null || {{ echo "no crontab for ann" >&2; exit 1; }}
        else cat > "{table}"; echo saved >> "{told}"
        fi""",
        "systemctl": f'echo "$@" >> "{told}"',
    }
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def call(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["schedule", *words])
    assert done.exit_code == code, done.output
    return done


def test_cron_is_installed_once_and_removed(pack_file: Path, programs: Path) -> None:
    table = programs / "table"
    assert call(str(pack_file), "--monthly", "3", "07:30", "--install").stdout.startswith(
        "Installed: salesreport-rev"
    )
    installed = table.read_text()
    assert as_cron_runs(installed.splitlines()[1]) == [
        sys.executable,
        "-m",
        "salesreport",
        "refresh",
        str(pack_file),
    ]
    assert "already" in call(str(pack_file), "--monthly", "3", "07:30", "--install").stdout
    assert (programs / "told").read_text().count("saved") == 1
    table.write_text(installed + "0 1 * * * backup\n")
    call(str(pack_file), "--daily", "06:00", "--install")
    assert table.read_text() == "0 1 * * * backup\n" + installed.replace("30 7 3 * *", "0 6 * * *")
    assert "Removed" in call(str(pack_file), "--remove").stdout
    assert table.read_text() == "0 1 * * * backup\n"
    assert "There was no entry" in call(str(pack_file), "--remove").stdout


def test_systemd_is_installed_once_and_removed(pack_file: Path, programs: Path) -> None:
    units = programs / "config" / "systemd" / "user"
    words = [str(pack_file), "--weekly", "fri", "18:00", "--as", "systemd", "--install"]
    assert "Installed" in call(*words).stdout
    service, timer = sorted(units.iterdir())
    assert "OnCalendar=Fri *-*-* 18:00:00" in timer.read_text()
    assert as_systemd_runs(service.read_text())[-1] == str(pack_file)
    assert "already" in call(*words).stdout
    assert "Removed" in call(str(pack_file), "--remove", "--as", "systemd").stdout
    assert list(units.iterdir()) == []
    assert "There was no entry" in call(str(pack_file), "--remove", "--as", "systemd").stdout
    assert (programs / "told").read_text().splitlines() == [
        "--user daemon-reload", f"--user enable --now {timer.name}", f"--user enable --now {timer.name}",
        f"--user disable --now {timer.name}", "--user daemon-reload",
    ]  # fmt: skip


def test_what_cannot_be_installed_is_said(
    pack_file: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = call(str(pack_file), "--daily", "6:00", "--as", "windows", "--install", code=2)
    assert "Only entries of cron and systemd are installed from here. Found “windows”." in refused.stderr
    (programs / "bin" / "crontab").write_text("#!/bin/sh\necho 'you are not allowed' >&2\nexit 1\n")
    with pytest.raises(DataError, match="“crontab -l” failed: you are not allowed"):
        install_cron(command(), DAILY)
    monkeypatch.setenv("PATH", str(programs / "nowhere"))
    assert "no program “crontab” here" in call(str(pack_file), "--daily", "6:00", "--install", code=2).stderr


def test_an_entry_is_only_for_a_pack_with_a_round(pack_file: Path) -> None:
    done = call(str(pack_file), "--monthly", "30", "07:30")
    assert done.stdout.splitlines()[1].startswith("30 7 30 * * ")
    assert "Not every month has a day 30" in done.stderr
    pack_file.write_text("notebook: rep_review\ndataset: d\nperiod: last-month\noutput: out\n")
    assert (
        "key “refresh”: This setting is required but missing."
        in call(str(pack_file), "--daily", "6:00", code=2).stderr
    )


def test_the_command_reads_mails_formats_and_language_from_the_pack_file(pack_file: Path) -> None:
    plain = call(str(pack_file), "--weekly", "mon", "07:30", "--as", "windows")
    name = command_of(pack_file).name
    assert f"schtasks /Create /TN {name} /XML {name}.xml" in plain.stderr
    assert "SMTP" not in plain.output
    with pack_file.open("a") as file:
        file.write("formats: [html, pdf]\ndeliver: {to: reps, settings: mail.yml}\n")
    done = CliRunner().invoke(app, ["--language", "de", "schedule", str(pack_file), "--weekly", "montag", "07:30"])
    assert done.exit_code == 0, done.output
    assert "30 7 * * 1 " in done.stdout
    assert "SALESREPORT_SMTP_PASSWORD" in done.stdout
    assert "SALESREPORT_SMTP_USER und SALESREPORT_SMTP_PASSWORD" in done.stderr
