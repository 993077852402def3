"""A service and a timer for systemd, of the user's own."""

from salesreport.schedule.command import LOGIN, Command
from salesreport.schedule.when import When

LOGIN_FILE = "%h/.config/salesreport/mail.env"
"""Where the service takes user and password of the mail server from, if the file is there."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def calendar(when: When) -> str:
    """When, as systemd's `OnCalendar` has it.

    Examples:
        >>> from salesreport.schedule.when import When
        >>> calendar(When("month", 7, 30, day=3)), calendar(When("week", 7, 30, weekday=4))
        ('*-*-03 07:30:00', 'Fri *-*-* 07:30:00')
    """
    day = f"{when.day:02d}" if when.every == "month" else "*"
    weekday = f"{_DAYS[when.weekday]} " if when.every == "week" else ""
    return f"{weekday}*-*-{day} {when.time}:00"


def systemd_units(command: Command, when: When) -> dict[str, str]:
    """File name → unit: the service that runs a round, and the timer that starts it.

    A round that was due while the machine was off is run when it is on again (`Persistent`). Percent signs are
    doubled, for they mean something to systemd; dollar signs, too, but for the program's, which is taken as it is.
    """
    about = _specifiers(command.pack.name)
    program, *words = command.words
    service = [
        "[Unit]",
        f"Description=salesreport refresh: {about}",
        "",
        "[Service]",
        "Type=oneshot",
        "ExecStart=" + " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in words)]),
        *(_mails() if command.mails else []),
        "",
    ]
    timer = [
        "[Unit]",
        f"Description=salesreport schedule: {about}",
        "",
        "[Timer]",
        f"OnCalendar={calendar(when)}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return {f"{command.name}.service": "\n".join(service), f"{command.name}.timer": "\n".join(timer)}


def _mails() -> list[str]:
    """The lines by which a service gets user and password; a file that is not there is passed over."""
    return [
        f"# It sends mails. Where the server wants a login, this file has {LOGIN[0]}=... and {LOGIN[1]}=...,",
        "# each on a line, and only you may read it (chmod 600).",
        f"EnvironmentFile=-{LOGIN_FILE}",
    ]


def _quoted(word: str) -> str:
    """A word of `ExecStart`, in quotes."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specifiers(escaped)}"'


def _specifiers(written: str) -> str:
    return written.replace("%", "%%")
