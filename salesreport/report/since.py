"""What changed since the last review: what came and went, and what moved by more than chance would."""

from collections.abc import Iterator

from salesreport.coach.sentences import figure
from salesreport.coach.since import moved_since
from salesreport.kpi.compute import contract
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.rows import by_key


def what_changed(context: Context) -> list[Text]:
    """What changed since the last day before the period, which the review of the period before told of.

    Returns:
        That a rep is new in the data. What moved of a rep beyond chance, the surest first: of all that is said of
        all reps a tenth may be chance. Then how many deals came and were lost; those won are a key figure. Nothing
        of what the data do not tell.
    """
    return [*_new(context), *_moved(context), *_counted(context)]


def has_moved(context: Context) -> bool:
    """Whether a metric of a rep moved beyond chance since the last review."""
    return next(_moved(context), None) is not None


def _new(context: Context) -> Iterator[Text]:
    """That the data tell of nothing before to compare with."""
    if (day := context.own_begin) is not None and day > context.eve:
        yield text("in the data since {day}", day=day)


def _counted(context: Context) -> Iterator[Text]:
    figures = context.shared.each(context.subject, ("deals_created", "deals_lost"), context.period)
    known = {metric: round(one.value) for metric, one in figures.items() if one.known}
    if "deals_created" in known:
        yield ntext("{n} new", "{n} new", n=known["deals_created"])
    if "deals_lost" in known:
        yield ntext("{n} lost", "{n} lost", n=known["deals_lost"])


def _moved(context: Context) -> Iterator[Text]:
    if context.subject.kind != "rep":
        return
    facts, day, end = context.facts, context.eve, context.as_of
    groups = context.shared.groups
    found = facts.store(("moved since", day, end), lambda: moved_since(facts, day, end, groups))
    moved = facts.remember(
        ("moved since, by rep", day, end), lambda: by_key(found[found["verdict"] != "chance"], "rep_id")
    )
    for row in sorted(moved.get(context.subject.id, []), key=lambda row: row["p"]):
        yield text(
            "{metric}: {now}, {before} before, beyond chance",
            metric=contract(row["metric"], facts).title,
            now=figure(row["now"], row["unit"], row["monthly"]),
            before=Quantity(row["before"], row["unit"]),
        )
