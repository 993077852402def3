"""What a finding says to somebody who runs a company: a plain sentence for each check."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from salesreport.audit.audit import Audit, Finding
from salesreport.audit.model import Check, Found
from salesreport.language import Quantity, Range, Text, ntext, text

SAID: Mapping[str, Text] = {
    "set_aside": ntext(
        "{n} of {of} rows of deals cannot be used and is missing in all figures",
        "{n} of {of} rows of deals cannot be used and are missing in all figures",
        n=0,
    ),
    "test_deals": ntext(
        "{n} of {of} deals looks like a test ({share})",
        "{n} of {of} deals look like tests ({share})",
        n=0,
    ),
    "duplicates": ntext(
        "{n} of {of} deals is there twice ({share})",
        "{n} of {of} deals are there twice ({share})",
        n=0,
    ),
    "unmapped_ends": ntext(
        "{n} of {of} open deals is in a stage that is called like an end ({share})",
        "{n} of {of} open deals are in stages that are called like an end ({share})",
        n=0,
    ),
    "no_losses": ntext(
        "{n} of {of} closed deals was lost: losses are missing",
        "{n} of {of} closed deals were lost: losses are missing",
        n=0,
    ),
    "reps_without_losses": ntext(
        "{n} of {of} reps has far fewer lost deals than peers: losses are missing",
        "{n} of {of} reps have far fewer lost deals than peers: losses are missing",
        n=0,
    ),
    "enough": ntext(
        "Too little data to judge by: {n} of {of} least numbers is not reached",
        "Too little data to judge by: {n} of {of} least numbers are not reached",
        n=0,
    ),
    "far_amounts": ntext(
        "{n} of {of} amounts is far above its like, or far below",
        "{n} of {of} amounts are far above their like, or far below",
        n=0,
    ),
    "backdated": ntext(
        "{n} of {of} closed deals was closed before it was created ({share})",
        "{n} of {of} closed deals were closed before they were created ({share})",
        n=0,
    ),
    "same_day": ntext(
        "{n} of {of} closed deals was created on the day it closed ({share})",
        "{n} of {of} closed deals were created on the day they closed ({share})",
        n=0,
    ),
    "born_late": ntext(
        "{n} of {of} deals first shows up late in its process, or as won ({share})",
        "{n} of {of} deals first show up late in their process, or as won ({share})",
        n=0,
    ),
    "undated": ntext(
        "{n} of {of} deals has no creation date ({share})",
        "{n} of {of} deals have no creation date ({share})",
        n=0,
    ),
    "created_since": text(
        "Deals created earlier are missing among those of the time in which {n} of {of} closed deals closed "
        "({share})"
    ),
    "spelled": ntext(
        "{n} of {of} owners is spelled two ways",
        "{n} of {of} owners are spelled two ways",
        n=0,
    ),
    "others_spelled": text(
        "In {n} of {of} deals a customer, product or segment is spelled in a second way ({share})"
    ),
    "no_person": ntext(
        "{n} of {of} deals belongs to no person ({share})",
        "{n} of {of} deals belong to no person ({share})",
        n=0,
    ),
    "owners_gone": ntext(
        "{n} of {of} open deals belongs to somebody who has left ({share})",
        "{n} of {of} open deals belong to somebody who has left ({share})",
        n=0,
    ),
    "critical_fields": ntext(
        "{n} of {of} open deals has no {what} ({share})",
        "{n} of {of} open deals have no {what} ({share})",
        n=0,
    ),
    "loss_reasons": ntext(
        "{n} of {of} lost deals has no reason ({share})",
        "{n} of {of} lost deals have no reason ({share})",
        n=0,
    ),
    "placeholders": ntext(
        "{n} of {of} deals has a placeholder such as “n/a” in a field ({share})",
        "{n} of {of} deals have a placeholder such as “n/a” in a field ({share})",
        n=0,
    ),
    "stale_layer": text("{figure} of the pipeline has not changed for 90 days: {n} of {of} open deals"),
    "stage_age": ntext(
        "{n} of {of} open deals has been at its milestone for longer than deals usually are ({share})",
        "{n} of {of} open deals have been at their milestone for longer than deals usually are ({share})",
        n=0,
    ),
    "silence": text(
        "Of {n} of {of} open deals beyond the first milestone nothing has been heard for weeks ({share})"
    ),
    "overdue": ntext(
        "{n} of {of} open deals is past its closing date ({share})",
        "{n} of {of} open deals are past their closing date ({share})",
        n=0,
    ),
    "no_next_step": ntext(
        "{n} of {of} open deals has no next step, or one that is overdue ({share})",
        "{n} of {of} open deals have no next step, or one that is overdue ({share})",
        n=0,
    ),
    "pushes": ntext(
        "{n} of {of} open deals was put off at least twice ({share})",
        "{n} of {of} open deals were put off at least twice ({share})",
        n=0,
    ),
    "pushed_over_quarter": ntext(
        "{n} of {of} open deals was lately put off over the end of a quarter ({share})",
        "{n} of {of} open deals were lately put off over the end of a quarter ({share})",
        n=0,
    ),
    "slip_rate": text("{n} of {of} deals that were due in the last quarter did not close in it ({share})"),
    "late_slips": text(
        "{n} of {of} deals at the last milestone that were due in the last quarter did not close in it ({share})"
    ),
    "close_dates": text("{n} of {of} deals won did not close within two weeks of the expected date; {figure} did"),
    "coverage": text("The pipeline is {figure} times what is still wanted of the quarter’s target"),
    "honest_coverage": text(
        "Without dead deals the pipeline is {figure} times what is still wanted of the quarter’s target"
    ),
    "shape_early": text("{figure} of the pipeline is at the first two milestones"),
    "shape_one_stage": text("{figure} of the pipeline is in a single stage"),
    "young_pipeline": text("{figure} of the pipeline was begun in this quarter"),
    "skips": ntext(
        "{n} of {of} moves skips a milestone or goes back ({share})",
        "{n} of {of} moves skip a milestone or go back ({share})",
        n=0,
    ),
    "number_of_stages": text("Number of milestones of the process: {figure}"),
    "decay": text("At {n} of {of} milestones there are more deals than at the one before"),
    "reps_differ": text("At {n} of {of} milestones like deals go on more often with some reps than with others"),
    "conservation": text(
        "Of {n} of {of} stays of deals at milestones it is not recorded how they went on ({share})"
    ),
    "forecast_error": text(
        "What the CRM’s chances let expect was {figure} off; in {n} of {of} quarters by more than 20%"
    ),
    "sandbagging": ntext(
        "{n} of {of} reps wins more in the last month of quarters than chance and the calendar explain",
        "{n} of {of} reps win more in the last month of quarters than chance and the calendar explain",
        n=0,
    ),
    "linearity": text("{figure} of a year’s sales fall into the last month of a quarter"),
    "quarter_end_discount": text(
        "Discounts at the end of quarters are {figure} of the list price higher than before"
    ),
    "largest_customer": text("The largest customer brings {figure} of the sales of a year"),
    "five_customers": text("The five largest customers bring {figure} of the sales of a year"),
    "customers_herfindahl": text(
        "A year’s sales are concentrated on few customers (Herfindahl {figure} of 10,000)"
    ),
    "products_herfindahl": text(
        "A year’s sales are concentrated on few product lines (Herfindahl {figure} of 10,000)"
    ),
    "rep_concentration": text("The {n} of {of} reps who sold most brought {figure} of the sales of a year"),
    "at_target": ntext(
        "{n} of {of} reps reached the target of the last quarter ({share})",
        "{n} of {of} reps reached their targets of the last quarter ({share})",
        n=0,
    ),
}
"""By check. `n` are flagged of `of`, which is `share`; the threshold is about `figure`; `what` they lack."""


MOST_POINTS = 10_000
"""Points of Herfindahl’s index where one has everything."""


def said(finding: Finding, audit: Audit, bounds: bool = False) -> Text:
    """A finding as a sentence without its full stop; a figure that was sampled has its interval.

    Args:
        finding: one that was told. audit: whose it is. bounds: whether a share has its interval, too.
    """
    found, unit = finding.found, unit_of(finding.check, audit)
    assert found is not None
    if found.of == 1:  # "1 of 1" is no share
        return text("{title}: {n} of {of}", title=finding.check.title, n=int(found.count), of=int(found.of))
    share = found.share
    shown: Quantity | Text = Quantity(np.nan if share is None else share.value, "share")
    if bounds and share is not None and share.sampled:
        shown = text("{value}; 95%: {range}", value=shown, range=Range(share.lower, share.upper, "share"))
    measured = found.measured
    sentence = replace(
        SAID[finding.check.key],
        fields={
            "n": int(found.count),
            "of": int(found.of),
            "share": shown,
            "figure": Quantity(np.nan if measured is None else measured.value, unit),
            "what": _lacking(found),
        },
    )
    if found.rest is not None:
        sentence = text("{sentence}, and {rest}", sentence=sentence, rest=found.rest)
    if found.figure is None or not found.figure.sampled:
        return sentence
    between = Range(found.figure.lower, found.figure.upper, unit)
    return text("{sentence} (95%: {range})", sentence=sentence, range=between)


def _lacking(found: Found) -> list[Text]:
    """What the flagged ones lack; where that is several things, with how many lack each."""
    if len(found.parts) == 1:
        return [found.parts[0][0]]
    return [text("{what} ({n})", what=what, n=n) for what, n in found.parts]


def value_shown(value: float, unit: str) -> Quantity | Text:
    """A measured value; points of Herfindahl’s index with how many there can be: a bare number says nothing."""
    if unit != "points":
        return Quantity(value, unit)
    return text("{points} of {most}", points=Quantity(value, unit), most=MOST_POINTS)


def unit_of(check: Check, audit: Audit) -> str:
    """The unit of what is measured, as `Quantity` has it."""
    return audit.looked.dataset.currency if check.unit == "money" else check.unit
