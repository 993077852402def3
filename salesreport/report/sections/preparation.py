"""A page to write on, which only prints: what the rep prepares, what the manager notes, what both agree on."""

import pandas as pd

from salesreport.language import text
from salesreport.report.context import Context
from salesreport.report.presence import left
from salesreport.report.section import Section
from salesreport.report.today import today

QUESTIONS = (
    text("What went as planned, and what did not?"),
    text("Which three deals decide the coming period, and what does each customer do next?"),
    text("Where do you want help?"),
)
"""What is asked before the talk."""

_LINES = {"answer": 2, "notes": 5, "agreed": 3}
"""How many lines there are to write on."""


def preparation(context: Context) -> Section:
    """The sheet; `data` has its questions. Of a rep who is gone there is none."""
    topic, name = context.say(text("To write on")), context.subject.name
    if (day := left(today(context))) is not None:
        message = context.say(text("No talk to prepare: {name} left on {day}.", name=name, day=day))
        nothing = pd.DataFrame({"question": pd.Series(dtype=str)})
        return Section("preparation", topic, message, nothing, context.language, available=False)
    period = context.period.previous(-1) if context.as_of >= context.period.end else context.period
    return Section(
        key="preparation",
        topic=topic,
        message=context.say(text("Talk about {period}: {name}", period=context.period, name=name)),
        data=pd.DataFrame({"question": [context.say(one) for one in QUESTIONS]}),
        language=context.language,
        template="preparation.html.j2",
        extra={"questions": QUESTIONS, "lines": _LINES, "words": _WORDS, "coming": period},
        place="sheet",
        point="",
    )


_WORDS = {
    "before": text("Before the talk"),
    "notes": text("Notes"),
    "agreed": text("Agreed, one or two things"),
    "what": text("What"),
    "measure": text("Seen by which figure"),
    "until": text("Until"),
    "date": text("Date"),
}
