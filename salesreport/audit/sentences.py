"""Findings in words: the verdict and why, the numbers, the client's own past, what became of what was flagged."""

from collections.abc import Mapping, Sequence

from salesreport.audit.audit import Audit, Finding
from salesreport.audit.model import ANY, FOUNDED, Backtest, Check, Estimate, Found
from salesreport.audit.sayings import said, unit_of
from salesreport.audit.verdict import Level
from salesreport.language import Fixed, Quantity, Range, Text, ntext, text

OWN = "salesreport"
"""The source of what nobody else published."""

EXAMPLES = 5
"""How many ids are shown before the rest is only counted."""

VERDICTS: Mapping[Level, Text] = {
    "serious": text("serious"),
    "look": text("worth a look"),
    "fact": text("beyond a published value"),
    "untold": text("cannot be told"),
    "fine": text("fine"),
}
"""The verdicts in words."""

DIFFERS = text("differs from your own past")
"""The verdict where no threshold is passed and the client's own past was otherwise."""


def verdict_of(finding: Finding) -> Text:
    """The verdict, in a word or two."""
    level = finding.verdict.level
    if (
        finding.found is not None
        and level in ("fine", "untold", "fact")
        and finding.verdict.past in ("worse", "other")
    ):
        return DIFFERS
    return VERDICTS[level]


def because(finding: Finding, unit: str) -> Text | None:
    """Why the verdict is what it is: the limit that is passed or not; None where there is no limit."""
    check, found = finding.check, finding.found
    look, serious = check.limit
    if found is None or found.level is not None or found.measured is None:
        return None
    level = finding.verdict.level
    if look is None and serious is None:
        if level == "look":
            return text("no limit is published, but it mattered earlier")
        return text("no limit is published") if level == "untold" else None
    limit = serious if level == "serious" or look is None else look
    assert limit is not None
    if limit == ANY:
        return text("one is enough") if found.measured.value >= ANY else text("none was found")
    named = Quantity(limit, unit, 0)
    if level == "fine":
        return text("not beyond {limit}", limit=named)
    if level == "untold":
        return text("beyond {limit}, but that may be chance", limit=named)
    if level == "fact":
        return text(
            "beyond {limit}, which nobody measured; nothing in these data says that it matters, so it is a fact "
            "and no finding",
            limit=named,
        )
    if check.founded == "contested":
        return text("beyond {limit}, and so is the whole interval; your own data say that it matters", limit=named)
    return text("beyond {limit}, and so is the whole interval", limit=named)


def numbers_of(finding: Finding, audit: Audit) -> Text | None:
    """What was found, with intervals, and the amount concerned."""
    found = finding.found
    if found is None:
        return None
    sentence = said(finding, audit, bounds=True)
    if found.money is None or not found.count:
        return sentence
    return text("{counted}; {money}", counted=sentence, money=Quantity(found.money, audit.looked.dataset.currency))


def estimate_in_words(estimate: Estimate, unit: str) -> Text:
    """A figure with its interval, where it has one."""
    value = Quantity(estimate.value, unit)
    if not estimate.sampled:
        return text("{value}", value=value)
    return text("{value} ({range})", value=value, range=Range(estimate.lower, estimate.upper, unit))


def published(check: Check) -> Text:
    """The threshold, who published it and how well founded it is."""
    if check.threshold is None:
        return (
            text("No threshold is published; ours: {limits}.", limits=limits_of(check))
            if (limits_of(check) is not None)
            else text("No threshold is published.")
        )
    limits = limits_of(check)
    if check.source == OWN:
        return text("The threshold is our own: {threshold}; nobody published one.", threshold=check.threshold)
    if check.founded == "own" and limits is not None:
        return text(
            "Published: {threshold} ({source}); ours: {limits}.",
            threshold=check.threshold,
            source=check.source.split("; "),
            limits=limits,
        )
    return text(
        "Published: {threshold} ({source}). {founded}.",
        threshold=check.threshold,
        source=check.source.split("; "),
        founded=_CAPITAL[check.founded],
    )


_CAPITAL: Mapping[str, Text] = {
    "own": text("The numbers used here are our own"),
    "practice": text("Practitioners agree on it; nobody measured it"),
    "contested": text(
        "Contested: sources differ, or none says how it was measured; alone it makes nothing a finding"
    ),
    "measured": text("It was measured"),
}
assert set(_CAPITAL) == set(FOUNDED)


