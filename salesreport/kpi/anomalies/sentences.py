"""What anomalies say, in sentences a manager understands."""

from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.anomalies import Anomalies, Row
from salesreport.kpi.anomalies.comparisons import SIZE
from salesreport.kpi.anomalies.decided import WIN
from salesreport.kpi.anomalies.family import FEWEST
from salesreport.kpi.anomalies.likeness import MONTH
from salesreport.kpi.anomalies.outcome import summary
from salesreport.kpi.facts.dimensions import TITLES
from salesreport.language import Quantity, Text, ntext, text
from salesreport.language.text import Month

LIKE: dict[str, Text] = {
    **TITLES,
    MONTH: text("month of the decision"),
    SIZE: text("size"),
}
"""What people call that which like deals have in common."""


def claim(found: Anomalies, row: Row, dated: bool = False) -> Text:
    """How often a group's deals went on, how often like deals of others did, and whether that differs.

    Args:
        found, row: the comparison. dated: whether to name the period it is of.
    """
    rate = text("{share} of {n}", share=Quantity(float(row["rate"]), "share"), n=float(row["n"]))
    fields: dict[str, Any] = {"who": who(found, row), "rate": rate, "judged": _judged(found, row)}
    if dated:
        fields["period"] = found.period
    if np.isnan(row["expected"]):
        return text("{who}: nobody else decided deals like these", **fields)
    fields["expected"] = Quantity(float(row["expected"]), "share")
    step = found.step(row["step"])
    if step.key == WIN and dated:
        return text(
            "{who}: {rate} decided deals were won ({period}); of like deals of others, {expected} were: {judged}",
            **fields,
        )
    if step.key == WIN:
        return text(
            "{who}: {rate} decided deals were won; of like deals of others, {expected} were: {judged}", **fields
        )
    fields |= {"step": step.title, "n": step.within or 0}
    if dated:
        return ntext(
            "{who}: {rate} deals at {step} went on within {n} day ({period}); of like deals of others, "
            "{expected} did: {judged}",
            "{who}: {rate} deals at {step} went on within {n} days ({period}); of like deals of others, "
            "{expected} did: {judged}",
            **fields,
        )
    return ntext(
        "{who}: {rate} deals at {step} went on within {n} day; of like deals of others, {expected} did: {judged}",
        "{who}: {rate} deals at {step} went on within {n} days; of like deals of others, {expected} did: {judged}",
        **fields,
    )


def who(found: Anomalies, row: Row) -> Text | str:
    """Whom a row is about, and within what."""
    name = str(row[found.family.by])
    if found.family.by == "rep_id":
        name = found.facts.names.get(name, name)
    part = list(found.part(row).values())
    return text("{who}, {parts}", who=name, parts=part) if part else name


def _judged(found: Anomalies, row: Row) -> Text:
    if row["flag"] in ("worse", "better"):
        return points(row)
    if np.isnan(row["p"]):
        return text("too few deals to tell") if row["n"] < FEWEST else text("cannot be told")
    if leaves_out_nothing(row["lower"], row["upper"]):
        return text("{points}, {chance}", points=points(row), chance=may_be_chance(found))
    return text("no difference beyond chance")


def points(row: Row) -> Text:
    """A difference in points with its interval, in words."""
    effect = round(100 * abs(float(row["effect"])))
    if not _bounded(row):
        if row["effect"] < 0:
            return ntext("{n} point fewer", "{n} points fewer", n=effect)
        return ntext("{n} point more", "{n} points more", n=effect)
    low, high = (round(100 * float(row[bound])) for bound in ("lower", "upper"))
    if row["effect"] < 0:
        return ntext(
            "{n} point fewer (95%: {low} to {high})", "{n} points fewer (95%: {low} to {high})",
            n=effect, low=-high, high=-low,
        )  # fmt: skip
    return ntext(
        "{n} point more (95%: {low} to {high})", "{n} points more (95%: {low} to {high})",
        n=effect, low=low, high=high,
    )  # fmt: skip


def leaves_out_nothing(lower: float, upper: float) -> bool:
    """Whether a difference's interval by itself leaves out that there is none."""
    return bool(lower > 0 or upper < 0)


