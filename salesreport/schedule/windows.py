"""A task for the Windows Task Scheduler, as XML."""

import subprocess
from xml.etree import ElementTree as ET

from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.schedule.command import LOGIN, Command
from salesreport.schedule.when import When

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST_DAY = "2025-01-01"
"""From this day on the task is run; any day that has passed will do."""


def windows_task(command: Command, when: When) -> str:
    """The task; `schtasks /Create /TN NAME /XML FILE` registers it for the user who types that.

    Raises:
        ConfigError: a path has a percent sign, which the scheduler would take for a variable.
    """
    for word in command.words:
        if "%" in word:
            raise ConfigError(
                text("The Windows Task Scheduler takes a percent sign in a path for a variable."),
                found=word,
                hint=text("Move the file to a folder without one."),
            )
    task = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = ET.SubElement(task, "RegistrationInfo")
    ET.SubElement(about, "Description").text = f"salesreport refresh {command.pack}"
    if command.mails:
        task.append(ET.Comment(
            f" It sends mails. Where the server wants a login, set {LOGIN[0]} and {LOGIN[1]} "
            "as environment variables of your account. "
        ))  # fmt: skip
    trigger = ET.SubElement(ET.SubElement(task, "Triggers"), "CalendarTrigger")
    ET.SubElement(trigger, "StartBoundary").text = f"{_FIRST_DAY}T{when.time}:00"
    ET.SubElement(trigger, "Enabled").text = "true"
    _schedule(trigger, when)
    settings = ET.SubElement(task, "Settings")
    ET.SubElement(settings, "MultipleInstancesPolicy").text = "IgnoreNew"
    ET.SubElement(settings, "StartWhenAvailable").text = "true"
    ET.SubElement(settings, "ExecutionTimeLimit").text = "PT12H"
    run = ET.SubElement(ET.SubElement(task, "Actions"), "Exec")
    ET.SubElement(run, "Command").text = command.words[0]
    ET.SubElement(run, "Arguments").text = subprocess.list2cmdline(command.words[1:])
    ET.indent(task)
    return '<?xml version="1.0"?>\n' + ET.tostring(task, encoding="unicode") + "\n"


def _schedule(trigger: ET.Element, when: When) -> None:
    if when.every == "month":
        monthly = ET.SubElement(trigger, "ScheduleByMonth")
        ET.SubElement(ET.SubElement(monthly, "DaysOfMonth"), "Day").text = str(when.day)
        months = ET.SubElement(monthly, "Months")
        for month in _MONTHS:
            ET.SubElement(months, month)
    elif when.every == "week":
        weekly = ET.SubElement(trigger, "ScheduleByWeek")
        ET.SubElement(weekly, "WeeksInterval").text = "1"
        ET.SubElement(ET.SubElement(weekly, "DaysOfWeek"), _WEEKDAYS[when.weekday])
    else:
        ET.SubElement(ET.SubElement(trigger, "ScheduleByDay"), "DaysInterval").text = "1"
