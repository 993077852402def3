"""Where in the process deals were, from their stage history."""

import pandas as pd

from salesreport.kpi.facts.closing import closing_stages
from salesreport.kpi.facts.facts import Facts


def stage_when_lost(facts: Facts, deal_ids: pd.Series) -> pd.Series:
    """The last stage each of some closed deals was in before it was closed.

    A deal that never was in a stage that does not close deals (created as lost) has none.

    Args:
        facts: of a dataset with `stage_events`; without deals there is no stage either.
        deal_ids: the deals.

    Returns:
        Stages, indexed by deal_id; deals without an open stage are missing from it.
    """
    moves = facts.history.moves
    if moves is None:  # events of deals that the export does not have
        return pd.Series([], index=pd.Index([], dtype="str"), dtype="str")
    closing = moves.stage.categories[closing_stages(facts.history) >= 0]
    events = facts.dataset.table(
        "stage_events", ["deal_id", "stage", "entered_at"], where={"deal_id": deal_ids.unique()}
    )
    events = events[~events["stage"].isin(closing)].sort_values("entered_at", kind="stable")
    return events.groupby("deal_id")["stage"].last()
