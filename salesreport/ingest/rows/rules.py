"""Which rows of a canonical table cannot be what they say, and which can be repaired."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.errors import ConfigError
from salesreport.ingest.cells.parse_texts import as_array
from salesreport.ingest.cells.raw import Raw
from salesreport.ingest.rows.distinct import repeated
from salesreport.ingest.rows.ledger import Ledger, Mask
from salesreport.language import Quantity, Text, ntext, text
from salesreport.tables import Column, Table
from salesreport.titles import column_title, table_title

_TOTALS = (
    r"(?i)^(?:grand |sub-?)?total(?:s|e|en|es|i)?\b|^totaa?l\b|^(?:zwischen)?summe\b"
    r"|^gesamt(?:summe|ergebnis|betrag)?\b|^(?:mind)?összesen\b|^összeg\b|^végösszeg\b|^somme\b|^suma\b|^celkem\b|^spolu\b|^razem\b|^итого\b|^всего\b"
)
"""How the first cell of a totals row starts, in the languages that exports come in."""

_NO_DATE = dict.fromkeys(
    ("agreed_on", "created_at", "done_at", "lent_on", "on", "ordered_on", "taken_on"), text("no date")
)

_NO_VALUE = {
    **dict.fromkeys(("activity_id", "equipment_id", "lead_id", "order_id"), text("no id")),
    **_NO_DATE,
    "account_id": text("no customer"),
    "amount": text("no amount"),
    "deal_id": text("no deal id"),
    "entered_at": text("no date of entry"),
    "from": text("no first day"),
    "kind": text("no kind"),
    "metric": text("no metric"),
    "period": text("no period"),
    "rep_id": text("no rep"),
    "stage": text("no stage"),
    "status": text("no status"),
    "text": text("no text"),
    "type": text("no type"),
    "value": text("no value"),
}
"""What is said of a row without a value that its table requires."""


def set_aside_notes(raw: Raw, incomplete: Mask, ledger: Ledger) -> None:
    """Totals rows, and lines that are no rows: footers, remarks.

    Args:
        raw: the file's rows. incomplete: rows that lack something required, so cannot be what they should.
    """
    at = np.flatnonzero(incomplete & ledger.live)
    if not len(at) or len(raw.columns) < 2:
        return
    positions = pa.array(at)
    texts = [as_array(column.take(positions).texts) for column in raw.columns]
    filled = sum(np.asarray(pc.is_valid(column)).astype(int) for column in texts)
    first = pc.fill_null(pc.coalesce(*texts), "")
    totals, notes = np.zeros(len(raw), dtype=bool), np.zeros(len(raw), dtype=bool)
    totals[at] = np.asarray(pc.match_substring_regex(first, _TOTALS))
    notes[at] = filled == 1
    ledger.set_aside(totals, text("totals row"))
    ledger.set_aside(notes, text("a remark, not a row"))


def set_aside_incomplete(table: Table, frame: pd.DataFrame, ledger: Ledger) -> None:
    """Rows without a value that the table requires."""
    for name in table.required:
        missing = frame[name].isna().to_numpy()
        ledger.set_aside(missing, _NO_VALUE[name])


def unowned_money(table: Table, frame: pd.DataFrame, ledger: Ledger, currency: str) -> list[Text]:
    """How much money the rows carry that were set aside because nobody is named whose they are.

    Args:
        frame: all rows, their amounts in the dataset's currency.
    """
    rows = ledger.because(_NO_VALUE["rep_id"])
    if "amount" not in frame or not frame["amount"][rows].notna().any():
        return []
    return [
        ntext(
            "{n} row of {table} that names no rep was set aside, with {money} in all, which no figure counts. "
            "“values” can say whose empty cells are.",
            "{n} rows of {table} that name no rep were set aside, with {money} in all, which no figure counts. "
            "“values” can say whose empty cells are.",
            n=int(rows.sum()),
            table=table_title(table.name),
            money=Quantity(float(frame["amount"][rows].sum()), currency),
        )
    ]


def needed(column: Column, table: Table, frame: pd.DataFrame) -> Mask:
    """Which rows must have a value of a column: all of a required one, closed deals of the closing date."""
    if column.required:
        return np.ones(len(frame), dtype=bool)
    if (table.name, column.name) == ("deals", "closed_on"):
        return frame["status"].isin(["won", "lost"]).to_numpy()
    return np.zeros(len(frame), dtype=bool)


def out_of_bounds(table: Table, frame: pd.DataFrame) -> Iterator[tuple[Column, Mask, Text, Text]]:
    """Numbers that cannot be: a negative amount, a chance above 100 %.

    Args:
        table: the canonical table. frame: all rows.

    Yields:
        Column, which rows, what is wrong with them, and what was expected; only where there are any.
    """
    for column in table.columns:
        if column.name not in frame or not column.is_number:
            continue
        values = frame[column.name]
        if column.least is not None and (below := (values < column.least).to_numpy()).any():
            reason = text("negative {column}", column=column_title(column.name))
            yield column, below, reason, text("a number of {least} or more", least=column.least)
        if column.most is not None and (above := (values > column.most).to_numpy()).any():
            reason = text("{column} above {most}", column=column_title(column.name), most=column.most)
            yield column, above, reason, text("a number up to {most}", most=column.most)


def check_deals(frame: pd.DataFrame, as_of: dt.date, ledger: Ledger, file: str) -> pd.DataFrame:
    """Closed deals have a closing date, not before they were created, up to the as-of date; open ones have none.

    No deal is created after the as-of date.

    A closed deal that does not say when it was created is kept: it counts, and nobody knows how long it took.

    Args:
        frame: all rows of the export, deals' columns. as_of: the dataset's. ledger: takes what is found.
        file: for messages.

    Returns:
        The frame with closing dates of open deals emptied; they become the expected ones where none are mapped.

    Raises:
        ConfigError: there are closed deals, and no column for the day they were closed.
    """
    status = frame["status"]
    open_ = (status == "open").to_numpy()
    closed = ((status == "won") | (status == "lost")).to_numpy() & ledger.live
    if "created_on" in frame:
        not_yet = (frame["created_on"] > pd.Timestamp(as_of)).to_numpy()
        ledger.set_aside(open_ & not_yet, text("created after the as-of date"))
    if "closed_on" not in frame:
        if closed.any():
            raise ConfigError(
                text("Closed deals need {column}, and it is neither mapped nor constant.", column="closed_on"),
                file=file,
                key="tables.deals.columns.closed_on",
            )
        return frame
    ledger.set_aside(closed & frame["closed_on"].isna().to_numpy(), text("closed deal without closing date"))
    if "created_on" in frame:
        early = (frame["closed_on"] < frame["created_on"]).to_numpy()
        ledger.set_aside(closed & early, text("closed before it was created"))
    late = (frame["closed_on"] > pd.Timestamp(as_of)).to_numpy()
    ledger.set_aside(closed & late, text("closed after the as-of date"))
    dated = open_ & frame["closed_on"].notna().to_numpy()
    if not dated.any():
        return frame
    what: Text = text("open deal with a closing date: it was removed, the expected one kept")
    if "expected_close_on" not in frame:
        what = text("open deal with a closing date: taken as the expected one")
        frame = frame.assign(expected_close_on=frame["closed_on"].where(dated))
    ledger.repair(dated, what)
    return frame.assign(closed_on=frame["closed_on"].mask(dated))


def set_aside_repeated(table: Table, frame: pd.DataFrame, ledger: Ledger) -> None:
    """All but the first of rows with the same key."""
    key = list(table.key)
    if not key:
        return
    live = frame if ledger.live.all() else frame[ledger.live]
    share = repeated(live, key, keep=False)
    if not share.any():
        return
    same_key = live[share]
    later, identical = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    later[same_key.index[same_key.duplicated(key)]] = True
    identical[same_key.index[same_key.duplicated()]] = True
    names = ", ".join(key)
    ledger.set_aside(later & identical, text("repeats an earlier row with the same {key}", key=names))
    ledger.set_aside(later & ~identical, text("same {key} as an earlier row, but other values", key=names))
