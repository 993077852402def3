"""What reps did: calls, meetings, offers …, counted."""

from dataclasses import replace
from functools import partial

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import ACTIVITIES
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.language import text


def activity(question: Question, kind: str | None = None) -> Figures:
    """How many activities were done, of one type or all."""
    sheet = question.sheet(ACTIVITIES)
    count = sheet.add() if kind is None else sheet.add(sheet.equals("type", kind))
    return Figures(count, count)


def activity_types(facts: Facts) -> tuple[str, ...]:
    """The types of activities in the data, sorted."""
    return tuple(facts.columns.coded("activities", "type").categories) if facts.columns.has("activities") else ()


def of_type(kind: str, facts: Facts) -> Metric:
    """The contract of `activity:TYPE`.

    Raises:
        ConfigError: there are activities, and none of this type.
    """
    types = activity_types(facts)
    if types and kind not in types:
        raise ConfigError(
            text("There is no activity of this type in the data."),
            key="metric",
            found=f"activity:{kind}",
            expected=text("one of {names}", names=list(types)),
            nearest=f"activity:{near}" if (near := nearest(kind, types)) else None,
        )
    return replace(
        ACTIVITY,
        key=f"activity:{kind}",
        title=text("Activities: {type}", type=kind),
        formula=text("number of activities of type “{type}” done in the period", type=kind),
        numerator=text("activities of type “{type}”", type=kind),
        figures=partial(activity, kind=kind),
        parameter=None,
    )


ACTIVITY = Metric(
    key="activity",
    title=text("Activities"),
    formula=text("number of activities done in the period; activity:TYPE counts one type"),
    numerator=text("activities"),
    denominator=None,
    date_basis=text("the day it was done"),
    credit=text("the rep who did it"),
    unit="activities",
    direction="higher",
    minimum_n=1,
    needs=(("activities", "done_at"),),
    reference="S3, S14, S21",
    facts=(ACTIVITIES,),
    figures=activity,
    additive=True,
    parameter="activity type",
)

METRICS = (ACTIVITY,)
