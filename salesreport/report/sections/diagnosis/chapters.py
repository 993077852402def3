"""The chapters of a diagnostic that are made of checks alone."""

from salesreport.language import text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.diagnosis.audited import audited

DATA = (
    "set_aside", "duplicates", "test_deals", "far_amounts", "unmapped_ends", "no_losses", "reps_without_losses",
    "spelled", "others_spelled", "no_person", "owners_gone", "undated", "backdated", "same_day", "born_late",
    "created_since", "critical_fields", "loss_reasons", "placeholders", "enough",
)  # fmt: skip
PIPELINE = (
    "coverage", "honest_coverage", "stale_layer", "stage_age", "silence", "overdue", "no_next_step", "pushes",
    "pushed_over_quarter", "shape_early", "shape_one_stage", "young_pipeline",
)  # fmt: skip
FORECAST = ("forecast_error", "close_dates", "slip_rate", "late_slips")
PROCESS = ("number_of_stages", "skips", "decay", "reps_differ", "conservation")
CONCENTRATION = (
    "largest_customer", "five_customers", "customers_herfindahl", "products_herfindahl", "rep_concentration",
    "at_target",
)  # fmt: skip
TIMING = ("linearity", "sandbagging", "quarter_end_discount")


def data_defects(context: Context) -> Section:
    """What is wrong with the data; `data` as of `audited`."""
    return audited(context, "data-defects", text("Defects of the data"), DATA)


def pipeline_health(context: Context) -> Section:
    """How much of the pipeline is alive; `data` as of `audited`."""
    return audited(context, "pipeline-health", text("Pipeline health"), PIPELINE)


def forecast_honesty(context: Context) -> Section:
    """How far dates and forecasts held; `data` as of `audited`."""
    return audited(context, "forecast-honesty", text("Forecast honesty"), FORECAST)


def stages_checked(context: Context) -> Section:
    """Whether stages mean the same to everybody; `data` as of `audited`."""
    return audited(context, "stages-checked", text("Stages"), PROCESS)


def concentration(context: Context) -> Section:
    """On whom revenue hangs; `data` as of `audited`."""
    return audited(context, "concentration", text("Concentration"), CONCENTRATION)
