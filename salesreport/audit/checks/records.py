"""Are the records deals at all? Rows set aside, test deals, duplicates."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
import pandas as pd
from scipy.special import pdtrc

from salesreport.audit.checks.words import is_test, may_be_tests
from salesreport.audit.model import ANY, Check, Found, Looked, share_of
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.gaps import WORTH_SAYING
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Fixed, Text, ntext, text
from salesreport.provenance import Tally
from salesreport.titles import table_title

DAYS = 14
"""Two equal deals created within so many days are one."""

_FAR = (30, 210)
"""How often two are equal by chance is told by those created so many days apart."""

_CHANCE = 0.01

_MOST = 50
"""So many later ones are compared with each; of more equal ones nobody needs every pair."""

_MOSTLY = 0.9


NO_DEALS = frozenset(
    {
        "declared not to be data, by column “{column}”",
        "not decided: {value}",
        "not decided, by {columns}",
        "totals row",
        "a remark, not a row",
    }
)
"""Why rows are set aside that are no deals, by the source spec's own decision or by their form: no damage."""

TWICE = frozenset(
    {
        "repeats an earlier row with the same {key}",
        "same {key} as an earlier row, but other values",
        "same {key} as a row of another file",
    }
)
"""Why rows are set aside whose deal is in the data by another row."""

_NAMED = 5
"""So many reasons are named."""


def _set_aside(looked: Looked) -> Found:
    counts = looked.dataset.provenance.counts
    if "deals" not in counts or not counts["deals"].read:
        raise Unavailable(text("nothing is known of how the deals were read"))
    deals = counts["deals"]
    decided = [one for one in deals.reasons if one.what.template in NO_DEALS]
    twice = [one for one in deals.reasons if one.what.template in TWICE]
    lacking = [one for one in deals.reasons if one not in decided and one not in twice]
    others: list[Text] = [
        text("{table}: {n} of {all}", table=table_title(name), n=one.set_aside, all=one.read)
        for name, one in counts.items()
        if name != "deals" and one.set_aside
    ]
    parts = []
    if lacking:
        parts.append(text("Why: {reasons}.", reasons=_tallied(lacking)))
    if decided:
        parts.append(text("Left out on purpose, and no damage: {reasons}.", reasons=_tallied(decided)))
    if twice:
        parts.append(text("Duplicates, of which one row is in the data: {reasons}.", reasons=_tallied(twice)))
    if others:
        parts.append(text("In other tables: {tables}.", tables=others))
    count = deals.set_aside - sum(one.rows for one in (*decided, *twice))
    return Found(count=count, of=deals.read, share=share_of(count, deals.read), detail=_one_after_another(parts))


def _tallied(reasons: Sequence[Tally]) -> list[Text]:
    """Reasons with their rows, most first; those beyond `_NAMED` together."""
    ordered = sorted(reasons, key=lambda one: -one.rows)
    said = [text("{what} ({n} ×)", what=one.with_examples, n=one.rows) for one in ordered[:_NAMED]]
    rest = sum(one.rows for one in ordered[_NAMED:])
    return [*said, text("{what} ({n} ×)", what=text("other reasons"), n=rest)] if rest else said


def _one_after_another(parts: Sequence[Text]) -> Text | None:
    """Sentences as one text."""
    if not parts:
        return None
    return reduce(lambda first, second: text("{first} {second}", first=first, second=second), parts)


SET_ASIDE = Check(
    key="set_aside",
    number=0,
    title=text("Rows set aside when the export was read"),
    definition=text(
        "Rows of deals that could not be read, or lack what a deal needs, and are not in the data ÷ rows read. "
        "Rows that the source spec leaves out itself, or whose deal is there by another row, are none."
    ),
    kind="data",
    counted=text("rows of deals"),
    limit=(WORTH_SAYING, 0.05),
    source="salesreport",
    affects=("revenue", "deals_won", "deals_lost", "deals_created", "win_rate", "pipeline_value"),
    does=text("Every count and sum lacks them; they stand with their reason in the dataset’s folder “set_aside”."),
    find=_set_aside,
)


def _test_deals(looked: Looked) -> Found:
    columns, there = looked.facts.columns, looked.there()
    if not there.any():
        raise Unavailable(text("there are no deals"))
    flagged = np.zeros(len(there), bool)
    named = columns.has("deals", "name")
    if named:
        flagged |= _tests(columns.coded("deals", "name"))
    if columns.has("accounts", "name") and columns.has("deals", "account_id"):
        of_account = np.append(_tests(columns.coded("accounts", "name")), False)
        flagged |= of_account[columns.find("deals", "account_id", "accounts")]
    elif columns.has("deals", "account_id"):
        flagged |= _tests(columns.coded("deals", "account_id"))
    nobody = _nothing_in_it(looked, there)
    if not named and nobody is None and not columns.has("deals", "account_id"):
        raise Unavailable(text("needs names of deals or customers; this export has none"))
    return looked.of_deals(flagged if nobody is None else flagged | nobody)


def _tests(values: pd.Categorical) -> Flags:
    """Which texts are what only a test is called."""
    names = values.categories.astype(str)
    meant = np.zeros(len(names) + 1, bool)
    worth = np.flatnonzero(may_be_tests(names))
    meant[worth] = [is_test(one) for one in names[worth]]
    return np.asarray(meant[values.codes])


