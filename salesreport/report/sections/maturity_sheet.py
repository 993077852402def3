"""The interview sheet: what the data do not tell of the sales process, to be asked and written down."""

import pandas as pd

from salesreport.audit.maturity import LEVELS
from salesreport.audit.maturity.levels import in_words
from salesreport.audit.maturity.maturity import Evidence
from salesreport.language import Text, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.maturity import NOBODYS, maturity_of


def maturity_sheet(context: Context) -> Section:
    """A page to write on; `data` has its questions: criterion, question, see, and why each is asked.

    In the report about a rep it is silent.
    """
    say = context.say
    topic = say(text("Interview sheet"))
    if context.subject.kind == "rep":
        return Section("maturity-sheet", topic, say(NOBODYS), pd.DataFrame(), context.language, silent=True)
    found = maturity_of(context)
    asked = [
        {
            "criterion": one.criterion.key,
            "title": say(one.criterion.title),
            "question": say(one.criterion.question),
            "see": say(one.criterion.see),
            "reason": say(_reason(one)),
        }
        for one in found.asked
    ]
    return Section(
        key="maturity-sheet",
        topic=topic,
        message=say(text("Questions on the sales process: {name}", name=context.subject.name)),
        data=pd.DataFrame(asked, columns=["criterion", "title", "question", "see", "reason"]),
        language=context.language,
        template="maturity_sheet.html.j2",
        extra={
            "asked": asked,
            "levels": [(say(one.name), say(one.meaning), say(one.shows)) for one in LEVELS],
            "words": _WORDS,
            "known": say(text("The data speak for: {levels}", levels=in_words(found.span))),
        },
        place="sheet",
        point="",
    )


def _reason(one: Evidence) -> Text:
    """Why it is asked."""
    if one.why is not None:
        return one.why
    return text("measured, but too close to tell")


_WORDS = {
    "levels": text("The four levels"),
    "see": text("Let them show you"),
    "why": text("Why it is asked"),
    "seen": text("What was said, and what was seen"),
    "level": text("Level"),
    "date": text("Date, and with whom"),
}
