"""The deals behind a finding, or of a rep at a step: the first of them in the order asked for, as a table."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.explore.figures import finding_of, found, picked
from salesreport.explore.scene import Scene
from salesreport.explore.state import OF_ONE_STEP, State, checked, choices, period_of, step_of
from salesreport.explore.words import rep_name, step_name
from salesreport.kpi import Facts
from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.decided import WIN, Decisions
from salesreport.kpi.anomalies.outcome import outcomes
from salesreport.kpi.facts.columns import Positions, taken
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Language, Text, ntext, text
from salesreport.report.section import Section
from salesreport.report.table import Cell, NumberTable

MOST = 200
"""How many deals are listed."""

COLUMNS = {
    "deal": text("Deal"),
    "customer": text("Customer"),
    "product_line": text("Product line"),
    "segment": text("Segment"),
    "stage": text("Stage"),
    "amount": text("Amount"),
    "decided_on": text("Decided on"),
    "result": text("Result"),
    "since": text("Since then"),
}
"""The columns, and what people call them; deals can be listed by each."""

_NEEDED = {"customer": "account_id", "stage": "stage", "amount": "amount"}
"""The columns of the table of deals that columns of the list cannot do without."""

NUMBERS = ("amount",)
"""The columns that are aligned to the right."""


class Listed(NamedTuple):
    """Deals as they are listed.

    Attributes:
        frame: one row per decision: deal_id, then `COLUMNS` and `step`, `success`; the first `MOST` in order.
            `since` is the day the deal was closed, `became` how it stands today in words.
        total: how many there are. went_on: how many of all of them went on. about: whose and which they are.
    """

    frame: pd.DataFrame
    total: int
    went_on: int
    about: Text


def chosen_decisions(facts: Facts, state: State) -> tuple[Decisions, Text] | None:
    """The decisions whose deals are asked for, and what they are: of the finding, else of rep and step.

    Beside a view of one step they are those of this step.

    Returns:
        None where nothing is chosen.
    """
    if state.finding:
        compared = found(facts, state)
        row = finding_of(compared, state.finding)
        if row is not None:
            return compared.decisions(row), sentences.claim(compared, row)
    if not (state.rep or state.step):
        return None
    period = period_of(facts, state)
    decided = picked(facts, state, period.start, period.end, rep=True)
    who = rep_name(facts, state.rep) if state.rep else text("all reps")
    steps = choices(facts).steps
    if not state.step and state.view not in OF_ONE_STEP and len(steps) > 1:
        return decided, text("{who}, all steps", who=who)
    place = step_of(facts, state)
    return decided.take(decided.step == place), text("{who}, {step}", who=who, step=step_name(steps[place]))


def columns_of(facts: Facts) -> list[str]:
    """Those of `COLUMNS` of which the dataset has values."""
    values = choices(facts).values
    needed = {name: facts.columns.has("deals", column) for name, column in _NEEDED.items()}
    needed |= {name: bool(values[name]) for name in ("product_line", "segment")}
    return [name for name in COLUMNS if needed.get(name, True)]


def listed_deals(facts: Facts, state: State) -> Listed | None:
    """The deals asked for, sorted as the state says.

    Returns:
        None where nothing is chosen.

    Raises:
        ConfigError, Unavailable: as `salesreport.explore.state.checked`.
    """
    state = checked(facts, state)
    chosen = chosen_decisions(facts, state)
    if chosen is None:
        return None
    decided, about = chosen
    sort = state.sort if state.sort in COLUMNS else "decided_on"
    order = _order(_keys(facts, decided, sort), state.descending)
    return Listed(_frame(facts, decided.take(order[:MOST])), len(decided), int(decided.success.sum()), about)


def _keys(facts: Facts, decided: Decisions, sort: str) -> npt.NDArray[Any]:
    """What the rows are sorted by; missing is NaN, NaT or −1."""
    if sort == "decided_on":
        return decided.day
    if sort == "amount":
        return decided.amount
    if sort == "result":
        return decided.success
    if sort == "since":
        return outcomes(decided).day
    if sort in ("product_line", "segment"):
        return np.asarray(decided.dimension(sort).codes)  # categories are in order
    if sort == "stage":
        return facts.columns.coded("deals", "stage").codes[decided.deal]
    texts = _names(facts, decided.deal) if sort == "deal" else _customers(facts, decided.deal)
    codes, _ = pd.factorize(texts, sort=True)
    return codes


def _order(keys: npt.NDArray[Any], descending: bool) -> Positions:
    """Rows by their keys, the missing ones last; equal ones as they came."""
    missing = keys < 0 if keys.dtype.kind == "i" else pd.isna(keys)
    known, unknown = np.flatnonzero(~missing), np.flatnonzero(missing)
    if not descending:
        return np.concatenate([known[np.argsort(keys[known], kind="stable")], unknown])
    # turned round twice, equal ones stay as they came
    return np.concatenate([known[::-1][np.argsort(keys[known][::-1], kind="stable")][::-1], unknown])


def _names(facts: Facts, deals: Positions) -> pd.Series:
    """What people call some deals; the id of one that has no name."""
    ids = facts.columns.texts("deals", "deal_id", deals)
    return facts.columns.texts("deals", "name", deals).fillna(ids)


def _customers(facts: Facts, deals: Positions) -> pd.Series:
    """The customer's name of some deals; its id where it has no name."""
    columns = facts.columns
    ids = columns.texts("deals", "account_id", deals)
    if not columns.has("accounts", "name"):
        return ids
    return columns.texts("accounts", "name", columns.find("deals", "account_id", "accounts")[deals]).fillna(ids)


