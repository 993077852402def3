"""Where in the process deals were, from their stage history."""

import pandas as pd

from salesreport.dataset import Dataset


def stage_when_lost(dataset: Dataset, deal_ids: pd.Series) -> pd.Series:
    """The last stage each of some closed deals was in before it was closed.

    A stage counts as closing when the data's closed deals stand in it; a deal that never was in another one
    (created as lost) has no stage.

    Args:
        dataset: has `stage_events`.
        deal_ids: the deals.

    Returns:
        Stages, indexed by deal_id; deals without an open stage are missing from it.
    """
    deals = dataset.table("deals", ["status", "stage"])
    closing = set(deals.loc[deals["status"] != "open", "stage"].dropna()) - set(
        deals.loc[deals["status"] == "open", "stage"].dropna()
    )
    events = dataset.table(
        "stage_events", ["deal_id", "stage", "entered_at"], where={"deal_id": deal_ids.unique()}
    )
    events = events[~events["stage"].isin(closing)].sort_values("entered_at", kind="stable")
    return events.groupby("deal_id")["stage"].last()
