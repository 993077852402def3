"""The last step of a round: the reports by mail."""

from pathlib import Path

from salesreport.deliver import run
from salesreport.deliver.progress import DeliveryProgress
from salesreport.deliver.recipients import MANAGERS, REPS
from salesreport.deliver.settings import load_settings, login
from salesreport.language import Language, ntext, text
from salesreport.pack.packfile import Pack
from salesreport.refresh.steps import Deliver, Delivered
from salesreport.terminal import errors_console


def by_mail(language: Language) -> Deliver:
    """What delivers the reports of a round, as the pack file's `deliver` says."""

    def deliver(pack: Pack, folder: Path) -> Delivered:
        wanted = pack.settings.deliver
        assert wanted is not None, "a round calls it only where the pack file has the setting"
        settings = load_settings(pack.beside("deliver", wanted.settings))
        sent = before = failed = 0
        for to in wanted.to:
            whom = to if to in (REPS, MANAGERS) else str(pack.beside("deliver", to))
            with DeliveryProgress(errors_console(), language) as progress:
                summary = run.deliver(folder, whom, settings, login(), progress)
                progress.ended(summary)
            sent, before = sent + len(summary.sent), before + summary.delivered
            failed += len(summary.refused) + len(summary.unknown) + len(summary.left)
        said = text(
            "{sent}, {before} delivered before, {failed} not delivered",
            sent=ntext("{n} mail sent", "{n} mails sent", n=sent),
            before=before,
            failed=failed,
        )
        return Delivered(said, {"sent": sent, "before": before, "failed": failed}, failed)

    return deliver