def by_themselves(found: Anomalies, said: Text) -> Text:
    """That nothing can be told, though some intervals by themselves leave out that there is no difference."""
    return ntext(
        "{said}; where an interval leaves out 0, it is of {n} comparison, and may be chance",
        "{said}; where an interval leaves out 0, it is one of {n} comparisons, and may be chance",
        said=said,
        n=found.family.all_tested,
    )


def by_itself(found: Anomalies) -> Text:
    """What an interval that leaves out 0 says by itself, where all comparisons together do not."""
    return ntext(
        "An interval that leaves out 0 is of {n} comparison: that may be chance",
        "An interval that leaves out 0 is one of {n} comparisons: allowing for all of them, it may be chance",
        n=found.family.all_tested,
    )


def may_be_chance(found: Anomalies) -> Text:
    """Why what its interval calls a difference is none that can be told."""
    return ntext(
        "but this is {n} comparison: that may be chance",
        "but this is one of {n} comparisons: allowing for all of them, it may be chance",
        n=found.family.all_tested,
    )


def _bounded(row: Row) -> bool:
    return not (np.isnan(row["lower"]) or np.isnan(row["upper"]))


def details(found: Anomalies, row: Row) -> tuple[Text, ...]:
    """Since when, what it is worth, whether it is the same everywhere, and what explains it."""
    said: list[Text] = []
    if row["flag"] != "none":
        said += [*_since(row), *cost(found, row), *became(found, row), *uneven(found, row)]
    return (*said, *explained(row))


_EXPLAINED = {
    "mix": text("that is the mix of deals, not skill"),
    "timing": text("that is when deals are closed, not skill"),
}


def explained(row: Row) -> list[Text]:
    """What raw rates say that like deals do not."""
    if row["explained"] not in _EXPLAINED:
        return []
    fields: dict[str, Any] = {"n": round(100 * abs(row["crude"])), "why": _EXPLAINED[row["explained"]]}
    if row["crude"] < 0:
        return [
            ntext(
                "The raw rate is {n} point lower than that of the others: {why}.",
                "The raw rate is {n} points lower than that of the others: {why}.",
                **fields,
            )
        ]
    return [
        ntext(
            "The raw rate is {n} point higher than that of the others: {why}.",
            "The raw rate is {n} points higher than that of the others: {why}.",
            **fields,
        )
    ]


def _since(row: Row) -> list[Text]:
    if pd.isna(row["since"]):
        return []
    begun, first, last = (Month(pd.Timestamp(row[name]).date()) for name in ("since", "since_from", "since_until"))
    if row["since_always"]:
        return [text("Clearest since {month}; it may be as old as the data.", month=begun)]
    if first == last:
        return [text("Since {month}.", month=begun)]
    return [text("Since about {month} (between {first} and {last}).", month=begun, first=first, last=last)]


def cost(found: Anomalies, row: Row) -> list[Text]:
    """What the difference cost or brought, where that can be told."""
    if np.isnan(row["at_stake"]):
        return []
    currency = found.facts.dataset.currency
    low, middle, high = (
        Quantity(float(row[name]), currency) for name in ("at_stake_lower", "at_stake", "at_stake_upper")
    )
    fields: dict[str, Any] = {"money": middle, "low": low, "high": high, "period": found.period}
    if row["flag"] == "worse":
        return [text("The difference cost about {money} of orders (95%: {low} to {high}; {period}).", **fields)]
    return [text("The difference brought about {money} of orders (95%: {low} to {high}; {period}).", **fields)]


def became(found: Anomalies, row: Row) -> list[Text]:
    """What has become of deals that did not go on, where they are too many."""
    if row["flag"] != "worse":
        return []
    said = summary(found.decisions(row), found.step(row["step"]))
    return [] if said is None else [said]


