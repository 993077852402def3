"""One line per step: for people, or as JSON for machines; both are also kept beside the journal."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from salesreport.language import Language, Text, text
from salesreport.pack.plain import one_line
from salesreport.refresh.outcome import Outcome, Status, Step

Form = Literal["text", "json"]
Write = Callable[[str], None]

STEPS: Mapping[Step, Text] = {
    "refresh": text("round"),
    "ingest": text("export"),
    "audit": text("audit"),
    "pack": text("reports"),
    "archive": text("archive"),
    "deliver": text("delivery"),
}
"""What the steps are called."""

STATUSES: Mapping[Status, Text] = {
    "done": text("done"),
    "unchanged": text("unchanged"),
    "incomplete": text("incomplete"),
    "stopped": text("stopped"),
    "failed": text("failed"),
}
"""What is said of how a step ended."""


class Log:
    """Says what became of each step.

    Args:
        write: where lines go. language: of what is said. form: `text`, or `json`: a line holds time (local, with
            its offset), step, status, seconds, counts and message.
    """

    def __init__(self, write: Write, language: Language, form: Form = "text") -> None:
        self.write, self.language, self.form = write, language, form
        self.file: Path | None = None

    def __call__(self, outcome: Outcome) -> None:
        """Say it, and keep it as JSON where a file is known by now."""
        now = dt.datetime.now().astimezone()
        plain = as_json(outcome, now, self.language)
        self.write(plain if self.form == "json" else as_text(outcome, now, self.language))
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(plain + "\n")


def as_json(outcome: Outcome, now: dt.datetime, language: Language) -> str:
    """A step as a line of JSON."""
    return json.dumps(
        {
            "time": now.isoformat(timespec="seconds"),
            "step": outcome.step,
            "status": outcome.status,
            "seconds": round(outcome.seconds, 3),
            "counts": dict(outcome.counts),
            "message": one_line(language.say(outcome.said)),
        }
    )


def as_text(outcome: Outcome, now: dt.datetime, language: Language) -> str:
    """A step as a line for people."""
    return one_line(
        language.say(
            text(
                "{time} {step}: {status} in {seconds} s. {said}",
                time=f"{now:%Y-%m-%d %H:%M:%S}",
                step=STEPS[outcome.step],
                status=STATUSES[outcome.status],
                seconds=language.exact(outcome.seconds, 1),
                said=outcome.said,
            )
        )
    )
