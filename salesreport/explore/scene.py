"""What every part of a view asks for: the facts, what is looked at, and the reader's language."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from salesreport.explore.figures import found, is_found
from salesreport.explore.state import State, choices, compared_period, period_of, step_of
from salesreport.explore.words import VIEW_TITLES, rep_name, selection, step_name
from salesreport.kpi import Facts
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import Step
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Language, Text
from salesreport.period import Period
from salesreport.report.sections.rep_steps import most_telling

MOST_FINDINGS = 12
"""How many findings a picture shows at most; the table has all."""


@dataclass(frozen=True)
class Scene:
    """A view in the making.

    Attributes:
        facts: of the state's dataset. state: what is looked at, checked. language: the reader's.
        named: whether other reps than the chosen one are called by name.
        patient: whether to wait for the comparison of like with like where it is not there yet.
    """

    facts: Facts
    state: State
    language: Language
    named: bool = True
    patient: bool = True

    def say(self, what: Text | str) -> str:
        """Translate a text."""
        return self.language.say(what)

    def share(self, value: float) -> str:
        """A rate as people read it."""
        return self.language.quantity(value, "share")

    def between(self, lower: float, upper: float) -> str:
        """An interval of rates; empty where there is none."""
        return "" if np.isnan(lower) or np.isnan(upper) else self.language.interval(lower, upper, "share")

    def points(self, value: float) -> str:
        """A difference of rates in percentage points, with its sign."""
        return self.language.change(100 * value)

    def money(self, value: float) -> str:
        """An amount of money, short."""
        return self.language.quantity(value, self.facts.dataset.currency)

    @cached_property
    def period(self) -> Period:
        """The period."""
        return period_of(self.facts, self.state)

    @cached_property
    def compare(self) -> Period:
        """The period to compare with."""
        return compared_period(self.facts, self.state)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps."""
        return choices(self.facts).steps

    @property
    def step(self) -> Step:
        """The chosen step; the last one where none is chosen."""
        return self.steps[step_of(self.facts, self.state)]

    def row_of(self, shown: pd.DataFrame) -> int | None:
        """The number of the chosen rep among those that a frame has rows of; None where it has none."""
        reps = list(dict.fromkeys(shown["rep_id"]))
        return reps.index(self.state.rep) if self.state.rep in reps else None

    def steps_of(self, shown: pd.DataFrame) -> list[Step]:
        """The steps that a frame has rows of, in the order of the process."""
        there = set(shown["step"])
        return [step for step in self.steps if step.key in there]

    def step_titled(self, key: str) -> Text:
        """What a step is called, by its key."""
        return step_name(next(step for step in self.steps if step.key == key))

    @property
    def rep(self) -> str:
        """The chosen rep's name; empty without one."""
        return rep_name(self.facts, self.state.rep) if self.state.rep else ""

    def may_name(self, rep: str) -> bool:
        """Whether a rep may be called by name here."""
        return self.named or not self.state.rep or rep == self.state.rep

    def mine(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that may be shown rep by rep: the chosen rep's alone where no other is named."""
        if self.named or not self.state.rep:
            return frame
        return frame[(frame["rep_id"] == self.state.rep).to_numpy(bool)]

    @cached_property
    def compared(self) -> Anomalies | None:
        """The comparison of like with like; None where it cannot be made, or is not there yet."""
        if not (self.patient or is_found(self.facts, self.state)):
            return None
        try:
            return found(self.facts, self.state)
        except Unavailable:
            return None

    @property
    def comparing(self) -> bool:
        """Whether the comparison is yet to come."""
        return not self.patient and not is_found(self.facts, self.state)

    @cached_property
    def topic(self) -> str:
        """What the view shows, in one line."""
        said = selection(self.facts, self.state)
        return " · ".join([self.say(VIEW_TITLES[self.state.view]), *(self.say(one) for one in said)])

    def most_telling(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of `reps_by_step` that a picture has room for.

        Those of the chosen rep and of all who stand out, then of those with the most decisions; by name, or where
        a step is chosen by how far their rate there lies below that of all.
        """
        frame = self.mine(frame)
        frame = frame[frame["rep_id"].isin(most_telling(frame, self.state.rep)).to_numpy(bool)]
        if not self.state.step:
            return frame
        at = frame[(frame["step"] == self.state.step).to_numpy(bool)].set_index("rep_id")["gap"]
        order = at.sort_values(kind="stable", na_position="last").index
        rank = pd.Series(np.arange(len(order)), index=order)
        return frame.iloc[np.argsort(frame["rep_id"].map(rank).to_numpy(), kind="stable")]

    def findings(self, compared: Anomalies) -> pd.DataFrame:
        """The findings of the chosen rep and step, most important first."""
        frame = compared.findings
        if self.state.rep:
            frame = frame[(frame["rep_id"] == self.state.rep).to_numpy(bool)]
        if self.state.step:
            frame = frame[(frame["step"] == self.state.step).to_numpy(bool)]
        return frame.reset_index(drop=True)

    def whom(self, row: Any) -> str:
        """Whom and what a finding is about, in a few words: rep and, if there is one, product line …."""
        parts = [
            self.language.show(row[name])
            for name in ("product_line", "segment", "lead_source")
            if isinstance(row.get(name), str)
        ]
        return " · ".join([rep_name(self.facts, row["rep_id"]), *parts])
