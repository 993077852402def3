"""Which definition a CRM shows by itself, as far as its own documentation says so; with what was read.

Nothing is guessed: a CRM whose documentation does not give the divisor is listed as unknown. What documentation
recommends for a report that users build is marked so.
"""

from typing import NamedTuple

from salesreport.dataset import Dataset
from salesreport.language import Text, text


class Shown(NamedTuple):
    """A definition that a CRM shows.

    Attributes:
        crm: what it is called, as in the presets. metric, definition: keys. said: what the documentation says.
        source: where it was read.
    """

    crm: str
    metric: str
    definition: str
    said: Text
    source: Text


SHOWN = (
    Shown(
        "Salesforce",
        "win_rate",
        "closed",
        text("its help’s formula for a report of closed deals: WON:SUM / CLOSED:SUM"),
        text("help.salesforce.com, article 000387867, “Calculate Win Rate on Closed Opportunities in a Report”"),
    ),
    Shown(
        "Salesforce",
        "win_rate",
        "created_all",
        text("its help’s other formula, for all deals created: WON:SUM / RowCount"),
        text("help.salesforce.com, article 000387867, “Calculate Win Rate on Closed Opportunities in a Report”"),
    ),
    Shown(
        "Tryton",
        "win_rate",
        "created_all",
        text("“Winning Rate” of its reports: won ÷ all opportunities that started in the month"),
        text("Tryton, module sale_opportunity, opportunity reporting (source code)"),
    ),
    Shown(
        "Tryton",
        "win_rate_amount",
        "created_all",
        text("“Winning Amount Rate” of its reports"),
        text("Tryton, module sale_opportunity, opportunity reporting (source code)"),
    ),
    Shown(
        "Bitrix24",
        "win_rate",
        "worked",
        text(
            "“Conversion” of its sales trends: the share won of the deals in the reporting period, to which those "
            "still open and those edited in it belong"
        ),
        text("helpdesk.bitrix24.com, articles 10403464 and 11237476"),
    ),
    Shown(
        "Bitrix24",
        "conversion",
        "standing",
        text("its sales funnel with conversion: each stage counts all deals at later ones"),
        text("helpdesk.bitrix24.pl, article 10187456"),
    ),
    Shown(
        "Zoho CRM",
        "win_rate",
        "overdue_lost",
        text("“Win Rate” of its add-on Motivator, which also counts deals that its settings call old"),
        text("zoho.com, Zoho Motivator help, “Pipeline Stages”"),
    ),
    Shown(
        "HubSpot",
        "conversion",
        "in_order",
        text("its funnel report of deals “that have gone through all stages”"),
        text("knowledge.hubspot.com, “Differences between funnel report types”"),
    ),
)
"""What was found; see docs/definitions.md."""

UNKNOWN: dict[str, Text] = {
    "HubSpot": text("its knowledge base says what its funnel counts, not what its win rates divide by"),
    "Pipedrive": text("its API names rates of a period and does not say what they divide by"),
    "Zoho CRM": text("of the CRM itself no fixed win rate was found: users build one"),
    "Odoo": text("its pipeline analysis counts deals by the day they were created and gives no rate"),
    "Dynamics 365": text("in its documentation no win rate was found that says what it divides by"),
    "ERPNext": text("its CRM reports count prospects and deals and give no win rate"),
    "Kommo (amoCRM)": text("no documentation was found that says what its rates divide by"),
    "SuiteCRM": text("no documentation was found that says what its rates divide by"),
}
"""CRMs of which it is not known which win rate they show, and why."""

_SAME = {"HubSpot in a warehouse (Fivetran)": "HubSpot"}

CRMS = tuple(dict.fromkeys([*(one.crm for one in SHOWN), *UNKNOWN]))
"""The CRMs that are spoken of."""


def shown_by(metric: str, definition: str) -> tuple[Shown, ...]:
    """The CRMs that show a definition; of a conversion those that show it of any milestone."""
    name = metric.partition(":")[0]
    return tuple(one for one in SHOWN if (one.metric, one.definition) == (name, definition))


def shown_in(crm: str, metric: str) -> tuple[Shown, ...]:
    """What a CRM shows of a metric; nothing where that is not known."""
    return tuple(one for one in SHOWN if (one.crm, one.metric) == (crm, metric.partition(":")[0]))


def crm_of(dataset: Dataset) -> str | None:
    """The CRM that a dataset comes from, where the source spec that was proposed for it says so."""
    for line in dataset.provenance.source.splitlines():
        if not line.startswith("#"):
            break
        title = line.rpartition(": ")[2].strip()
        title = _SAME.get(title, title)
        if title in CRMS:
            return title
    return None
