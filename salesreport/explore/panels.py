"""The widgets that the explorer is made of, and how they are laid out; what comes from the data is escaped."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from markupsafe import escape

from salesreport.explore.deal_table import COLUMNS, NUMBERS
from salesreport.explore.scene import Scene
from salesreport.explore.state import FILTERS, VIEWS, State, choices
from salesreport.explore.words import CONTROL_TITLES, VIEW_TITLES, step_name
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Language, Text, text
from salesreport.report.page import css
from salesreport.report.section import Section

SHARES = {
    "deal": 11, "customer": 11, "product_line": 11, "segment": 10, "stage": 10, "amount": 10, "decided_on": 12,
    "result": 14, "since": 11,
}  # fmt: skip
"""How wide the columns of the deals are, one compared with another; headings and table agree on it."""

MOST_ROWS = 6
"""Of how many findings all are seen at once; beyond, their list scrolls."""

CONTROLS = ("dataset", "period", "compare_to", *FILTERS, "rep", "step")
"""The drop-down lists, in order."""

ARROWS = {True: "▼", False: "▲"}
"""How a heading says that its column sorts, downwards or upwards."""

# --- single widgets


def dropdown(title: str) -> widgets.Dropdown:
    """A list to choose one from."""
    return widgets.Dropdown(options=[], description=title, style={"description_width": "auto"})


def switch(options: Sequence[tuple[str, str]], value: str) -> widgets.ToggleButtons:
    """The switch of views."""
    made = widgets.ToggleButtons(options=list(options), value=value, style={"button_width": "auto"})
    made.add_class("sr-switch")
    return made


def area(name: str = "sr-status") -> widgets.HTML:
    """A place for HTML."""
    made = widgets.HTML(layout={"width": "100%", "margin": "0"})
    made.add_class(name)
    return made


def listing(title: str) -> widgets.Select:
    """A list of findings."""
    made = widgets.Select(options=[], value=None, description=title)
    made.add_class("sr-list")
    return made


def heading(title: str) -> widgets.Button:
    """A column's heading that sorts."""
    return widgets.Button(description=title)


def line(title: str, hint: str) -> widgets.Text:
    """A line to write in."""
    made = widgets.Text(description=title, placeholder=hint)
    made.add_class("sr-name")
    return made


def tick(title: str) -> widgets.Checkbox:
    """A box to tick."""
    return widgets.Checkbox(description=title, indent=False, layout={"width": "auto"})


def button(title: str) -> widgets.Button:
    """A button."""
    return widgets.Button(description=title, layout={"width": "auto"})


def code(title: str) -> widgets.Textarea:
    """Lines of code to copy."""
    made = widgets.Textarea(description=title, rows=12)
    made.add_class("sr-code")
    return made


# --- all of them


class Panels:
    """The explorer's widgets: what is chosen, and what is shown."""

    def build(self, language: Language, view: str) -> widgets.VBox:
        """Make them, and lay them out."""
        say = language.say
        self.controls = {name: dropdown(say(CONTROL_TITLES[name])) for name in CONTROLS}
        self.views = switch([(say(VIEW_TITLES[name]), name) for name in VIEWS], view)
        self.status, self.picture = area(), area("sr-view")
        self.about, self.deals = area("sr-about"), area("sr-deals")
        self.findings = listing(say(text("Findings")))
        self.headings = {name: heading(say(title)) for name, title in COLUMNS.items()}
        self.name = line(say(text("Name of the pack")), say(text("such as weak offers in the north")))
        self.replace = tick(say(text("write over a pack file of this name")))
        self.save = button(say(text("Save as pack parameters")))
        self.saved = area()
        self.code = code(say(text("The same view as code")))
        return self._laid_out(say(text("Save as pack parameters, copy as code")))

    def _laid_out(self, more_title: str) -> widgets.VBox:
        style = widgets.HTML(f"<style>{css()}{_style()}</style>", layout={"display": "none"})
        controls = _box(widgets.Box(list(self.controls.values())), "sr-controls")
        for name, one in self.headings.items():
            one.layout = widgets.Layout(margin="0")
            if name in NUMBERS:
                one.add_class("sr-number")
        headings = _box(widgets.HBox(list(self.headings.values())), "sr-headings")
        listed = _box(widgets.VBox([headings, self.deals]), "sr-wide")
        keep = widgets.HBox(
            [self.name, self.save, self.replace],
            layout={"flex_flow": "row wrap", "align_items": "flex-end"},
        )
        more = widgets.Accordion(children=[widgets.VBox([keep, self.saved, self.code])])
        more.set_title(0, more_title)
        return _box(
            widgets.VBox(
                [
                    style,
                    controls,
                    self.views,
                    self.status,
                    self.picture,
                    self.findings,
                    self.about,
                    listed,
                    more,
                ]
            ),
            "sr-explorer",
        )


