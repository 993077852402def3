"""What became of a step of a round."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from salesreport.errors import SalesreportError
from salesreport.language import Language, Text

Step = Literal["refresh", "ingest", "audit", "pack", "archive", "deliver"]
"""The steps, in their order; `refresh` is the round itself, where it could not begin."""

Status = Literal["done", "unchanged", "incomplete", "stopped", "failed"]
"""`unchanged`: there was nothing to do; `incomplete`: some reports or mails failed, the others are there;
`stopped`: by the audit gate; `failed`: the step could not be done."""


@dataclass(frozen=True)
class Outcome:
    """What became of a step.

    Attributes:
        step: which. status: how it ended. said: what happened, in a sentence or two.
        counts: numbers for machines, by name. seconds: how long it took.
        inputs: checksum of what it was done from; empty: it is done each time.
    """

    step: Step
    status: Status
    said: Text
    counts: Mapping[str, int | str] = field(default_factory=dict)
    seconds: float = 0.0
    inputs: str = ""


class Stopped(SalesreportError):
    """The audit gate stops a round.

    Attributes:
        counts: check → how many it found.
    """

    def __init__(self, problem: Text, counts: Mapping[str, int | str]) -> None:
        super().__init__(problem)
        self.counts = counts


def said_of(error: SalesreportError, language: Language) -> Text:
    """An error as something to say, in a language; nothing in it is a place to fill in."""
    return Text(error.say(language).replace("{", "{{").replace("}", "}}"))