def _nothing_in_it(looked: Looked, there: Flags) -> Flags | None:
    """Deals without amount and customer, where nearly all of their state have both; None: cannot be told."""
    columns, known = looked.facts.columns, looked.facts.known()
    if not columns.has("deals", "amount", "account_id"):
        return None
    bare = ~(known.amount > 0)
    alone = columns.coded("deals", "account_id").codes < 0
    found, told = np.zeros(len(there), bool), False
    for state in (known.open, known.won, known.lost):
        if state.any() and max(bare[state].mean(), alone[state].mean()) <= 1 - _MOSTLY:
            found |= state & bare & alone
            told = True
    return found if told else None


TEST_DEALS = Check(
    key="test_deals",
    number=18,
    title=text("Test deals"),
    definition=text(
        "Deals called as only a test is (test, demo, sample … in nine languages, in the deal’s or the customer’s "
        "name), or without amount and customer where nine of ten have both ÷ all deals."
    ),
    kind="data",
    counted=text("deals"),
    limit=(ANY, 0.05),
    threshold=text("not a single one"),
    source="hubspot-admin-skills",
    founded="practice",
    needs=(("deals", "status"),),
    affects=("deals_created", "win_rate", "pipeline_value", "deals_in_funnel", "avg_deal_size"),
    does=text("They count as deals of whoever tried something out."),
    find=_test_deals,
)


def equal_pairs(key: np.ndarray, day: np.ndarray, least: int, most: int) -> np.ndarray:
    """Places of rows that equal an earlier one, created so many days after it (both bounds included).

    Args:
        key: what has to be equal; −1: nothing known, equals nothing. day: of creation, NaT: not known.
        least, most: days.

    Returns:
        A row per pair: the earlier and the later place.

    Examples:
        >>> day = np.array(["2025-01-01", "2025-01-05", "2025-03-01", "2025-01-02"], "datetime64[D]")
        >>> equal_pairs(np.array([7, 7, 7, 8]), day, 0, 14).tolist()
        [[0, 1]]
    """
    use = np.flatnonzero((key >= 0) & ~np.isnat(day))
    order = use[np.lexsort((day[use], key[use]))]
    pairs: list[np.ndarray] = []
    for step in range(1, min(len(order), _MOST + 1)):
        one, two = order[:-step], order[step:]
        same = key[one] == key[two]
        if not same.any():
            break
        apart = (day[two] - day[one]).astype("timedelta64[D]").astype(int)
        fits = same & (apart >= least) & (apart <= most)
        pairs.append(np.stack([one[fits], two[fits]], axis=1))
    return np.concatenate(pairs) if pairs else np.empty((0, 2), int)


def _duplicates(looked: Looked) -> Found:
    columns, known, there = looked.facts.columns, looked.facts.known(), looked.there()
    by = [name for name in ("name", "account_id", "product_line") if columns.has("deals", name)]
    if not {"name", "account_id"} & set(by):
        raise Unavailable(text("needs names or customers of deals; this export has neither"))
    parts = [columns.coded("deals", name).codes.astype(np.int64) for name in by]
    if "name" in by:
        names = columns.coded("deals", "name")
        _, same = np.unique([" ".join(one.casefold().split()) for one in names.categories], return_inverse=True)
        parts[by.index("name")] = np.append(same, -1)[names.codes]
    amount = np.round(known.amount, 2)
    enough = there & (amount > 0) & (parts[0] >= 0)  # what has no amount is alike all too easily
    if not enough.any():
        raise Unavailable(text("needs amounts of deals to tell equal ones"))
    frame = pd.DataFrame({"amount": amount, **dict(zip(by, parts, strict=True))})
    key = np.where(enough, frame.groupby(list(frame.columns), dropna=False).ngroup().to_numpy(), -1)
    created = columns.days("deals", "created_on")
    near = equal_pairs(key, created, 0, DAYS)
    far = equal_pairs(key, created, *_FAR)
    expected = len(far) / (_FAR[1] - _FAR[0] + 1) * (DAYS + 1)
    flagged = np.zeros(len(there), bool)
    flagged[near[:, 1]] = True
    found = looked.of_deals(flagged, enough & ~np.isnat(created))
    if not len(near):
        return found
    detail = ntext(
        "By chance about {n} would be equal, as many as are alike farther apart.",
        "By chance about {n} would be equal, as many as are alike farther apart.",
        n=Fixed(expected, 1),
    )
    chance = float(pdtrc(len(near) - 1, max(expected, 0.5 * (DAYS + 1) / (_FAR[1] - _FAR[0] + 1))))
    return replace(found, detail=detail, level="fine" if chance > _CHANCE else None)


DUPLICATES = Check(
    key="duplicates",
    number=17,
    title=text("Duplicates"),
    definition=text(
        "Deals equal to one created up to two weeks before in name, customer, product line (as far as exported) "
        "and amount ÷ deals with an amount. No finding where as many are equal farther apart.",
    ),
    kind="data",
    counted=text("deals with an amount"),
    limit=(0.001, 0.05),
    threshold=text("fewer than 5%"),
    source="aavishkarit",
    founded="practice",
    needs=(("deals", "created_on"), ("deals", "amount")),
    affects=("deals_created", "pipeline_value", "win_rate", "revenue", "coverage"),
    does=text("They count twice, and where one of them is closed as lost, the win rate falls."),
    find=_duplicates,
)

CHECKS = (SET_ASIDE, TEST_DEALS, DUPLICATES)
