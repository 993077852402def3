"""The explorer: controls, a view, findings and deals; a thin layer over plain functions.

A control changes the state; a short while after the last change the areas are worked out again, and those whose
HTML is another than before are replaced. There is no `Output` widget, so nothing flickers or jumps. The comparison
of like with like, which may take seconds, is made in the background; what does not rest on it is shown at once.
"""

import time
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from salesreport.config import language_of
from salesreport.dataset import Dataset
from salesreport.errors import SalesreportError
from salesreport.explore import panels
from salesreport.explore.background import Background
from salesreport.explore.deal_table import COLUMNS, columns_of, deals
from salesreport.explore.debounce import Debounced
from salesreport.explore.figures import finding_key, found, is_found
from salesreport.explore.saving import as_code, save_pack
from salesreport.explore.scene import Scene
from salesreport.explore.state import VIEWS, State, checked, choices, facts_of, fitted
from salesreport.explore.views import needs_comparison, view
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Language, Text, text
from salesreport.memory import give_back

WAIT = 0.12
"""Seconds after the last change of a control until the view follows."""

SLOW = 0.3
"""A view that took longer than this the last time says that it is being worked out."""


class Explorer(panels.Panels):
    """The explorer of conversions, to be shown in a notebook.

    Args:
        dataset: a dataset or its folder; those beside it can be chosen, too.
        period, compare_to: to begin with; by default the last year that is over, and the one before.
        language: `en` or `de`. packs: folder that views are saved in as pack files.
        **chosen: what else of `salesreport.explore.State` is chosen to begin with.

    What cannot be done, such as a period without data, is said in one sentence above the view; nothing is raised.

    Attributes:
        state: what is looked at now. Setting a control's `value` changes it as a click does.
        controls: name (`CONTROLS`) → drop-down list. views: the switch of views. findings: the list of findings.
        headings: column → the button that sorts the deals by it.
    """

    def __init__(
        self,
        dataset: Dataset | Path | str,
        period: str | int = "",
        *,
        compare_to: str = "previous",
        language: str = "en",
        packs: Path | str = "../params/packs",
        **chosen: Any,
    ) -> None:
        self._packs = Path(packs)
        self._facts: Facts | None = None
        self._quiet = False
        self._took: dict[str, float] = {}
        self._problem: Text | SalesreportError | Unavailable | None = None
        try:
            self.language = language_of(language)
        except SalesreportError as problem:
            self.language, self._problem = Language("en"), problem
        path = dataset.path if isinstance(dataset, Dataset) else Path(dataset)
        self.state = State(str(path), str(period), compare_to)
        self._build()
        try:
            self.state = self.state.but(**chosen)
        except TypeError as problem:
            self._problem = text("There is no such choice: {reason}.", reason=str(problem).rpartition(" ")[2])
        self._update = Debounced(self._refresh, WAIT)
        self._background = Background(self._compared)
        self._patient = False
        self._open()
        self._refresh()

    # --- what is shown

    def _build(self) -> None:
        self.widget = self.build(self.language, self.state.view)
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._set(**{name: change["new"]}), "value")
        self.views.observe(lambda change: self._set(view=change["new"]), "value")
        self.findings.observe(lambda change: self._set(finding=change["new"]), "value")
        for name, button in self.headings.items():
            button.on_click(lambda _, name=name: self._sort(name))
        self.save.on_click(lambda _: self._save())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(include=include, exclude=exclude, **options)

    def __repr__(self) -> str:
        return f"Explorer({self.state!r})"

    # --- what changes

    def _set(self, **changes: Any) -> None:
        """A control was changed."""
        if self._quiet or None in changes.values():
            return
        if "view" not in changes and "finding" not in changes:
            changes["finding"] = ""
        self._problem = None
        self._show(self.saved, "")  # what was saved is another view
        self.state = self.state.but(**changes)
        self._update()

    def _sort(self, column: str) -> None:
        """A heading was clicked: sort by it; once more, the other way round."""
        again = self.state.sort == column
        self.state = self.state.but(sort=column, descending=not self.state.descending if again else False)
        self._update()

    def _save(self) -> None:
        """Write the pack file."""
        say = self.language.say
        try:
            if self._facts is None:
                return
            state = checked(self._facts, self.state)
            file = save_pack(state, self.name.value, self._packs, self.language.code, self.replace.value)
        except (SalesreportError, Unavailable) as problem:
            self.saved.value = panels.sentence(_said(problem, self.language), warning=True)
            return
        said = text("Saved. Make the report with: {command}", command=f"salesreport pack {file.resolve()}")
        self.saved.value = panels.sentence(say(said))

    # --- what follows

    def _open(self) -> None:
        """Look at the state's dataset, and fit the state to it; what does not fit is said."""
        self._facts = None
        try:
            facts = facts_of(self.state)
            wanted = self.state
            self.state = fitted(facts, wanted)
            self._facts = facts
            checked(facts, wanted)
        except (SalesreportError, Unavailable) as problem:
            self._problem = self._problem or problem
        give_back()  # of millions of deals a third of all memory is what they were looked through with

    def _is_another(self, shown: Dataset) -> bool:
        """Whether the chosen dataset is not the one that is shown: another, one that replaced it, or none."""
        try:
            return Dataset.open(self.state.dataset).folder.resolve() != shown.folder
        except SalesreportError:
            return True

    def _refresh(self) -> None:
        """Work out what is shown from the state."""
        shown = self._facts
        if shown is None or self._is_another(shown.dataset):
            self._open()
            if shown is not None and self._facts and shown.dataset.path == self._facts.dataset.path:
                self._problem = text("The dataset was replaced: shown is what it has now.")
        facts = self._facts
        if facts is not None:
            self.state = fitted(facts, self.state)
        self._offer()
        if facts is None:
            self._show(self.status, self._said())
            for area in (self.picture, self.about, self.deals):
                self._show(area, "")
            panels.mark_sorting(self.headings, self.state, COLUMNS, self.language, shown=())
            return
        if self._took.get(self.state.view, SLOW) >= SLOW:
            self._show(self.status, panels.sentence(self.language.say(text("Computing …"))))
        began = time.perf_counter()
        try:
            self._show_all(facts)
        except (SalesreportError, Unavailable) as problem:
            self._problem = problem
        except Exception as error:
            # a mistake of ours: people are told, and the kernel's log gets the rest
            self._problem = text(
                "This could not be worked out: {reason}.", reason=f"{type(error).__name__}: {error}"
            )
            raise
        finally:
            self._took[self.state.view] = time.perf_counter() - began
            self._show(self.status, self._said())

    def _show_all(self, facts: Facts) -> None:
        state = self.state
        missing = (needs_comparison(state) or bool(state.finding)) and not is_found(facts, state)
        patient = not missing or self._patient or not self._background.possible
        self._patient = False
        shown = view(facts, state, self.language, patient=patient)
        self._show(self.picture, panels.of_section(shown))
        self._list_findings(facts, patient)
        listed = deals(facts, self.state, self.language)
        self._show(self.about, panels.about_deals(listed))
        columns = columns_of(facts) if listed.available else []
        self._show(self.deals, panels.of_deals(listed, columns))
        panels.mark_sorting(self.headings, self.state, COLUMNS, self.language, columns)
        self.code.value = as_code(checked(facts, self.state), self.language.code)
        if not patient:  # only now, for it would take its time from the picture
            self._background.start(lambda: found(facts, state))

    def _compared(self, problem: BaseException | None) -> None:
        """The comparison is there: show what rests on it."""
        self._patient = problem is not None  # what went wrong there goes wrong here, and is seen
        self._refresh()

    def _list_findings(self, facts: Facts, patient: bool) -> None:
        """The findings to choose from; only beside the view that shows them."""
        listed: list[tuple[str, str]] = []
        scene = Scene(facts, self.state, self.language, patient=patient)
        if self.state.view == "anomalies" and scene.compared is not None:
            rows = scene.findings(scene.compared).iterrows()
            listed += [(panels.finding_line(scene, row), finding_key(row)) for _, row in rows]
        keys = [key for _, key in listed]
        if self.state.finding not in keys and self.state.view == "anomalies" and patient:
            self.state = self.state.but(finding="")
        self._quietly(self.findings, listed, self.state.finding or None)
        self.findings.rows = max(2, min(len(listed), panels.MOST_ROWS))  # a list of one row would be a drop-down
        self.findings.layout.display = "" if listed else "none"

    def _offer(self) -> None:
        """Fill the lists with what can be chosen, and choose what the state says."""
        offered = panels.options(self._facts, self.state, self.language)
        for name, control in self.controls.items():
            self._quietly(control, offered[name], getattr(self.state, name))
            control.disabled = len(offered[name]) < 2
        self._quietly(self.views, None, self.state.view if self.state.view in VIEWS else VIEWS[0])

    def _quietly(self, control: Any, options: list[tuple[str, str]] | None, value: str | None) -> None:
        """Set a control without being told about it."""
        self._quiet = True
        try:
            if options is not None and list(control.options) != options:
                control.options = options
            if control.value != value:
                control.value = value
        finally:
            self._quiet = False

    def _show(self, area: widgets.HTML, html: str) -> None:
        if area.value != html:
            area.value = html

    def _said(self) -> str:
        """The problem, if there is one; else whether something is yet to come."""
        if self._problem is None:
            waiting = text("Comparing like with like …") if self._background.busy else ""
            return panels.sentence(self.language.say(waiting)) if waiting else ""
        return panels.sentence(_said(self._problem, self.language), warning=True)

    @property
    def available(self) -> bool:
        """Whether there is anything to explore."""
        return self._facts is not None and bool(choices(self._facts).steps)


def _said(problem: SalesreportError | Unavailable | Text, language: Language) -> str:
    if isinstance(problem, Text):
        return language.say(problem)
    if isinstance(problem, Unavailable):
        return language.say(text("This cannot be told: {reason}.", reason=problem.reason))
    return problem.say(language)
