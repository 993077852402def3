"""Several rows of one deal (a product each) become one deal."""

from typing import Literal

import pandas as pd

from salesreport.language import Text, ntext

ADDED = ("amount", "list_price", "gross_profit", "units")
"""The columns of deals whose values are of a row, where rows are added up."""


def folded(deals: pd.DataFrame, how: Literal["sum", "same"]) -> tuple[pd.DataFrame, list[Text]]:
    """One row per deal, in the order deals first appear.

    With `sum` money and units are added up, and are missing where a row's are; the product line is that of the
    row with the largest amount. Everything else, and with `same` everything, is the first that is filled.

    Args:
        deals: rows kept of table deals. how: whether a row's amount is its own, or each repeats the whole.

    Returns:
        The deals, and notes: how many rows were folded, and how many deals have different amounts where they
        should be the same.

    Examples:
        >>> rows = pd.DataFrame({"deal_id": ["a", "b", "a"], "amount": [10.0, 5.0, 7.0]})
        >>> folded(rows, "sum")[0]["amount"].tolist(), folded(rows, "same")[0]["amount"].tolist()
        ([17.0, 5.0], [10.0, 5.0])
    """
    repeated = deals["deal_id"].duplicated(keep=False)
    if not repeated.any():
        return deals, []
    several = deals[repeated]
    if how == "sum" and "product_line" in deals and "amount" in deals:
        largest = several.sort_values("amount", ascending=False, na_position="last", kind="stable")
        lines = largest.groupby("deal_id", sort=False)["product_line"].first()
    else:
        lines = None
    by_deal = several.groupby("deal_id", sort=False)
    one = by_deal.first()
    notes: list[Text] = [
        ntext(
            "{n} deal has several rows, {rows} in all: they are one deal.",
            "{n} deals have several rows, {rows} in all: each is one deal.",
            n=len(one),
            rows=len(several),
        )
    ]
    added = [column for column in ADDED if column in deals]
    if how == "sum":
        totals = by_deal[added].sum(min_count=1)
        known = several[added].notna().groupby(several["deal_id"], sort=False).all()
        one = one.assign(**{column: totals[column].where(known[column]) for column in added})
        if lines is not None:
            one = one.assign(product_line=lines)
    elif "amount" in deals:
        different = int((by_deal["amount"].min() < by_deal["amount"].max()).sum())
        if different:
            notes.append(
                ntext(
                    "{n} of these deals has different amounts in its rows, and has the first of them.",
                    "{n} of these deals have different amounts in their rows, and have the first of them.",
                    n=different,
                )
            )
    one = one.reset_index()[list(deals.columns)]
    place = deals.reset_index(drop=True).drop_duplicates("deal_id")["deal_id"]
    whole = pd.concat([deals[~repeated], one]).set_index("deal_id").loc[place].reset_index()
    return whole[list(deals.columns)].astype(deals.dtypes.to_dict()), notes
