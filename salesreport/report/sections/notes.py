"""Where the numbers come from, what was left out, and what this data cannot say."""

from collections.abc import Sequence

import pandas as pd

from salesreport.kpi.facts.covered import slack
from salesreport.language import Text, ntext, text
from salesreport.provenance import Tally
from salesreport.relative import said_relative
from salesreport.report.context import Context, figures
from salesreport.report.names import MASK, Discreet
from salesreport.report.section import Section
from salesreport.titles import table_title

_REASONS = 5
"""How many reasons are given."""


def data_notes(context: Context) -> Section:
    """Provenance and gaps; `data` has one column, note."""
    dataset = context.facts.dataset
    lines: list[Text | str] = [
        text(
            "Dataset “{name}”, as it was on {day}; fingerprint {fingerprint}.",
            name=dataset.settings.name,
            day=dataset.as_of,
            fingerprint=dataset.fingerprint[:12],
        ),
        *([text("Period: {asked}.", asked=said_relative(context.asked, dataset.as_of))] if context.asked else []),
        *_begin(context),
        *_about_rows(context),
        *_masked(context),
        *context.of_all(context.facts.credit_notes),
        *context.period_notes,
        *context.gaps((*figures(), "win_rate_amount", "activity")),
        *dataset.provenance.notes,
        *(one.short for one in dataset.provenance.noticed),
    ]
    said = [context.say(line) for line in lines]
    return Section(
        key="notes",
        topic=context.say(text("Data notes")),
        message=context.say(text("Where the numbers come from, and what they cannot say")),
        data=pd.DataFrame({"note": said}),
        language=context.language,
        notes=tuple(said),
    )


def _begin(context: Context) -> list[Text]:
    """Since when the data know of sales, where that is within or after the periods looked at."""
    first, begin = context.first_day, min(context.compare, context.period)
    if first is None or first <= begin.start + slack(begin):
        return []
    return [text("The data begin on {day}: of sales and closed deals before it nothing is known.", day=first)]


def _masked(context: Context) -> list[Text]:
    """What stands in the place of the names of other reps, in the report about one."""
    if not isinstance(context.language, Discreet):
        return []
    return [text("“{mask}” stands in texts for the name of another rep.", mask=MASK)]


def _about_rows(context: Context) -> list[Text]:
    """Per table, how many rows were left out or changed when the export was read, and why."""
    lines = []
    for table, counts in context.facts.dataset.provenance.counts.items():
        if counts.set_aside:
            lines.append(
                ntext(
                    "{n} row of {table} was set aside on reading the export, of {read} in all: {reasons}.",
                    "{n} rows of {table} were set aside on reading the export, of {read} in all: {reasons}.",
                    n=counts.set_aside,
                    table=table_title(table),
                    read=counts.read,
                    reasons=_tallied(counts.reasons),
                )
            )
        if counts.repaired:
            lines.append(
                ntext(
                    "{n} row of {table} was repaired on reading the export: {repairs}.",
                    "{n} rows of {table} were repaired on reading the export: {repairs}.",
                    n=counts.repaired,
                    table=table_title(table),
                    repairs=_tallied(counts.repairs),
                )
            )
    return lines


def _tallied(tallies: Sequence[Tally]) -> list[Text]:
    """The most frequent reasons, each with its number of rows."""
    most = sorted(tallies, key=lambda one: -one.rows)
    said = [text("{n} × {what}", n=one.rows, what=one.what) for one in most[:_REASONS]]
    if len(most) > _REASONS:
        said.append(ntext("{n} more reason", "{n} more reasons", n=len(most) - _REASONS))
    return said
