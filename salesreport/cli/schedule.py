"""`salesreport schedule`: an entry for a scheduler that is there already."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesreport.cli.app import app, hint, language_of
from salesreport.language import Language, Text, text
from salesreport.terminal import say

if TYPE_CHECKING:
    from salesreport.schedule.command import Command
    from salesreport.schedule.when import When


class Scheduler(StrEnum):
    """Whose entry it is."""

    cron = "cron"
    systemd = "systemd"
    windows = "windows"
    github = "github"
    gitlab = "gitlab"


@app.command(
    help=hint(
        text("Print the entry that runs a pack's round by cron or another scheduler; or install it for yourself."),
        "salesreport schedule params/packs/reviews.yml --monthly 3 07:30",
        "salesreport schedule params/packs/reviews.yml --weekly mon 07:30 --as systemd --install",
        "salesreport schedule params/packs/reviews.yml --remove",
    )
)
def schedule(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="PACK.yml", help=hint(text("The pack file, with the setting “refresh”.")))
    ],
    monthly: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="DAY TIME", help=hint(text("Each month on this day, such as 3 07:30."))),
    ] = None,
    weekly: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="WEEKDAY TIME", help=hint(text("Each week on this day, such as mon 07:30."))),
    ] = None,
    daily: Annotated[str | None, typer.Option(metavar="TIME", help=hint(text("Each day, such as 07:30.")))] = None,
    form: Annotated[
        Scheduler, typer.Option("--as", help=hint(text("The scheduler that the entry is for.")))
    ] = Scheduler.cron,
    install: Annotated[
        bool, typer.Option("--install", help=hint(text("Put it into your own crontab or systemd timers.")))
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help=hint(text("Take it out again.")))] = False,
) -> None:
    """Scheduler's entries."""
    from salesreport.errors import ConfigError
    from salesreport.pack.packfile import load_pack
    from salesreport.schedule.command import LOGIN, command_of
    from salesreport.schedule.when import when_of

    language = language_of(context)
    if (install or remove) and form not in (Scheduler.cron, Scheduler.systemd):
        raise ConfigError(
            text("Only entries of cron and systemd are installed from here."),
            key="--install" if install else "--remove",
            found=form.value,
            hint=text("Without --install the entry is printed; it says where it belongs."),
        )
    command = command_of(file)
    if remove:
        _install(command, None, form, language)
        return
    when = when_of(monthly, weekly, daily, language)
    pack = load_pack(file)
    if pack.settings.refresh is None:
        raise ConfigError(text("This setting is required but missing."), file=file, key="refresh")
    if when.note is not None:
        say(when.note, language, error=True)
    command = command._replace(mails=pack.settings.deliver is not None, formats=tuple(pack.settings.formats))
    if command.mails:
        say(
            text(
                "This round sends mails: where the mail server wants a login, it needs {names} in its environment "
                "(docs/monthly.md).",
                names=list(LOGIN),
            ),
            language,
            error=True,
        )
    if install:
        _install(command, when, form, language)
        return
    for line in _entry(command, when, form, pack.shelf):
        typer.echo(line, nl=False)
    say(_where(form, command.name), language, error=True)


_WHERE: dict[Scheduler, Text] = {
    Scheduler.cron: text("Add these lines by “crontab -e”, or give --install."),
    Scheduler.systemd: text("Save both files in ~/.config/systemd/user and enable the timer, or give --install."),
    Scheduler.github: text("Save it in .github/workflows; GitHub's clock is UTC. Reports hold personal data: keep "
                           "the repository private, and what is uploaded no longer than needed."),
    Scheduler.gitlab: text("Add it to .gitlab-ci.yml and set the time in the project. Reports hold personal data: "
                           "keep the project private, and artifacts no longer than needed."),
}  # fmt: skip


def _where(form: Scheduler, name: str) -> Text:
    """Where an entry of this name belongs."""
    if form is not Scheduler.windows:
        return _WHERE[form]
    return text("Save it as {name}.xml and type: schtasks /Create /TN {name} /XML {name}.xml", name=name)


def _entry(command: "Command", when: "When", form: Scheduler, made: Path) -> list[str]:
    from salesreport.schedule.cron import cron_entry
    from salesreport.schedule.services import github_workflow, gitlab_job
    from salesreport.schedule.systemd import systemd_units
    from salesreport.schedule.windows import windows_task

    match form:
        case Scheduler.cron:
            return [cron_entry(command, when)]
        case Scheduler.systemd:
            return [f"# {name}\n{unit}" for name, unit in systemd_units(command, when).items()]
        case Scheduler.windows:
            return [windows_task(command, when)]
        case Scheduler.github:
            return [github_workflow(command, when, Path.cwd(), made)]
        case Scheduler.gitlab:
            return [gitlab_job(command, when, Path.cwd(), made)]


def _install(command: "Command", when: "When | None", form: Scheduler, language: Language) -> None:
    from salesreport.schedule.install import install_cron, install_systemd

    changed = (install_cron if form is Scheduler.cron else install_systemd)(command, when)
    name = command.name
    if when is None:
        said = text("Removed: {name}", name=name) if changed else text("There was no entry {name}.", name=name)
    elif changed:
        said = text("Installed: {name}", name=name)
    else:
        said = text("It is installed already: {name}", name=name)
    say(said, language)
