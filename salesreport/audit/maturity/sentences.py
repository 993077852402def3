"""What is said of the maturity of a sales process: the levels, what each figure speaks for, how they combine."""

from salesreport.audit.maturity.criteria import GATE_TITLES
from salesreport.audit.maturity.levels import level
from salesreport.audit.maturity.maturity import Evidence, Maturity
from salesreport.audit.maturity.place import FEWEST, Gate
from salesreport.audit.model import Estimate
from salesreport.language import Quantity, Range, Text, ntext, text


def verdict(found: Maturity) -> Text:
    """The levels that the evidence leaves possible, in one sentence."""
    span = found.span
    low, high = level(span.low), level(span.high)
    if not found.known:
        return text("Nothing in these data tells how mature the sales process is")
    if not span.told:
        return ntext(
            "What {n} criterion shows does not narrow down how mature the sales process is",
            "What {n} criteria show does not narrow down how mature the sales process is",
            n=len(found.known),
        )
    if span.low == span.high:
        return text("The sales process is {level} ({meaning})", level=low.name, meaning=low.meaning)
    return text(
        "The sales process is between {low} ({low_meaning}) and {high} ({high_meaning})",
        low=low.name,
        low_meaning=low.meaning,
        high=high.name,
        high_meaning=high.meaning,
    )


def gate_in_words(gate: Gate) -> Text:
    """What the criteria come to at a gate."""
    fates = {
        "passed": text("passed"),
        "failed": text("not passed"),
        "open": text("cannot be told"),
    }
    parts = [
        ntext("{n} criterion met", "{n} criteria met", n=gate.met),
        ntext("{n} missed", "{n} missed", n=gate.missed),
    ]
    if gate.unsure:
        parts.append(ntext("{n} too close to tell", "{n} too close to tell", n=gate.unsure))
    if gate.unknown:
        parts.append(ntext("{n} not in the data", "{n} not in the data", n=gate.unknown))
    return text("{gate} {fate}: {parts}.", gate=GATE_TITLES[gate.number], fate=fates[gate.fate], parts=parts)


def shown(figure: Estimate, unit: str) -> Text | Quantity:
    """A figure as people read it."""
    if unit == "points":
        points = round(100 * figure.value)
        return ntext("{n} percentage point", "{n} percentage points", n=points)
    return Quantity(figure.value, "share")


def interval(figure: Estimate, unit: str) -> Text | Range:
    """Its interval."""
    if unit == "points":
        return text("{low} – {high}", low=round(100 * figure.lower), high=round(100 * figure.upper))
    return Range(figure.lower, figure.upper, "share")


def before_in_words(one: Evidence) -> Text | None:
    """The year before, and whether the figure differs from it beyond chance; None where it is not known."""
    if one.measured is None or one.measured.before is None:
        return None
    now, before = one.measured.now, one.measured.before
    if not (now.lower <= now.upper and before.lower <= before.upper):
        return None
    value = shown(before, one.criterion.unit)
    if not now.apart_from(before):
        return text("{value}, no clear change", value=value)
    better = (now.value < before.value) == (one.criterion.better == "lower")
    return (
        text("{value}, clearly better now", value=value)
        if better
        else text("{value}, clearly worse now", value=value)
    )


def cuts_in_words(one: Evidence) -> Text:
    """From which value on a criterion speaks for which level."""
    criterion = one.criterion
    parts = []
    for gate, cut in sorted(criterion.cuts.items()):
        name, value = level(gate + 1).name, Quantity(cut, "share")
        said = (
            text("{level}: {value} or less", level=name, value=value)
            if criterion.better == "lower"
            else text("{level}: {value} or more", level=name, value=value)
        )
        parts.append(said)
    return text("{parts}", parts=parts)


def notes(found: Maturity) -> list[Text]:
    """What it comes to at each step up, the rule, and what was looked at."""
    said = [gate_in_words(gate) for gate in found.gates]
    said.append(
        text(
            "How criteria combine is our own rule, and so are most cuts. A step up is passed when {least} or more "
            "criteria are met at it and none is missed; not passed when {least} or more are missed, and more than "
            "are met; else, and when fewer than half of its criteria could be measured, it cannot be told. Met or "
            "missed is only what the whole 95% interval says.",
            least=FEWEST,
        )
    )
    said.append(
        text(
            "Looked at: the year from {start} to {end}; beside it the year before, where the data go back so far.",
            start=found.year.start,
            end=found.year.end,
        )
    )
    return said
