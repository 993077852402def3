"""Where the numbers come from, what was left out, and what this data cannot say."""

import pandas as pd

from salesreport.kpi.lacking import TABLE_TITLES
from salesreport.language import Text, ntext, text
from salesreport.report.context import FIGURES, Context
from salesreport.report.section import Section


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
        *(_rows_left_out(context)),
        *context.of_all(context.facts.credit_notes),
        *context.period_notes,
        *context.gaps((*FIGURES, "win_rate_amount", "activity")),
        *dataset.provenance.notes,
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


def _rows_left_out(context: Context) -> list[Text]:
    counts = context.facts.dataset.provenance.counts
    return [
        ntext(
            "{n} row of table {table} was set aside when the export was read ({read} in all).",
            "{n} rows of table {table} were set aside when the export was read ({read} in all).",
            n=one.set_aside,
            table=TABLE_TITLES.get(table, table),
            read=one.read,
        )
        for table, one in counts.items()
        if one.set_aside
    ]