def uneven(found: Anomalies, row: Row) -> list[Text]:
    """Where the difference is widest, and where narrowest."""
    name = row["uneven"]
    if not isinstance(name, str):
        return []
    frame, by = found.frame, found.family.by
    parts = frame[(frame[by] == row[by]) & (frame["step"] == row["step"]) & frame[name].notna()]
    parts = parts[parts["effect"].notna()].sort_values("effect", ascending=row["effect"] < 0)
    if len(parts) < 2:
        return [text("It is not the same in every {dimension}.", dimension=TITLES[name])]
    ends = [
        text(
            "{name} {points}",
            name=one[name],
            points=f"{round(100 * one['effect']):+d}".replace("-", "\N{MINUS SIGN}"),
        )
        for one in (parts.iloc[0], parts.iloc[-1])
    ]
    return [
        text(
            "It is not the same in every {dimension}: from {one} to {other} points.",
            dimension=TITLES[name], one=ends[0], other=ends[1],
        )
    ]  # fmt: skip


TOO_FEW = text("Too few deals were decided to compare like with like")
"""What is said where nothing could be tested: that nothing differs, nobody knows."""


def message(found: Anomalies) -> Text:
    """How many anomalies there are; that there are none is the usual result."""
    if not found.family.all_tested:
        return TOO_FEW
    findings = found.findings
    if not len(findings):
        return text("No conversion differs from that of like deals of others by more than chance")
    worse = int((findings["flag"] == "worse").sum())
    better = len(findings) - worse
    if not better:
        return ntext("{n} conversion is worse than that of like deals of others",
                     "{n} conversions are worse than those of like deals of others", n=worse)  # fmt: skip
    if not worse:
        return ntext("{n} conversion is better than that of like deals of others",
                     "{n} conversions are better than those of like deals of others", n=better)  # fmt: skip
    return text(
        "{worse} and {better} than like deals of others",
        worse=ntext("{n} conversion worse", "{n} conversions worse", n=worse),
        better=ntext("{n} better", "{n} better", n=better),
    )


def notes(found: Anomalies) -> tuple[Text, ...]:
    """What was compared with what, how sure it is, and how win rates go with the months of the quarter."""
    family = found.family
    said = [_family(found), *_together(found)]
    like = [LIKE[name] for name in family.like]
    if like:
        said.append(
            ntext(
                "Like deals promise about the same chance of success, as told by {columns} ({n} band per step).",
                "Like deals promise about the same chance of success, as told by {columns} ({n} bands per step).",
                columns=like,
                n=family.bands,
            )
        )
    else:
        said.append(text("The data tell nothing by which some deals promise more than others."))
    if family.tested:
        said.append(
            text(
                "Reported is what has a q of at most {q}: of all that is reported so, that part may be chance.",
                q=Quantity(found.level, "share"),
            )
        )
    if found.timing is not None and found.timing.sentence is not None:
        said.append(found.timing.sentence)
    return tuple(said)


def _together(found: Anomalies) -> list[Text]:
    """What else belongs to the family."""
    others = [period for period in found.family.periods if period != found.period]
    if not others:
        return []
    return [
        ntext(
            "The {n} comparison of {periods} is of the same family, declared before looking: q allows for all.",
            "The {n} comparisons of {periods} are of the same family, declared before looking: q allows for all.",
            n=found.family.all_tested - found.family.tested,
            periods=others,
        )
    ]


def _family(found: Anomalies) -> Text:
    family = found.family
    fields: dict[str, Any] = {
        "tests": ntext("{n} comparison", "{n} comparisons", n=family.tested),
        "decisions": ntext("{n} decision", "{n} decisions", n=family.decisions),
        "steps": ntext("{n} step", "{n} steps", n=family.steps),
        "groups": f"{family.groups}",
        "by": TITLES[family.by],
        "period": found.period,
    }
    if not family.tested:
        return text("Too few deals were decided for a single comparison: {decisions} of {period}.", **fields)
    within = [TITLES[name] for names in family.parts for name in names]
    if () in family.parts and within:
        return text(
            "{tests}, made whatever they show: {by} ({groups}) at {steps}, as a whole and within each {parts}; "
            "{decisions} of {period}.",
            parts=within,
            **fields,
        )
    if within:
        return text(
            "{tests}, made whatever they show: {by} ({groups}) at {steps}, within each {parts}; {decisions} of "
            "{period}.",
            parts=within,
            **fields,
        )
    return text("{tests}, made whatever they show: {by} ({groups}) at {steps}; {decisions} of {period}.", **fields)
