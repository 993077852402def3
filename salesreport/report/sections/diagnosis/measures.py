"""What can be done about a finding, and by whom: the kit's own proposals, one per check."""

from collections.abc import Mapping
from typing import NamedTuple

from salesreport.audit import Finding
from salesreport.language import Text, text


class Measure(NamedTuple):
    """What is proposed.

    Attributes:
        who: whose it is. what: to do, as a sentence without its period.
    """

    who: Text
    what: Text


OPERATIONS, MANAGERS, HEAD = text("sales operations"), text("sales managers"), text("head of sales")
"""Who it may be."""

_RECORD_EARLY = Measure(MANAGERS, text("Record deals on the day they begin, also those that may fail"))
_DECIDE = Measure(MANAGERS, text("Decide on each of these deals: a next step with a day, or close it"))
_ASK_WHY = Measure(MANAGERS, text("Ask from the second push on what the customer said, and give up in time"))
_BY_MILESTONES = Measure(HEAD, text("Forecast by milestones beside the stated dates, and compare each quarter"))
_BEGIN_MORE = Measure(HEAD, text("Begin more deals, or expect less: what it takes stands in the plan"))
_STAGES = Measure(
    HEAD, text("Say for each stage what the customer has done by then; drop those that nobody needs")
)
_CUSTOMERS = Measure(HEAD, text("Plan for the largest accounts, and make new customers a goal of its own"))

MEASURES: Mapping[str, Measure] = {
    "set_aside": Measure(OPERATIONS, text("Repair the rows that were set aside, and export again")),
    "duplicates": Measure(OPERATIONS, text("Merge duplicates, and look a deal up before creating it")),
    "test_deals": Measure(OPERATIONS, text("Delete test deals, or keep them in a pipeline of their own")),
    "far_amounts": Measure(OPERATIONS, text("Check the amounts that are far from their like")),
    "unmapped_ends": Measure(OPERATIONS, text("Say which stages are ends, and close these deals")),
    "no_losses": Measure(OPERATIONS, text("Export lost deals, too, and delete none")),
    "reps_without_losses": Measure(MANAGERS, text("Close lost deals as lost instead of deleting them")),
    "spelled": Measure(OPERATIONS, text("Keep one name per person")),
    "others_spelled": Measure(OPERATIONS, text("Keep one name per customer, product and segment")),
    "no_person": Measure(OPERATIONS, text("Give the deals of queues to people")),
    "owners_gone": Measure(MANAGERS, text("Hand the deals of those who left over, or close them")),
    "undated": Measure(OPERATIONS, text("Export the creation dates")),
    "backdated": Measure(OPERATIONS, text("Let the CRM set dates, and nobody change them later")),
    "same_day": _RECORD_EARLY,
    "born_late": _RECORD_EARLY,
    "created_since": Measure(OPERATIONS, text("Export all deals that closed in the time looked at, however old")),
    "critical_fields": Measure(MANAGERS, text("Fill in amount and closing date from the first milestone on")),
    "loss_reasons": Measure(MANAGERS, text("Give each lost deal a reason within a week, of a short list")),
    "placeholders": Measure(OPERATIONS, text("Require fewer fields, and read those that are left")),
    "enough": Measure(HEAD, text("Judge nobody by these figures yet; gather a year of decided deals")),
    "stale_layer": _DECIDE,
    "stage_age": _DECIDE,
    "silence": Measure(MANAGERS, text("Talk to each of these customers, or close the deal")),
    "overdue": Measure(MANAGERS, text("Ask the customer for a new day, or close the deal")),
    "no_next_step": Measure(MANAGERS, text("Agree on a next step and its day with each customer")),
    "pushes": _ASK_WHY,
    "pushed_over_quarter": _ASK_WHY,
    "slip_rate": _BY_MILESTONES,
    "late_slips": _BY_MILESTONES,
    "close_dates": _BY_MILESTONES,
    "forecast_error": _BY_MILESTONES,
    "coverage": _BEGIN_MORE,
    "honest_coverage": _BEGIN_MORE,
    "shape_early": _BEGIN_MORE,
    "young_pipeline": _BEGIN_MORE,
    "shape_one_stage": _STAGES,
    "skips": _STAGES,
    "number_of_stages": _STAGES,
    "decay": _STAGES,
    "reps_differ": Measure(HEAD, text("Let two managers judge the same ten deals; define what each stage means")),
    "conservation": Measure(OPERATIONS, text("Close what is over, with a reason")),
    "sandbagging": Measure(HEAD, text("Look whether pay rewards waiting")),
    "linearity": Measure(HEAD, text("Look what closes deals at quarters’ ends: customers’ budgets, or discounts")),
    "quarter_end_discount": Measure(HEAD, text("Approve discounts by the same rules in every week")),
    "largest_customer": _CUSTOMERS,
    "five_customers": _CUSTOMERS,
    "customers_herfindahl": _CUSTOMERS,
    "products_herfindahl": Measure(HEAD, text("Decide which product lines are to carry more, and plan for them")),
    "rep_concentration": Measure(HEAD, text("Name a second person for each large account")),
    "at_target": Measure(HEAD, text("Set targets by what was reached, and say what has to be different")),
}
"""By check; a test sees that each check has one."""


def measure_of(finding: Finding) -> Measure:
    """What can be done about a finding; what an export has of no deal at all may only not have been exported."""
    found = finding.found
    nowhere = [] if found is None else [what for what, n in found.parts if n == found.of]
    if not nowhere:
        return MEASURES[finding.check.key]
    return Measure(
        OPERATIONS,
        text(
            "Export {what} of open deals, where the CRM has it; else fill it in from the first milestone on",
            what=nowhere,
        ),
    )


AGAIN = Measure(OPERATIONS, text("Make this diagnostic again, and compare"))
"""What every plan ends with."""