def limits_of(check: Check) -> Text | None:
    """The limits of a check in words; None where it has none."""
    look, serious = check.limit
    unit = "units" if check.unit == "money" else check.unit
    first = (
        None
        if look is None
        else text("one is enough")
        if look == ANY
        else (text("worth a look from {limit}", limit=Quantity(look, unit, 0)))
    )
    second = None if serious is None else text("serious from {limit}", limit=Quantity(serious, unit, 0))
    if first is None or second is None:
        return first or second
    return text("{first}, {second}", first=first, second=second)


def past_of(finding: Finding, unit: str) -> Text | None:
    """What the client's own past says; None where the check has nothing to say of it."""
    found = finding.found
    if found is None or found.baseline is None:
        return None
    before = estimate_in_words(found.baseline, unit)
    if finding.verdict.past is None:
        return text("Your own past: {before}; no difference beyond chance.", before=before)
    if finding.verdict.past == "better":
        return text("Your own past: {before}; now better.", before=before)
    if finding.verdict.past == "worse":
        return text("Your own past: {before}; now worse.", before=before)
    return text("Your own past: {before}; now otherwise.", before=before)


def backtest_of(backtest: Backtest) -> Text:
    """What became of what was flagged on earlier days."""
    if backtest.flagged is None or backtest.rest is None:
        why = backtest.why or text("too few were flagged")
        return text("Of what was flagged earlier: cannot be told; {why}.", why=why)
    said = text(
        "Of what was flagged earlier {flagged} {outcome}, of the rest {rest}",
        flagged=estimate_in_words(backtest.flagged, "share"),
        rest=estimate_in_words(backtest.rest, "share"),
        outcome=backtest.outcome,
    )
    if backtest.lift is None:
        why = backtest.why or text("too few were flagged")
        return text("{said}; how many times as many cannot be told: {why}.", said=said, why=why)
    value, low, high = (Fixed(one, 2) for one in backtest.lift[:3])
    lift = text("{value} ({low} – {high})", value=value, low=low, high=high)
    if backtest.lift.lower <= 1 <= backtest.lift.upper:
        return text("{said}: {lift} times as many, which may be chance.", said=said, lift=lift)
    if backtest.apart == "deal":
        return text("{said}: {lift} times as many, of these reps; there are too few to say it of others.",
                    said=said, lift=lift)  # fmt: skip
    return text("{said}: {lift} times as many.", said=said, lift=lift)


def examples_of(finding: Finding) -> list[str]:
    """Some of what is flagged, by id and name, those with the most first where that is known; not escaped."""
    found = finding.found
    if found is None:
        return []
    return [
        f"{one} ({found.shown[one]})" if found.shown.get(one, one) != one else one for one in found.ids[:EXAMPLES]
    ]


def summary(audit: Audit) -> Text:
    """How many checks came to what, as a sentence."""
    findings = audit.findings
    told = [one for one in findings if one.found is not None]
    serious = sum(one.verdict.level == "serious" for one in told)
    look = sum(one.verdict.finds and one.verdict.level != "serious" for one in told)
    fine = sum(one.verdict.level == "fine" and not one.verdict.finds for one in told)
    fact = sum(one.verdict.level == "fact" and not one.verdict.finds for one in told)
    return text(
        "{serious}, {look}, {fine}; {fact}, {untold}.",
        serious=ntext("{n} finding is serious", "{n} findings are serious", n=serious),
        look=ntext("{n} is worth a look", "{n} are worth a look", n=look),
        fine=ntext("{n} check found nothing", "{n} checks found nothing", n=fine),
        fact=ntext("{n} is beyond a published value only", "{n} are beyond published values only", n=fact),
        untold=ntext("{n} cannot be told", "{n} cannot be told", n=len(findings) - serious - look - fine - fact),
    )


def instead_of(found: Found) -> Text | None:
    """What a finding may come of instead; None where nothing else is known of."""
    return None if found.instead is None else text("This may come of something else: {why}", why=found.instead)


def paragraphs(finding: Finding, audit: Audit) -> Sequence[Text]:
    """All that is said of a finding, one after the other, without its title and examples."""
    unit = unit_of(finding.check, audit)
    found = finding.found
    if found is None:
        return [] if finding.why is None else [text("Unavailable: {reason}.", reason=finding.why)]
    why = because(finding, unit)
    verdict = verdict_of(finding)
    said: list[Text | None] = [
        verdict if why is None else text("{verdict}: {why}", verdict=verdict, why=why),
        numbers_of(finding, audit),
        found.detail,
        instead_of(found),
        past_of(finding, unit),
        None if found.backtest is None else backtest_of(found.backtest),
        published(finding.check),
        finding.check.does if finding.verdict.finds else None,
    ]
    return [one for one in said if one is not None]