def _style() -> str:
    return (resources.files("salesreport.explore") / "explorer.css").read_text(encoding="utf-8")


def _box(box: Any, name: str) -> Any:
    box.add_class(name)
    return box


# --- what is in them


def sentence(said: str, warning: bool = False) -> str:
    """A sentence as HTML; a warning has a sign of its own."""
    kind = ' class="warning" role="alert"' if warning else ' role="status"'
    return f'<div class="salesreport"><p{kind}>{escape(said)}</p></div>'


def of_section(section: Section) -> str:
    """A view as HTML."""
    return section._repr_html_()


def about_deals(section: Section) -> str:
    """What is listed below, and how much of it."""
    return sentence(" · ".join([section.topic, section.message, *section.notes])) if section.available else ""


def widths(columns: Sequence[str]) -> dict[str, str]:
    """How wide columns of the deals are.

    Examples:
        >>> widths(["deal", "customer"])
        {'deal': '50.0%', 'customer': '50.0%'}
    """
    whole = sum(SHARES[name] for name in columns)
    return {name: f"{100 * SHARES[name] / whole:.1f}%" for name in columns}


def of_deals(section: Section, shown: Sequence[str]) -> str:
    """The deals as HTML; columns as wide as the buttons above them."""
    html = section._repr_html_()
    columns = "".join(f'<col style="width:{width}">' for width in widths(shown).values())
    return html.replace("</caption>", f"</caption><colgroup>{columns}</colgroup>", 1)


def mark_sorting(
    headings: Mapping[str, widgets.Button],
    state: State,
    titles: Mapping[str, Text],
    language: Language,
    shown: Sequence[str],
) -> None:
    """Headings that say which column sorts, and how; only those of the columns that are shown."""
    wide = widths(shown)
    for name, one in headings.items():
        sorts = state.sort == name
        title = language.say(titles[name])
        one.description = f"{title} {ARROWS[state.descending]}" if sorts else title
        one.tooltip = language.say(text("Sort by {column}", column=title))
        (one.add_class if sorts else one.remove_class)("sr-sorts")
        one.layout.display = "" if name in wide else "none"
        one.layout.width = wide.get(name)


def options(facts: Facts | None, state: State, language: Language) -> dict[str, list[tuple[str, str]]]:
    """What each drop-down list offers: (shown, value); the value of "all" is empty."""
    say = language.say
    offered: dict[str, list[tuple[str, str]]] = {"dataset": datasets(Path(state.dataset))}
    everything = [(say(text("all")), "")]
    try:
        there = None if facts is None else choices(facts)
    except Unavailable:
        there = None
    if facts is None or there is None:
        chosen = {name: getattr(state, name) for name in ("period", "compare_to", *FILTERS, "rep", "step")}
        return offered | {name: [(value or everything[0][0], value)] for name, value in chosen.items()}
    periods = _with(
        [(say(one.label), one.name) for one in there.periods], state.period, facts.dataset, language
    )  # fmt: skip
    compared = [(say(text("the one before")), "previous"), (say(text("a year before")), "year_before"), *periods]
    offered |= {"period": periods, "compare_to": _with(compared, state.compare_to, facts.dataset, language)}
    offered |= {name: [*everything, *((one, one) for one in there.values[name])] for name in FILTERS}
    reps = there.reps_in(state.team)
    offered["rep"] = [*everything, *((name, rep) for rep, name in reps.items())]
    offered["step"] = [*everything, *((say(step_name(step)), step.key) for step in there.steps)]
    return offered


def _with(
    listed: list[tuple[str, str]], value: str, dataset: Any, language: Language
) -> list[tuple[str, str]]:  # fmt: skip
    """A list that also offers the value chosen, such as a span of days that nobody listed."""
    if value in (one for _, one in listed):
        return listed
    return [(language.say(dataset.period(value).label), value), *listed]


def datasets(path: Path) -> list[tuple[str, str]]:
    """The dataset and those in the folders beside it, by name."""
    beside = [file.parent for file in path.absolute().parent.glob("*/dataset.json")]
    names = {one.name: str(path.parent / one.name) for one in beside}
    names[path.absolute().name] = str(path)
    return sorted(names.items(), key=lambda one: one[0].casefold())


def finding_line(scene: Scene, row: Any) -> str:
    """A finding in one line."""
    shown = text(
        "{who} · {step} · {share} of {n}, others {expected}",
        who=scene.whom(row),
        step=scene.step_titled(row["step"]),
        share=scene.share(row["rate"]),
        n=float(row["n"]),
        expected=scene.share(row["expected"]),
    )
    return f"{'▼' if row['flag'] == 'worse' else '▲'} {scene.say(shown)}"
