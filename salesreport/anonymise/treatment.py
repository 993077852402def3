"""What becomes of each column of the canonical tables.

Dates, instants, money, numbers and choices follow from their kind, ids from their name. Texts are listed: a text
that is not is left out, so that a column nobody has thought about shows nothing.
"""

from typing import Literal

from salesreport.tables import TABLES

IDS = {
    "rep_id": "rep", "account_id": "account", "deal_id": "deal", "lead_id": "lead", "activity_id": "activity",
    "order_id": "order", "equipment_id": "equipment",
}  # fmt: skip
"""Column of ids → kind of pseudonym."""

TEXTS: dict[tuple[str, str], str | None] = {
    ("reps", "name"): "person",
    ("reps", "role"): "role",
    ("reps", "team"): "team",
    ("reps", "manager"): "person",
    ("reps", "territory"): "territory",
    ("reps", "email"): None,
    ("reps", "manager_email"): None,
    ("reps", "language"): "keep",
    ("rep_history", "team"): "team",
    ("rep_history", "manager"): "person",
    ("rep_history", "role"): "role",
    ("accounts", "name"): "firm",
    ("accounts", "segment"): "segment",
    ("accounts", "industry"): "industry",
    ("accounts", "territory"): "territory",
    ("accounts", "country"): "country",
    ("deals", "name"): "title",
    ("deals", "product_line"): "product_line",
    ("deals", "segment"): "segment",
    ("deals", "lead_source"): "lead_source",
    ("deals", "pipeline"): "pipeline",
    ("deals", "stage"): "stage",
    ("deals", "currency"): None,
    ("deals", "loss_reason"): "loss_reason",
    ("deals", "kind"): "kind",
    ("deals", "next_step"): "next_step",
    ("deals", "forecast_category"): "forecast_category",
    ("stage_events", "stage"): "stage",
    ("snapshots", "stage"): "stage",
    ("activities", "type"): "type",
    ("activities", "outcome"): "outcome",
    ("leads", "source"): "lead_source",
    ("orders", "product_line"): "product_line",
    ("targets", "metric"): "metric",
    ("targets", "period"): "period",
    ("targets", "team"): "team",
    ("targets", "segment"): "segment",
    ("targets", "product_line"): "product_line",
    ("commitments", "text"): "agreement",
    ("commitments", "metric"): "metric",
}
"""Text column → kind of pseudonym; None: left out; `keep`: a code that says of nobody who it is."""

NAMES = ("person", "firm", "title", "team", "territory", "next_step", "agreement")
"""Kinds of which no original value is kept."""

CATEGORIES = {
    "role": "Role", "segment": "Segment", "industry": "Industry", "country": "Country",
    "product_line": "Product line", "lead_source": "Source", "pipeline": "Pipeline", "stage": "Stage",
    "type": "Type", "outcome": "Outcome", "loss_reason": "Reason", "kind": "Kind", "forecast_category": "Category",
}  # fmt: skip
"""Kinds of which values are kept as long as they name nobody → what a value is called that is not kept."""

Treatment = Literal["keep", "shift", "scale", "drop", "goal"] | tuple[str]


def treatment(table: str, column: str) -> Treatment:
    """What becomes of a column.

    Returns:
        `keep`, `shift` (a day), `scale` (money), `goal` (money if its metric is), `drop`, or the kind of its
        pseudonyms as a tuple of one.

    Examples:
        >>> treatment("deals", "amount"), treatment("deals", "stage"), treatment("reps", "email")
        ('scale', ('stage',), 'drop')
    """
    declared = TABLES[table][column]
    if (table, column) in (("targets", "value"), ("commitments", "target")):
        return "goal"
    if declared.kind in ("date", "instant"):
        return "shift"
    if declared.kind == "money":
        return "scale"
    if declared.kind in ("number", "choice"):
        return "keep"
    kind = IDS.get(column) if declared.kind == "id" else TEXTS.get((table, column))
    if kind == "keep":
        return "keep"
    return "drop" if kind is None else (kind,)
