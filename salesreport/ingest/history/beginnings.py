"""What deals began with, where a history has one row per change: the value before the first one."""

import pandas as pd

from salesreport.language import Text, ntext, text

BEFORE = "{before}"
"""The column of a frame of changes that holds the value before each; it is no column of the table."""


def stages_from_changes(
    changes: pd.DataFrame, deals: pd.DataFrame, timezone: str
) -> tuple[pd.DataFrame, list[Text]]:
    """Stage events from changes of the stage: each new value, and what the deal was created with.

    A deal is in its first stage from the day it was created: the value before its first change; or, where it is
    open, has no change and was created once changes were recorded, the stage it has.

    Args:
        changes: columns of stage_events and `BEFORE`. deals: table deals, with created_on and stage.
        timezone: the dataset's.

    Returns:
        Stage events, and notes.
    """
    events = changes.drop(columns=BEFORE)
    if "created_on" not in deals or not len(changes):
        return events, [text("Nobody knows when deals entered their first stage: they have no creation date.")]
    first = changes.sort_values("entered_at", kind="stable").drop_duplicates("deal_id")
    created = deals.set_index("deal_id")["created_on"]
    began = pd.DataFrame(
        {"deal_id": first["deal_id"], "stage": first[BEFORE], "created_on": first["deal_id"].map(created)}
    )
    if "stage" in deals:
        recorded = changes["entered_at"].min().tz_localize(None).normalize()
        quiet = ~deals["deal_id"].isin(first["deal_id"]) & (deals["status"] == "open")
        still = deals[quiet & (deals["created_on"] >= recorded)]
        began = pd.concat([began, still[["deal_id", "stage", "created_on"]]])
    began = began.dropna()
    days = began["created_on"].dt.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    earliest = first.set_index("deal_id")["entered_at"]
    entered = days.astype(f"datetime64[us, {timezone}]")
    limit = began["deal_id"].map(earliest)
    began = began.assign(entered_at=entered.where(limit.isna() | (entered <= limit), limit))
    more = began[["deal_id", "stage", "entered_at"]]
    if "origin" in events:
        more = more.assign(origin="history")
    note = ntext(
        "{n} deal has its first stage from the day it was created.",
        "{n} deals have their first stage from the day they were created.",
        n=len(more),
    )
    return pd.concat([more, events], ignore_index=True), [note] if len(more) else []


def without_repeats(events: pd.DataFrame) -> tuple[pd.DataFrame, list[Text]]:
    """Stage events without those that name the stage a deal was in already: many systems write a row per change.

    Args:
        events: of table stage_events.

    Returns:
        The events, in their order, and a note where some were left out.
    """
    by_deal = events.sort_values(["deal_id", "entered_at"], kind="stable")
    same = (by_deal["deal_id"] == by_deal["deal_id"].shift()) & (by_deal["stage"] == by_deal["stage"].shift())
    if not same.any():
        return events, []
    note = ntext(
        "{n} row of the stage history names the stage its deal was in already: it is no move.",
        "{n} rows of the stage history name the stage their deal was in already: they are no moves.",
        n=int(same.sum()),
    )
    return events.drop(index=by_deal.index[same]).reset_index(drop=True), [note]


def owners_from_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Owners of deals from changes of the owner: who had it before the first, and each from its day on.

    Args:
        changes: columns of deal_owners, `from` the day of the change, and `BEFORE`.

    Returns:
        Table deal_owners; each owner's time ends on the day before the next one's begins.
    """
    first = changes.sort_values("from", kind="stable").drop_duplicates("deal_id").dropna(subset=[BEFORE])
    began = pd.DataFrame({"deal_id": first["deal_id"], "rep_id": first[BEFORE]})
    rows = pd.concat([began, changes.drop(columns=BEFORE)], ignore_index=True)
    rows["from"] = rows["from"].astype("datetime64[ms]")
    rows = rows.sort_values(["deal_id", "from"], na_position="first", kind="stable", ignore_index=True)
    # of changes on one day the last one stays
    last = ~rows.duplicated(["deal_id", "from"], keep="last")
    return with_ends(rows[last].reset_index(drop=True))


def with_ends(owners: pd.DataFrame) -> pd.DataFrame:
    """The days each owner's time ends on: the day before the next one's begins."""
    owners = owners.sort_values(["deal_id", "from"], na_position="first", kind="stable", ignore_index=True)
    following = owners["from"].shift(-1).where(owners["deal_id"] == owners["deal_id"].shift(-1))
    return owners.assign(to=(following - pd.Timedelta(days=1)).astype("datetime64[ms]"))