def _frame(facts: Facts, decided: Decisions) -> pd.DataFrame:
    """The rows as they are shown, in the order given."""
    columns, rows, since = facts.columns, decided.deal, outcomes(decided)
    return pd.DataFrame(
        {
            "deal_id": columns.texts("deals", "deal_id", rows).to_numpy(),
            "deal": _names(facts, rows).to_numpy(),
            "customer": _customers(facts, rows).to_numpy(),
            "product_line": pd.Series(decided.dimension("product_line")).astype("str"),
            "segment": pd.Series(decided.dimension("segment")).astype("str"),
            "stage": pd.Series(taken(columns.coded("deals", "stage"), rows)).astype("str").to_numpy(),
            "amount": decided.amount,
            "decided_on": decided.day.astype("datetime64[s]"),
            "success": decided.success,
            "step": [decided.steps[step].key for step in decided.step.tolist()],
        }
    ).assign(
        result=lambda frame: frame["success"],
        since=since.day.astype("datetime64[s]"),
        became=since.words(),
    )


def deals(facts: Facts, state: State, language: Language) -> Section:
    """The deals asked for, as a section.

    Raises:
        ConfigError: the state names something that the dataset does not have.
    """
    say = language.say
    topic = say(text("Deals"))
    try:
        state = checked(facts, state)
        listed = listed_deals(facts, state)
    except Unavailable as problem:
        message = say(text("This cannot be told: {reason}.", reason=problem.reason))
        return Section("explore-deals", topic, message, pd.DataFrame(), language, available=False)
    if listed is None:
        message = say(text("Choose a finding, or a rep or a step, to see the deals behind it."))
        return Section("explore-deals", topic, message, pd.DataFrame(), language, available=False)
    if not listed.total:
        nothing = text(
            "{whose}: nothing was decided in {period}.", whose=listed.about, period=period_of(facts, state)
        )
        return Section("explore-deals", topic, say(nothing), listed.frame, language, available=False)
    return Section(
        place="first",
        key="explore-deals", topic=topic, message=say(listed.about), data=listed.frame, language=language,
        tables=(as_table(Scene(facts, state, language), listed),), notes=(say(_how_many(listed)),),
    )  # fmt: skip


def _how_many(listed: Listed) -> Text:
    """How many deals there are, and how many of them are listed."""
    if listed.total <= len(listed.frame):
        return ntext(
            "{n} decision, of which {went_on} went on.",
            "{n} decisions, of which {went_on} went on.",
            n=listed.total,
            went_on=listed.went_on,
        )
    return text(
        "{shown} of {total} decisions, of which {went_on} went on.",
        shown=len(listed.frame),
        total=listed.total,
        went_on=listed.went_on,
    )


def as_table(scene: Scene, listed: Listed) -> NumberTable:
    """The listed deals as a reader sees them."""
    frame, show = listed.frame, scene.language.show
    several, there = len(set(frame["step"])) > 1, columns_of(scene.facts)
    rows = []
    for row in frame.itertuples(index=False):
        result = _result(scene, row.step, bool(row.success))
        if several:
            result = f"{result} ({scene.say(scene.step_titled(row.step))})"
        cells = [
            show(row.deal) if row.deal == row.deal_id else f"{show(row.deal)} ({show(row.deal_id)})",
            *(
                show(None if pd.isna(value) else str(value))
                for value in (row.customer, row.product_line, row.segment, row.stage)
            ),
            scene.language.money(row.amount, scene.facts.dataset.currency, exact=True),
            scene.language.date(row.decided_on),
            result,
            scene.say(row.became),
        ]
        shown = dict(zip(COLUMNS, cells, strict=True))
        rows.append(tuple(_cell(name, shown[name]) for name in there))
    headings = tuple(_cell(name, scene.say(COLUMNS[name])) for name in there)
    return NumberTable(scene.say(_how_many(listed)), headings, tuple(rows), wide=True)


def _cell(column: str, shown: str) -> Cell:
    return Cell(shown, numeric=column in NUMBERS)


def _result(scene: Scene, step: str, success: bool) -> str:
    if step == WIN:
        return scene.say(text("was won") if success else text("was lost"))
    if success:
        return scene.say(text("went on"))
    within = next(one.within for one in scene.steps if one.key == step)
    return scene.say(ntext("did not go on within {n} day", "did not go on within {n} days", n=within or 0))
