"""What every figure of the report means, from the metrics' own contracts."""

import pandas as pd

from salesreport.kpi import METRICS, Metric
from salesreport.language import Text, text
from salesreport.report.context import Context, figures
from salesreport.report.peers import peer_group
from salesreport.report.section import Section


def definitions(context: Context) -> Section:
    """Contracts of the metrics used; `data` has metric, title, formula, dated_by, credit."""
    used = [METRICS[key] for key in figures() if context.unavailable(key) is None]
    say = context.say
    data = pd.DataFrame(
        [(m.key, say(m.title), say(m.formula), say(m.date_basis), say(m.credit)) for m in used],
        columns=["metric", "title", "formula", "dated_by", "credit"],
    )
    entries = [(say(metric.title), _meaning(context, metric)) for metric in used]
    entries += [
        (
            say(text("95% interval")),
            say(
                text("Where the true figure plausibly lies, given how few cases there are: the fewer, the wider.")
            ),
        ),
        (
            say(text("Middle half of peers")),
            say(
                text(
                    "Half of the peers lie in it, a quarter below and a quarter above. "
                    "Peers are {peers}; only those with enough cases count.",
                    peers=_peers(context),
                )
            ),
        ),
        (
            say(text("Not distinguishable")),
            say(
                text(
                    "The difference from the peers’ common rate is no bigger than chance gives when as many reps "
                    "are compared (Wilson interval, 5% shared by all comparisons)."
                )
            ),
        ),
    ]
    return Section(
        key="definitions",
        topic=say(text("Definitions")),
        message=say(text("What the figures mean")),
        data=data,
        language=context.language,
        template="definitions.html.j2",
        extra={"entries": entries},
    )


def _meaning(context: Context, metric: Metric) -> str:
    return context.say(
        text("{formula}; dated by: {date_basis}.", formula=metric.formula, date_basis=metric.date_basis)
    )


def _peers(context: Context) -> Text:
    """Whom the report's tiles compare with."""
    return peer_group().title if context.subject.kind in ("rep", "company") else context.subject.peers
