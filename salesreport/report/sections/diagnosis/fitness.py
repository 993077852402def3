"""What the data can answer, and what to ask the client for next."""

from collections import Counter

import pandas as pd

from salesreport.audit.abilities import ABILITIES, STATES, Ability
from salesreport.audit.answers import ANSWERS, Matrix, matrix
from salesreport.audit.model import Looked
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.table import Cell, Content, NumberTable, number_table


def _matrix(context: Context) -> Matrix:
    """What the whole export carries, in the report on a part of it, too: it is the export that is asked for."""
    facts = context.facts
    return facts.remember("matrix", lambda: matrix(Looked.of(facts)))


def data_fitness(context: Context) -> Section:
    """What the data can answer; `data` has answer, state (yes, part, no), why (texts in the reader's language)."""
    say, made = context.say, _matrix(context)
    rows = [
        (answer.key, made.told[answer.key].state, context.language.apart(map(say, made.told[answer.key].why)))
        for answer in ANSWERS
    ]
    data = pd.DataFrame(rows, columns=["answer", "state", "why"])
    states = Counter(data["state"])
    message = ntext(
        "{n} of {of} questions can be answered",
        "{n} of {of} questions can be answered",
        n=states["yes"],
        of=len(ANSWERS),
    )
    if states["part"]:
        message = text("{answered}, {n} in part", answered=message, n=states["part"])
    if states["no"]:
        message = text("{answered}, {n} not at all", answered=message, n=states["no"])
    return Section(
        key="data-fitness",
        topic=say(text("What the data can answer")),
        message=context.heading(message),
        data=data,
        language=context.language,
        tables=(_answers(context, made), _carried(context, made)),
    )


def _answers(context: Context, made: Matrix) -> NumberTable:
    say = context.say
    rows: list[list[Content]] = []
    for answer in ANSWERS:
        told = made.told[answer.key]
        state = Cell(say(STATES[told.state]), tone="faint" if told.state == "no" else "")
        rows.append([say(answer.title), state, context.language.apart(map(say, told.why[:2]))])
    headings = [text("Question"), text("Can be told"), text("What is missing")]
    return number_table("", [say(one) for one in headings], rows, texts=3, wide=True)


def _carried(context: Context, made: Matrix) -> NumberTable:
    say, rows = context.say, list[list[Content]]()
    for one in ABILITIES:
        carried = made.carried[one.key]
        share = context.shown(carried.n / carried.of, "share") if carried.of else "–"
        of = context.language.count(carried.of)
        rows.append([say(one.title), say(STATES[carried.state]), (share, say(text("of {n}", n=of)))])
    caption = say(text("What the data carry"))
    headings = [say(text("Carried")), say(text("Is there")), say(text("Filled"))]
    return number_table(caption, headings, rows, texts=2, folded=True)


def ask_for_next(context: Context) -> Section:
    """What to ask for, what would answer most questions first; `data` has ability, answers, questions."""
    say, made = context.say, _matrix(context)
    wanted, orders = [], context.facts.columns.has("orders")
    for one in ABILITIES:
        carried = made.carried[one.key]
        opens = [
            answer
            for answer in ANSWERS
            if one in answer.abilities_of(orders) and made.told[answer.key].state != "yes"
        ]
        if carried.state != "yes" and opens:
            wanted.append((one, opens))
    wanted.sort(key=lambda each: -len(each[1]))
    data = pd.DataFrame(
        [(one.key, len(opens), [answer.key for answer in opens]) for one, opens in wanted],
        columns=["ability", "answers", "questions"],
    )
    topic = say(text("What to ask for next"))
    if not wanted:
        nothing = say(text("The data carry all that is asked of them"))
        return Section("ask-next", topic, nothing, data, context.language)
    rows: list[list[Content]] = [
        [
            (say(one.title), context.language.apart([_filled(context, made, one), *_names(one)])),
            context.language.listing([say(answer.title) for answer in opens]),
        ]
        for one, opens in wanted
    ]
    first = text("Ask first for: {what}", what=[one.title for one, _ in wanted[:3]])
    return Section(
        key="ask-next",
        topic=topic,
        message=context.heading(first),
        data=data,
        language=context.language,
        tables=(number_table("", [say(text("What")), say(text("Would help to tell"))], rows, texts=2, wide=True),),
    )


def _names(one: Ability) -> list[str]:
    """The canonical names of what carries it, for who writes the source spec; nowhere else in a report."""
    return [", ".join(f"{table}.{column}" for table, column in one.holds)] if one.holds else []


def _filled(context: Context, made: Matrix, one: Ability) -> str:
    """How much of it there is now."""
    carried = made.carried[one.key]
    if not carried.of or not carried.n:
        return context.say(text("not there"))
    said: Text = text("filled for {share}", share=Quantity(carried.n / carried.of, "share"))
    return context.say(said)
