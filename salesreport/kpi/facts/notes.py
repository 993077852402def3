"""What a reader of figures should know: how credit was given, and what could not be dated, aged or priced."""

import datetime as dt

import numpy as np

from salesreport.kpi.facts.closing import has_stage_history
from salesreport.kpi.facts.known import known_at
from salesreport.kpi.facts.source import Source
from salesreport.language import Text, ntext, text
from salesreport.process import ProcessFile


def credit_notes(source: Source) -> tuple[Text, ...]:
    """How credit was given, and what could not be dated, aged or priced, as sentences for the reader."""
    columns, closing = source.columns, source.closing
    notes: list[Text] = []
    if source.owners is None and not columns.has("deals"):
        if columns.has("orders"):
            notes.append(text("Orders count for the rep that they name."))
    elif source.owners is None:
        notes.append(text("Credit goes to the current owner: the export has no history of owners."))
    else:
        notes.append(
            text("Credit goes to the owners on the day of the event by their shares, else to the current owner.")
        )
        days = np.where(np.isnat(closing.day), np.datetime64(source.as_of, "D"), closing.day)
        rep = source.dimensions.of("deals", "rep_id")
        scaled = source.owners.credit(np.arange(len(days)), days, rep).scaled
        if scaled:
            notes.append(
                ntext(
                    "The shares of {n} deal's owners do not add up to one and were scaled.",
                    "The shares of the owners of {n} deals do not add up to one and were scaled.",
                    n=scaled,
                )
            )
    if columns.has("reps", "team") or columns.has("reps", "manager"):
        notes.append(
            text("Reps count in the team they were in at the time of the event.")
            if columns.has("rep_history")
            else text("Reps count in their current team: the export has no history of teams.")
        )
    if nobody := sorted(source.names[one] for one in source.not_people):
        notes.append(
            ntext(
                "Declared to be no person, in totals but never a peer: {names}.",
                "Declared to be no persons, in totals but never peers: {names}.",
                n=len(nobody),
                names=nobody,
            )
        )
    notes += _reopened_notes(source)
    if columns.has("deals"):
        notes += _gap_notes(source)
    if source.as_of < source.dataset.as_of and columns.has("deals"):
        notes += amounts_notes(source, source.as_of)
    return tuple(notes)


def amounts_notes(source: Source, day: dt.date) -> list[Text]:
    """What to say of the few deals open on a day of which nobody knows what they were worth then."""
    known = known_at(source, day)
    if not known.amounts_unknown or known.why_amounts_unknown is not None:
        return []
    return [
        ntext(
            "What {n} open deal was worth on {day} is not known: no snapshot shows it. It is counted, not priced.",
            "What {n} open deals were worth on {day} is not known: no snapshot shows it. They are counted, not "
            "priced.",
            n=known.amounts_unknown,
            day=day,
        )
    ]


def process_notes(file: ProcessFile) -> list[Text]:
    """What to say of a process that nobody declared."""
    if not (file.derived and file.processes):
        return []
    notes = [text("No process file was given: the CRM’s stages stand in for milestones.")]
    if file.unordered:
        names = list(file.unordered)
        notes.append(
            ntext(
                "The order of stage {names} is not known: no history shows it, so it is no milestone.",
                "The order of stages {names} is not known: no history shows it, so they are no milestones.",
                n=len(names),
                names=names,
            )
        )
    return notes


def _reopened_notes(source: Source) -> list[Text]:
    if not source.columns.has("deals"):
        return []
    if source.reopened == "last_close":
        return [text("A deal that was reopened counts where it closed last.")]
    if not has_stage_history(source.columns):
        return [text("A deal that was reopened counts where it closed last: the export has no history of stages.")]
    return [
        text("A deal that was reopened counts where it closed first."),
        ntext(
            "This moves {n} deal against what the CRM shows.",
            "This moves {n} deals against what the CRM shows.",
            n=source.closing.moved,
        ),
    ]


def _gap_notes(source: Source) -> list[Text]:
    columns, closing = source.columns, source.closing
    created = columns.days("deals", "created_on")
    closed = closing.won | closing.lost
    priced = columns.numbers("deals", "amount") > 0
    counts = (
        ("undated", int((~closed & np.isnat(created)).sum())),
        ("unaged", int((closed & np.isnat(created)).sum())),
        ("unclosed", int((closed & np.isnat(closing.day)).sum())),
        ("backwards", int((created > closing.day).sum())),
        ("unpriced", int((closing.won & ~priced).sum())),
    )
    return [_gap(which, n) for which, n in counts if n]


def _gap(which: str, n: int) -> Text:
    if which == "undated":
        return ntext(
            "{n} open deal has no creation date: it counts on the data’s last day only, and has no age.",
            "{n} open deals have no creation date: they count on the data’s last day only, and have no age.",
            n=n,
        )
    if which == "unaged":
        return ntext(
            "{n} closed deal has no creation date: it is counted, but has no cycle time.",
            "{n} closed deals have no creation date: they are counted, but have no cycle time.",
            n=n,
        )
    if which == "unclosed":
        return ntext(
            "{n} closed deal has no closing date: it counts in no period.",
            "{n} closed deals have no closing date: they count in no period.",
            n=n,
        )
    if which == "backwards":
        return ntext(
            "{n} deal closed before it was created: it is counted, but has no cycle time.",
            "{n} deals closed before they were created: they are counted, but have no cycle time.",
            n=n,
        )
    return ntext(
        "{n} won deal has no amount: it is counted, but not priced.",
        "{n} won deals have no amount: they are counted, but not priced.",
        n=n,
    )
