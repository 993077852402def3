"""Open, won or lost: what the values of a column, or conditions on several, say of each deal."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError, DataError, nearest
from salesreport.ingest.cells.headings import find_heading, positions
from salesreport.ingest.cells.parse_texts import choose, counted, never_seen, read_texts
from salesreport.ingest.cells.raw import Raw, RawColumn
from salesreport.ingest.rows.ledger import Ledger, Mask
from salesreport.ingest.spec.spec import TableSpec
from salesreport.ingest.spec.spec_parts import StatusSpec
from salesreport.ingest.table.endings import refuse_endings_taken_as_open, taken_as_open
from salesreport.ingest.table.reshape import meets, never_there
from salesreport.language import Text, ntext, text

_FEW = 3
"""With fewer decided deals it may be chance that all went one way."""


class Listed(NamedTuple):
    """What the values of one column say.

    Attributes:
        values: the state of each deal, missing where it is unknown. unknown: which rows hold a value of no state.
        undecided: value that is neither → its rows. notes: what a reader should know.
    """

    values: pd.Series
    unknown: Mask
    undecided: dict[str, Mask]
    notes: list[Text]


def heading_of_states(spec: StatusSpec, table: TableSpec, raw: Raw) -> int:
    """The position of the heading that `from` names.

    Raises:
        ConfigError: it is neither a mapped column nor a heading. DataError: it stands over several columns.
    """
    source = spec.source or ""
    try:
        return find_heading(source, raw, "deals")
    except DataError:
        if positions(source, raw.headings):
            raise  # it stands over several columns
        raise ConfigError(
            text("This is neither a mapped column nor a heading of the file."),
            key="tables.deals.status.from",
            found=source,
            nearest=nearest(source, [*table.columns, *raw.headings]),
        ) from None


def listed_states(
    spec: StatusSpec,
    cells: RawColumn,
    heading: str,
    file: str,
    coded: bool = False,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Listed:
    """The states that lists of values give.

    Args:
        spec: the lists. cells: of the column `from`. heading: of it. file: for messages. coded: give the states
            as categories. renamed: value in the file → value in `cells`; the lists may name either.

    Raises:
        ConfigError: values that look like an end would count as open.
    """
    texts = read_texts(cells.encoded, {})
    declared = {state: spec.words(state) for state in ("won", "lost", "open", "neither")}
    shown = _as_shown(declared, renamed)
    notes: list[Text] = []
    for state, words in declared.items():
        absent = never_seen(texts.dictionary, words)
        if absent := [word for word in absent if never_seen(texts.dictionary, [shown.get(word, word)])]:
            notes.append(never_occurs(absent, state, heading))
    declared = {
        state: (*words, *(shown[one] for one in words if one in shown)) for state, words in declared.items()
    }
    meanings = {word: state for state, words in declared.items() for word in words}
    # where conditions tell other states, they decide what no list names
    rest = None if spec.conditions else spec.rest
    values, unknown = choose(texts, meanings, rest, coded)
    if rest == "open":
        named = {word.strip().casefold() for word in meanings}
        taken = {value: n for value, n in counted(texts).items() if value.casefold() not in named}
        refuse_endings_taken_as_open(spec, taken, heading, file)
        notes += taken_as_open(taken, heading)
    undecided = {}
    for word in declared["neither"]:
        found, _ = choose(texts, {word: word}, None)
        undecided[word] = found.notna().to_numpy()
    if undecided:
        values = values.mask(values == "neither")
    return Listed(values, unknown, undecided, notes)


def _as_shown(declared: Mapping[str, Sequence[str]], renamed: Mapping[str, str]) -> dict[str, str]:
    """The words of the lists that `values` renames → what they are then; not where that is of several states."""
    now = {seen.strip().casefold(): wanted.strip() for seen, wanted in renamed.items() if wanted.strip()}
    states: dict[str, set[str]] = {}
    for state, words in declared.items():
        for word in words:
            named = word.strip().casefold()
            for one in {named, now.get(named, named).casefold()}:
                states.setdefault(one, set()).add(state)
    found = {word: now.get(word.strip().casefold()) for words in declared.values() for word in words}
    return {word: wanted for word, wanted in found.items() if wanted and len(states[wanted.casefold()]) == 1}


def never_occurs(words: Sequence[str], state: str, column: str) -> Text:
    """Words of a state that no deal has: a slip, or there was none."""
    return ntext(
        "The value {words} of status “{state}” never occurs in column “{column}”.",
        "The values {words} of status “{state}” never occur in column “{column}”.",
        n=len(words),
        words=list(words),
        state=state,
        column=column,
    )


def one_sided(states: pd.Series) -> list[Text]:
    """A warning where deals are won or lost, but none of them the other way: a word may be missing."""
    counts = states.value_counts()
    won, lost = int(counts.get("won", 0)), int(counts.get("lost", 0))
    if (won == 0) == (lost == 0) or won + lost < _FEW:
        return []
    return [
        ntext(
            "Warning: no deal is won, {n} is lost: is a word for it missing in “status”?",
            "Warning: no deal is won, {n} are lost: is a word for it missing in “status”?",
            n=lost,
        )
        if won == 0
        else ntext(
            "Warning: no deal is lost, {n} is won: is a word for it missing in “status”?",
            "Warning: no deal is lost, {n} are won: is a word for it missing in “status”?",
            n=won,
        )
    ]


def states_by_conditions(
    spec: StatusSpec, raw: Raw, listed: pd.Series | None, ledger: Ledger, notes: list[Text]
) -> tuple[pd.Series, Mask]:
    """The states that conditions give, beside those of a list.

    Args:
        spec: the conditions. raw: the file. listed: what the values of a column say already, or None.
        ledger: takes the rows that are not decided. notes: takes what a reader should know.

    Returns:
        Open, won or lost per row, missing where nothing fits, and which rows these are.

    Raises:
        DataError: a heading is not there.
    """
    states = pd.Series([None] * len(raw), dtype="str") if listed is None else listed
    for state, conditions in spec.conditions.items():
        for heading, word in never_there(raw, conditions, "deals"):
            notes.append(never_occurs([word], state, heading))
        states = states.mask(states.isna() & meets(raw, conditions, "deals"), state)
    unknown = states.isna().to_numpy()
    if spec.rest is not None:
        states, unknown = states.fillna(spec.rest), np.zeros(len(raw), dtype=bool)
    undecided = (states == "neither").to_numpy()
    headings = [f"“{heading}”" for heading in spec.conditions.get("neither", {})]
    ledger.set_aside(undecided, text("not decided, by {columns}", columns=headings))
    return states.mask(undecided), unknown


def closing_stages(deals: pd.DataFrame, state: str) -> tuple[str, ...]:
    """The stages that only deals of one state are in; where conditions tell the state, no list names them.

    Args:
        deals: columns status and, where there is one, stage. state: won or lost.
    """
    if "stage" not in deals:
        return ()
    of_state = set(deals.loc[deals["status"] == state, "stage"].dropna())
    of_others = set(deals.loc[deals["status"] != state, "stage"].dropna())
    return tuple(sorted(of_state - of_others))
