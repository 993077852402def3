"""What a pack file says of the round that makes its reports every month; see docs/monthly.md."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from salesreport.config import Settings, no_such
from salesreport.language import text

Least = Literal["serious", "look"]
"""From which verdict of a check on the round stops: `look` is worth a look, or serious."""

VANISHED = "vanished"
"""Stops a round beside the audit's checks: much of what was open is no longer in the export."""

STOPS: Mapping[str, Least] = {
    "set_aside": "serious",
    "test_deals": "serious",
    "duplicates": "serious",
    "unmapped_ends": "look",
    "no_losses": "serious",
    "far_amounts": "look",
    "backdated": "serious",
    "undated": "serious",
    "spelled": "serious",
    "no_person": "serious",
    VANISHED: "serious",
}
"""The checks that stop a round where nothing else is said: defects of the data that make figures wrong."""


class Delivery(Settings):
    """The last step of the monthly round: whom `salesreport refresh` sends the reports to.

    Attributes:
        to: reps, managers, or a CSV file of recipients; one of them or a list. settings: the file that says how
            mails are sent.
    """

    to: list[str] = Field(min_length=1)
    settings: str

    @field_validator("to", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        """A single one needs no brackets."""
        return [value] if isinstance(value, str) else value


class Refresh(Settings):
    """The monthly round: `salesreport refresh` reads the export, audits it and makes the pack.

    Attributes:
        source: the source spec that the dataset is made by. root: the folder of the export's files; by default the
            source spec's.
        snapshot: whether an export without a date in its name is added to the dataset as a snapshot, of the day
            that the deals' file was last changed.
        stop_on: keys of checks (see checks.md), and `vanished` (open deals that are no longer in the export), that
            stop the round where their verdict is serious; or key → `look` or `serious`: from which verdict on. An
            empty list stops on nothing.
        max_age: the round stops where the as-of date is more than so many days ago; no limit by default.
    """

    source: str
    root: str | None = None
    snapshot: bool = False
    stop_on: dict[str, Least] = Field(default_factory=lambda: dict(STOPS))
    max_age: int | None = Field(default=None, ge=0)

    @field_validator("stop_on", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """A list of checks means that each stops where it is serious."""
        if isinstance(value, str):
            value = [value]
        return {str(one): "serious" for one in value} if isinstance(value, list) else value

    @field_validator("stop_on")
    @classmethod
    def _known(cls, value: dict[str, Least]) -> dict[str, Least]:
        from salesreport.audit.checks import CHECKS  # here, for most packs have no round

        names = [*(check.key for check in CHECKS), VANISHED]
        for name in value:
            if name not in names:
                raise no_such(text("The audit has no check “{name}”.", name=name), name, names, (name,))
        return value
