"""What may be wrong with a mapping although it can be read: said at ingest, and again in reports."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from salesreport.config import TextError
from salesreport.errors import nearest
from salesreport.language import Text, text

DOUBTS: Mapping[str, Text] = {
    "planned_close": text("the closing date may be the planned one, where nobody corrected it"),
    "none_closed": text(
        "no value meant won or lost when this was mapped, so “status” has the CRM’s words; others count as open"
    ),
    "kept_close": text("a deal that was reopened may keep its old closing date"),
    "no_lost": text("lost deals may be missing: this export leaves out what is archived unless it is asked for"),
    "modified_close": text("the export has no closing date; the day of the last change stands for it"),
    "numbered": text("the file has no id of a deal; its rows are numbered, so exports cannot be compared"),
    "names_as_ids": text("people are known by name only; two of one name are one person here"),
    "guessed_zone": text("the zone of its times of day is not written anywhere"),
    "line_amount": text("a deal has one row per product, and the amounts of its rows are added up"),
    "first_close_default": text("new deals get a closing date by themselves, so its first correction is no delay"),
    "converted": text("amounts are as the CRM converted them"),
    "last_entry": text("of several times that a deal entered a stage, only the last one shows"),
    "stage_ids": text("stages are ids, unless the file that names them is given, too"),
}
"""What a preset can doubt about its own mapping."""


def _known_doubt(value: Any) -> Any:
    if value not in DOUBTS:
        raise TextError(text("There is no such doubt."), nearest=nearest(str(value), list(DOUBTS)))
    return value


Doubt = Annotated[str, BeforeValidator(_known_doubt)]
"""A key of `DOUBTS`."""
