"""Into the user's own crontab or systemd timers, and out again; twice is as good as once."""

import os
import subprocess
from pathlib import Path

from salesreport.errors import DataError
from salesreport.files import write_text
from salesreport.language import text
from salesreport.schedule.command import Command
from salesreport.schedule.cron import with_entry, without_entry
from salesreport.schedule.systemd import systemd_units
from salesreport.schedule.when import When


def install_cron(command: Command, when: When | None) -> bool:
    """Put the entry into the user's crontab, in the place of an earlier one; without a time: take it out.

    Returns:
        Whether the crontab was changed.

    Raises:
        DataError: there is no cron here, or it refuses.
    """
    before = _crontab()
    after = without_entry(before, command) if when is None else with_entry(before, command, when)
    if after == before:
        return False
    _run(["crontab", "-"], after)
    return True


def _crontab() -> str:
    """The user's crontab; empty where there is none yet."""
    done = _started(["crontab", "-l"])
    if done.returncode and "no crontab" not in done.stderr.lower():
        raise _refused(["crontab", "-l"], done)
    return "" if done.returncode else done.stdout


def install_systemd(command: Command, when: When | None) -> bool:
    """Write service and timer of the user and start the timer; without a time: stop it and remove both.

    Returns:
        Whether anything was changed.

    Raises:
        DataError: there is no systemd of the user here, or it refuses.
    """
    folder = units_folder()
    timer = f"{command.name}.timer"
    if when is None:
        there = [folder / f"{command.name}{ending}" for ending in (".service", ".timer")]
        there = [file for file in there if file.exists()]
        if not there:
            return False
        _run(["systemctl", "--user", "disable", "--now", timer])
        for file in there:
            file.unlink()
        _run(["systemctl", "--user", "daemon-reload"])
        return True
    units = systemd_units(command, when)
    if all(
        (folder / name).exists() and (folder / name).read_text("utf-8") == unit for name, unit in units.items()
    ):
        _run(["systemctl", "--user", "enable", "--now", timer])
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name, unit in units.items():
        write_text(folder / name, unit)
    _run(["systemctl", "--user", "daemon-reload"])
    _run(["systemctl", "--user", "enable", "--now", timer])
    return True


def units_folder() -> Path:
    """The folder of the user's own units."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "systemd" / "user"


def _run(words: list[str], given: str | None = None) -> None:
    done = _started(words, given)
    if done.returncode:
        raise _refused(words, done)


def _started(words: list[str], given: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        # the programs are named here, and the paths in their input were checked and quoted
        return subprocess.run(words, input=given, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    except OSError:
        raise DataError(
            text("There is no program “{name}” here.", name=words[0]),
            hint=text("Without --install the entry is only printed."),
        ) from None


def _refused(words: list[str], done: subprocess.CompletedProcess[str]) -> DataError:
    reason = done.stderr.strip() or done.stdout.strip() or str(done.returncode)
    return DataError(text("“{command}” failed: {reason}", command=" ".join(words), reason=reason))
