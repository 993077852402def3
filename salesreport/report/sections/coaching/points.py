"""Which points a report makes: at most three, findings first, each with its deals and questions."""

from typing import NamedTuple

from salesreport.language import Text
from salesreport.report.context import Context
from salesreport.report.presence import left
from salesreport.report.sections.coaching.evidence import EVIDENCE
from salesreport.report.sections.coaching.fields import DEALS, Row, plain
from salesreport.report.sections.coaching.rules import Rule, built_in, rules
from salesreport.report.today import today

MOST = 3
"""So many points a report makes at most: more are not talked about in half an hour."""

_LAST_RESORT = ("largest-deals", "open-deals", "nothing-open")
"""Rules that speak only where no other does: never nothing, and nothing for its own sake."""


class Point(NamedTuple):
    """Something to talk about.

    Attributes:
        rule: which rule made it. about: in a few words. say: as a sentence. because: what it rests on.
        ask: questions. good: what good looks like. deals: to open together, of `Context.open_rows`.
        phase: where in the cycle, a key of `PHASES` or empty.
        unusual: 0 to 1: facts that fewer others have as much of come first. money: what it is about, NaN where
            that is not known. q: of a finding, else NaN.
    """

    rule: Rule
    about: Text
    say: Text
    because: list[Text]
    ask: list[Text | str]
    good: list[Text]
    deals: list[Row]
    phase: str
    unusual: float
    money: float
    q: float


def points(context: Context) -> list[Point]:
    """The points of a report, the one to begin with first; worked out once per report."""
    return context.remember("coaching points", lambda: _chosen(context))


def _chosen(context: Context) -> list[Point]:
    found: list[Point] = []
    kept = built_in()
    # nobody to talk to: deals that are still open need somebody, and nothing else is left to say
    rows: dict[str, list[Row]] = {name: [] for name in EVIDENCE if name != "deals"} if left(today(context)) else {}
    seen: set[tuple[str, int]] = set()
    for rule in rules():
        if rule.rule in _LAST_RESORT and found:
            continue
        if rule.evidence not in rows:
            rows[rule.evidence] = list(EVIDENCE[rule.evidence].find(context))
        made = 0
        for number, row in enumerate(rows[rule.evidence]):
            if made == rule.most or (rule.evidence, number) in seen or not rule.applies(row):
                continue
            point = _point(rule, row)
            if point is not None:
                seen.add((rule.evidence, number))
                found.append(point)
                made += 1

    # findings in the order of the rules, then facts: those of rules of one's own, then what takes a talk before
    # what a short check will do for; of these the most unusual
    def place(one: Point) -> tuple[int, float]:
        if one.rule.finding or one.rule not in kept:
            return (0 if one.rule.finding else 1), 0.0
        return (2 if one.rule.group == "talk" else 3), -one.unusual

    return _without_repeats(sorted(found, key=place)[:MOST])


def _without_repeats(chosen: list[Point]) -> list[Point]:
    """Each deal is listed once, in the first point that it is about, and what points rest on is said once."""
    listed: set[str] = set()
    said: list[Text] = []
    points = []
    for one in chosen:
        deals = [deal for deal in one.deals if deal["deal_id"] not in listed][: one.rule.deals]
        listed |= {deal["deal_id"] for deal in deals}
        points.append(one._replace(deals=deals, because=[line for line in one.because if line not in said]))
        said += one.because
    return points


def _point(rule: Rule, row: Row) -> Point | None:
    """What a rule says of a row; None where it would have to name what is not known."""
    about, say = rule.told([rule.about], row), rule.told(rule.say, row)
    if not about or not say:
        return None
    ask = [*row.get("ask", ()), *rule.told(rule.ask, row)]  # the process file knows its milestone best
    because = [*row.get("because", ()), *rule.told(rule.because, row)]
    return Point(
        rule, about[0], say[0], because, ask, rule.told(rule.good, row), row[DEALS],
        rule.phase_of(row), float(row.get("unusual", 0.5)), _number(row.get("money")), _number(row.get("q")),
    )  # fmt: skip


def _number(field: object) -> float:
    value = plain(field)
    return abs(float(value)) if isinstance(value, int | float) else float("nan")
