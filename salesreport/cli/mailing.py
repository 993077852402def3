"""The last step of a round: the reports by mail."""

import shlex
from pathlib import Path

from salesreport.deliver import run
from salesreport.deliver.listed import read_rows
from salesreport.deliver.progress import DeliveryProgress
from salesreport.deliver.recipients import MANAGERS, REPS
from salesreport.deliver.settings import load_settings, login
from salesreport.errors import ConfigError, nearest
from salesreport.language import Language, Text, ntext, text
from salesreport.pack.packfile import Pack
from salesreport.pack.subjects import some
from salesreport.refresh.steps import Deliver, Delivered
from salesreport.terminal import errors_console


def check_delivery(pack: Pack) -> None:
    """Find out before a round whether its last step can be done as the pack file's `deliver` says, if it has that.

    Raises:
        ConfigError, DataError: no settings of mails, or not as they should be; recipients that there are not.
    """
    wanted = pack.settings.deliver
    if wanted is None:
        return
    file = pack.beside("deliver", wanted.settings)
    if not file.is_file():
        where = pack.where("deliver", "settings")
        raise ConfigError(text("There is no such file."), **where, found=str(file))
    load_settings(file)
    login()
    for to in wanted.to:
        _check_whom(pack, to)


def _check_whom(pack: Pack, to: str) -> None:
    where = pack.where("deliver", "to")
    each = pack.settings.each
    if to in (REPS, MANAGERS):
        if each != "rep" and (to, each) != (MANAGERS, "manager"):
            raise ConfigError(
                text("The reports of this pack are not about them."),
                **where,
                found=to,
                expected=text("a CSV file that names who gets them"),
            )
        return
    if not to.casefold().endswith(".csv"):
        near = nearest(to, (REPS, MANAGERS))
        raise ConfigError(
            text("Reports go to reps, to managers, or to those whom a CSV file names."),
            **where,
            found=to,
            nearest=near,
            expected=None if near else text("one of {names}", names=[REPS, MANAGERS, "FILE.csv"]),
        )
    file = pack.beside("deliver", to)
    if not file.is_file():
        raise ConfigError(text("There is no such file."), **where, found=str(file))
    read_rows(file)


def by_mail(language: Language) -> Deliver:
    """What delivers the reports of a round, as the pack file's `deliver` says."""

    def deliver(pack: Pack, folder: Path) -> Delivered:
        wanted = pack.settings.deliver
        assert wanted is not None, "a round calls it only where the pack file has the setting"
        file = pack.beside("deliver", wanted.settings)
        settings = load_settings(file)
        sent = before = failed = 0
        outdated: list[str] = []
        commands: list[str] = []
        for to in wanted.to:
            whom = to if to in (REPS, MANAGERS) else str(pack.beside("deliver", to))
            with DeliveryProgress(errors_console(), language) as progress:
                summary = run.deliver(folder, whom, settings, login(), progress)
                progress.ended(summary)
            sent, before = sent + len(summary.sent), before + summary.delivered
            failed += len(summary.refused) + len(summary.unknown) + len(summary.left)
            if summary.outdated:
                outdated += [one.about.name for one in summary.outdated]
                words = ["salesreport", "deliver", str(folder), "--to", whom, "--settings", str(file), "--again"]
                words += [word for one in summary.outdated for word in ("--only", one.about.id)]
                commands.append(shlex.join(words))
        said = text(
            "{sent}, {before} delivered before, {failed} not delivered",
            sent=ntext("{n} mail sent", "{n} mails sent", n=sent),
            before=before,
            failed=failed,
        )
        if outdated:
            said = text("{said}. {outdated}", said=said, outdated=_outdated(outdated, commands))
        counts = {"sent": sent, "before": before, "failed": failed, "outdated": len(outdated)}
        return Delivered(said, counts, failed, len(outdated))

    return deliver


def _outdated(names: list[str], commands: list[str]) -> Text:
    return ntext(
        "{n} recipient has what was delivered before it changed: {names}. A round sends nothing again; "
        "this does: {commands}",
        "{n} recipients have what was delivered before it changed: {names}. A round sends nothing again; "
        "this does: {commands}",
        n=len(names),
        names=some(names),
        commands=[text("“{command}”", command=one) for one in commands],
    )
