"""An entry for cron: a line between two marks of ours, and a crontab with it or without it."""

import re
import shlex

from salesreport.schedule.command import LOGIN, Command
from salesreport.schedule.when import When

_MAILS = (
    f"# It sends mails. Where the server wants a login, put above these lines: {LOGIN[0]}=... and {LOGIN[1]}=..."
)
_BEGIN, _END = "# salesreport schedule, begin: {name}", "# salesreport schedule, end: {name}"


def cron_time(when: When) -> str:
    """The five fields of cron: minute, hour, day of month, month, day of week.

    Examples:
        >>> from salesreport.schedule.when import When
        >>> cron_time(When("month", 7, 30, day=3)), cron_time(When("week", 7, 30, weekday=6))
        ('30 7 3 * *', '30 7 * * 0')
    """
    day = str(when.day) if when.every == "month" else "*"
    weekday = str((when.weekday + 1) % 7) if when.every == "week" else "*"
    return f"{when.minute} {when.hour} {day} * {weekday}"


def cron_entry(command: Command, when: When) -> str:
    """The lines for a crontab.

    The shell's quotes keep spaces together. A percent sign would end the command, wherever it stands: so each has
    a backslash before it, which cron takes away.
    """
    line = f"{cron_time(when)} {shlex.join(command.words)}"
    lines = [_BEGIN.format(name=command.name), line.replace("%", r"\%"), _END.format(name=command.name)]
    if command.mails:
        lines.insert(1, _MAILS)
    return "\n".join(lines) + "\n"


def without_entry(crontab: str, command: Command) -> str:
    """A crontab without the command's entry; all other lines stay as they are."""
    begin, end = (re.escape(mark.format(name=command.name)) for mark in (_BEGIN, _END))
    return re.sub(rf"^{begin}\n(?:.*\n)*?{end}(?:\n|\Z)", "", crontab, flags=re.MULTILINE)


def with_entry(crontab: str, command: Command, when: When) -> str:
    """A crontab with the command's entry, in the place of an earlier one."""
    rest = without_entry(crontab, command)
    if rest and not rest.endswith("\n"):
        rest += "\n"
    return rest + cron_entry(command, when)
