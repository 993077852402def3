"""What was agreed with a rep, to be closed, and a form for what is agreed now; the next review begins with it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from salesreport.coach import command
from salesreport.coach.agreed import agreed_by
from salesreport.coach.recording import Fate, identified
from salesreport.coach.written import Written, rep_meant
from salesreport.config import language_of
from salesreport.dataset import Dataset
from salesreport.errors import SalesreportError
from salesreport.explore import panels
from salesreport.kpi import METRICS, Facts, contract
from salesreport.language import Text, text
from salesreport.report.page import css
from salesreport.report.shared import Shared


class Agreements:
    """The end of a one-to-one, in a notebook: close what was kept or given up, write down what is agreed now.

    It writes into the dataset's table `commitments`, as `salesreport commit` does; the sections of a review that
    was made before do not change.

    Args:
        dataset: a dataset or its folder. rep: id or name. language: of the form.
        today: the day of the meeting; by default today.

    What cannot be done is said in one sentence below the form; nothing is raised.

    Attributes:
        said, metric, target, due: the fields. record: the button. open: the list of what is still open, with a
            button each for done and dropped. told: what became of the last click.

    Examples:
        In a notebook::

            Agreements("../outputs/datasets/sample", "R000017")
    """

    def __init__(
        self,
        dataset: Dataset | Path | str,
        rep: str,
        *,
        language: str = "en",
        today: dt.date | None = None,
    ) -> None:
        self.language = language_of(language)
        self._folder = dataset.path if isinstance(dataset, Dataset) else Path(dataset)
        self._rep = str(rep or "")
        self._today = today or dt.datetime.now().astimezone().date()
        say = self.language.say
        self.said = panels.line(say(text("What is agreed")), say(text("such as two more first meetings a month")))
        self.metric = panels.dropdown(say(text("Metric it should move")))
        self.target = panels.line(say(text("Target")), say(text("such as 12 or 40%")))
        self.due = widgets.DatePicker(description=say(text("Due")))
        self.record = panels.button(say(text("Record")))
        self.record.on_click(lambda _: self._record())
        for one in (self.said, self.target, self.due):
            one.style = {"description_width": "auto"}
        self.said.layout.width, self.record.layout.flex = "100%", "0 0 auto"
        self.whose, self.open, self.told = panels.area(), widgets.VBox(), panels.area()
        style = widgets.HTML(f"<style>{css()}</style>", layout={"display": "none"})
        row = widgets.HBox([self.metric, self.target, self.due, self.record], layout={"flex_flow": "row wrap"})
        self.widget = widgets.VBox([style, self.whose, self.open, self.said, row, self.told])
        self._do(self._show)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(include=include, exclude=exclude, **options)

    def __repr__(self) -> str:
        return f"Agreements({str(self._folder)!r}, {self._rep!r})"

    def _do(self, what: Callable[[], list[Text]]) -> None:
        """Do something, and say what came of it."""
        try:
            told = [self.language.say(one) for one in what()]
            self.told.value = panels.sentence(" ".join(told)) if told else ""
        except SalesreportError as problem:
            self.told.value = panels.sentence(problem.say(self.language), warning=True)

    def _record(self) -> None:
        def record() -> list[Text]:
            due = None if self.due.value is None else self.due.value.isoformat()
            written = Written(
                self._rep, self.said.value, self.metric.value or None, self.target.value or None, due,
                self._today.isoformat(),
            )  # fmt: skip
            told = command.add(self._folder, written, self._today)
            self.said.value = self.target.value = self.metric.value = ""
            self.due.value = None
            self._show()
            return told

        self._do(record)

    def _close(self, which: str, fate: Fate) -> None:
        def close() -> list[Text]:
            told = command.end(self._folder, which, None, fate, self._today)
            self._show()
            return told

        self._do(close)

    def _show(self) -> list[Text]:
        """List what is open, as the dataset has it now."""
        facts = Shared.of(Dataset.open(self._folder)).facts  # what the review before has read is not read again
        rep = rep_meant(self._rep, facts, {})
        if not self.metric.options:
            self.metric.options = self._metrics(facts)
        agreed = identified(agreed_by(facts, rep, max(self._today, facts.as_of)))
        rows = agreed[(agreed["status"] == "open") & ~agreed["anew"]].to_dict("records")
        self.open.children = [self._line(row) for row in rows]
        name = facts.names.get(rep, rep)
        self.whose.value = panels.sentence(self.language.say(text("Agreed with {name}", name=name)))
        return []

    def _line(self, row: dict[str, Any]) -> widgets.HBox:
        """What was agreed, until when, and its two buttons."""
        say, day = self.language.say, row["due_on"]
        what = text("“{text}”, agreed on {day}", text=row["text"], day=row["agreed_on"].date())
        if day == day:
            late = day.date() < self._today
            what = (
                text("{what}, overdue since {day}", what=what, day=day.date())
                if late
                else text("{what}, due on {day}", what=what, day=day.date())
            )
        done, dropped = panels.button(say(text("Done"))), panels.button(say(text("Dropped")))
        done.layout.flex = dropped.layout.flex = "0 0 auto"
        done.on_click(lambda _: self._close(row["id"], "done"))
        dropped.on_click(lambda _: self._close(row["id"], "dropped"))
        shown = widgets.HTML(panels.sentence(say(what)))
        return widgets.HBox([done, dropped, shown], layout={"align_items": "center"})

    def _metrics(self, facts: Facts) -> list[tuple[str, str]]:
        """The metrics to choose from: (title, key); the first is none."""
        keys = [key for key, metric in METRICS.items() if metric.parameter is None]
        if facts.columns.has("activities", "type"):
            keys += [f"activity:{name}" for name in facts.columns.coded("activities", "type").categories]
        titles = sorted((self.language.say(contract(key, facts).title), key) for key in keys)
        return [(self.language.say(text("none")), ""), *titles]
