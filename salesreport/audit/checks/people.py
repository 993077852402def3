"""Whose deals are they? People and customers spelled two ways, owners who are no person, owners who are gone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from salesreport.audit.checks.words import is_nobody, words_of
from salesreport.audit.model import ANY, Check, Found, Looked, share_of
from salesreport.ingest.rows.noticed import alike
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text

RARE = 0.2
"""Names that differ by a letter are one person's only where one has at most this part of the other's deals."""

SHOWN = 5


def spellings(names: dict[str, str], deals: dict[str, int], letters: bool = True) -> list[list[str]]:
    """Ids that seem to be one person: equal names but for case, accents, signs or the order of words.

    Names that differ by a letter may be two people; they count where one is rare beside the other.

    Args:
        names: by id. deals: how many each has. letters: whether a letter may make the difference.

    Examples:
        >>> names = {"1": "Anna Snelling", "2": "Snelling, Anna", "3": "ANNA SNELLING", "4": "Bob Lee"}
        >>> spellings(names, {"1": 90, "2": 3, "3": 1, "4": 50})
        [['1', '2', '3']]
        >>> spellings({"1": "Jan Meier", "2": "Jan Meyer"}, {"1": 40, "2": 38})
        []
    """
    by_name: dict[str, list[str]] = {}
    for one, name in names.items():
        by_name.setdefault(name, []).append(one)
    joined: dict[str, str] = {}

    def root(name: str) -> str:
        while joined.get(name, name) != name:
            name = joined[name]
        return name

    same, near = alike(by_name, coded=True, letters=letters)
    pairs = [(group[0], other) for group in same for other in group[1:]]
    words: dict[tuple[str, ...], str] = {}
    for name in by_name:
        key = tuple(sorted(words_of(name)))
        if len(key) > 1:
            pairs.append((words.setdefault(key, name), name))
    have = {name: sum(deals.get(one, 0) for one in ids) for name, ids in by_name.items()}
    pairs += [(one, two) for one, two in near if 0 < min(have[one], have[two]) <= RARE * max(have[one], have[two])]
    for one, two in pairs:
        joined[root(two)] = root(one)
    groups: dict[str, list[str]] = {}
    for name, ids in by_name.items():
        groups.setdefault(root(name), []).extend(ids)
    return [sorted(group) for group in groups.values() if len(group) > 1]


def _spelled(looked: Looked) -> Found:
    names, deals = _owners(looked)
    groups = spellings(names, deals)
    rarer = [one for group in groups for one in sorted(group, key=lambda one: -deals[one])[1:]]
    shown: list[Text] = [
        text(
            "{names}",
            names=[
                text("“{name}” ({n} ×)", name=names[one], n=deals[one])
                for one in sorted(group, key=lambda one: -deals[one])
            ],
        )
        for group in groups[:SHOWN]
    ]
    return Found(
        count=len(rarer),
        of=len(names),
        share=share_of(len(rarer), len(names)),
        money=_worth(looked, rarer),
        ids=tuple(sorted(rarer)),
        shown={one: names[one] for one in rarer},
        detail=text("{groups}.", groups=shown) if shown else None,
    )


OTHERS: dict[str, Text] = {
    "account_id": text("customers"),
    "product_line": text("product lines"),
    "segment": text("segments"),
    "lead_source": text("lead sources"),
}
"""Columns of deals whose values may be spelled two ways, too."""


def _others_spelled(looked: Looked) -> Found:
    columns, there = looked.facts.columns, looked.there()
    flagged, filled = np.zeros(len(there), bool), np.zeros(len(there), bool)
    said: list[Text] = []
    for column, title in OTHERS.items():
        values = columns.coded("deals", column)
        filled |= values.codes >= 0
        codes = values.codes[there & (values.codes >= 0)]
        number = np.bincount(codes, minlength=len(values.categories))
        called = _called(looked, column)
        names = {one: called.get(one, one) for one in values.categories[number > 0].astype(str)}
        deals = dict(zip(values.categories.astype(str), number.tolist(), strict=True))
        groups = spellings(names, deals, letters=column != "account_id")
        rarer = [one for group in groups for one in sorted(group, key=lambda one: -deals[one])[1:]]
        flagged |= np.append(values.categories.isin(rarer), False)[values.codes]
        shown: list[Text] = [
            text("“{name}” ({n} ×)", name=names[one], n=deals[one]) for group in groups[:SHOWN] for one in group
        ]
        if shown:
            said.append(text("{what}: {names}", what=title, names=shown))
    if not (filled & there).any():
        raise Unavailable(text("the deals of this export have no texts"))
    return looked.of_deals(flagged, filled, detail=text("{groups}.", groups=said) if said else None)


def _called(looked: Looked, column: str) -> dict[str, str]:
    """The names of customers that deals name by id; other values are called what they are."""
    if column != "account_id" or not looked.facts.columns.has("accounts", "name"):
        return {}
    names: dict[str, str] = looked.facts.remember(
        "names of customers",
        lambda: {
            str(one): str(name)
            for one, name in zip(
                *(looked.facts.columns.series("accounts", name) for name in ("account_id", "name")), strict=True
            )
            if isinstance(name, str)
        },
    )
    return names


OTHERS_SPELLED = Check(
    key="others_spelled",
    number=0,
    title=text("Customers, products or segments spelled two ways"),
    definition=text(
        "Deals whose customer, product line, segment or source is called as a more frequent one but for case, "
        "accents, signs, the order of words, or (not of customers) a letter where one of the two is rare ÷ deals "
        "with any of these."
    ),
    kind="data",
    counted=text("deals"),
    limit=(ANY, 0.1),
    source="salesreport",
    needs=(("deals", "status"),),
    affects=("win_rate", "conversion", "revenue", "base_state"),
    does=text("What belongs together is looked at in parts: groups look smaller, and concentration too low."),
    find=_others_spelled,
)


def _owners(looked: Looked) -> tuple[dict[str, str], dict[str, int]]:
    """The names of everybody who owns deals, as the export has them, and how many deals each has."""
    if not looked.facts.columns.has("deals"):
        raise Unavailable(text("there are no deals"))
    rep = looked.facts.known().rep
    codes = rep.codes[looked.there()]
    number = np.bincount(codes[codes >= 0], minlength=len(rep.categories))
    listed = looked.dataset.table("reps", ["rep_id", "name"])
    named = {row.rep_id: row.name for row in listed.dropna().itertuples(index=False)}
    ids = [str(one) for one, n in zip(rep.categories, number, strict=True) if n]
    return (
        {one: str(named.get(one, one)) for one in ids},
        {str(one): int(n) for one, n in zip(rep.categories, number, strict=True) if n},
    )


def _worth(looked: Looked, reps: Sequence[str]) -> float | None:
    rep = looked.facts.known().rep
    theirs = np.append(np.isin(rep.categories, list(reps)), False)[rep.codes] & looked.there()
    return looked.worth(theirs) if theirs.any() else None


SPELLED = Check(
    key="spelled",
    number=0,
    title=text("People spelled two ways"),
    definition=text(
        "Owners whose name is another owner’s but for case, accents, signs, the order of words, or a letter where "
        "one of the two is rare ÷ owners of deals."
    ),
    kind="data",
    counted=text("owners of deals"),
    limit=(ANY, 0.1),
    source="salesreport",
    needs=(("deals", "rep_id"),),
    affects=("attainment", "win_rate", "revenue", "deals_created", "conversion"),
    does=text("One person’s deals are shared out among two: each looks smaller, and targets meet one of them."),
    find=_spelled,
)


def _no_person(looked: Looked) -> Found:
    names, deals = _owners(looked)
    declared = looked.facts.not_people
    guessed = [one for one, name in names.items() if one not in declared and (is_nobody(name) or is_nobody(one))]
    nobody = [*guessed, *(one for one in names if one in declared)]
    rep = looked.facts.known().rep
    theirs = np.append(np.isin(rep.categories, nobody), False)[rep.codes]
    said: list[Text] = [text("“{name}” ({n} ×)", name=names[one], n=deals[one]) for one in nobody[:SHOWN]]
    detail = text("Owners: {names}.", names=said) if said else None
    if nobody and not guessed:
        detail = text("{owners} They are declared to be no persons.", owners=detail)
    found = looked.of_deals(theirs, detail=detail)
    if nobody and not guessed and (found.share is None or found.share.lower < LARGE):
        return replace(found, level="fine")
    return found


LARGE = 0.1
"""From this part of the deals on, it matters that nobody owns them even where that is declared."""

NO_PERSON = Check(
    key="no_person",
    number=40,
    title=text("Owner is no person"),
    definition=text(
        "Deals owned by a queue, an integration, an administrator or nobody, by their names ÷ all deals."
    ),
    kind="data",
    counted=text("deals"),
    limit=(ANY, LARGE),
    source="salesreport",
    needs=(("deals", "rep_id"),),
    affects=("win_rate", "deals_created", "conversion", "attainment"),
    does=text("What is nobody’s counts in totals, and as a peer in comparisons unless “not_people” names it."),
    find=_no_person,
)


def _gone(looked: Looked) -> Found:
    known = looked.facts.known()
    if not known.open.any():
        raise Unavailable(text("there are no open deals"))
    left = looked.dataset.table("reps", ["rep_id", "left_on"])
    gone = set(left["rep_id"][left["left_on"].dt.date.lt(looked.as_of).fillna(False)])  # the last day is at work
    rep = known.rep
    flagged = np.append(np.isin(rep.categories, list(gone)), False)[rep.codes] & known.open
    detail = None
    if looked.facts.columns.has("accounts", "rep_id"):
        account = looked.facts.columns.coded("accounts", "rep_id")
        theirs = np.append(np.isin(account.categories, list(gone)), False)[account.codes]
        n, without = int(theirs.sum()), int((account.codes < 0).sum())
        if n or without:
            detail = text(
                "{gone}; {without}.",
                gone=ntext("{n} customer’s rep is gone", "{n} customers’ reps are gone", n=n),
                without=ntext("{n} customer has none", "{n} customers have none", n=without),
            )
    return looked.of_deals(flagged, known.open, detail=detail)


GONE = Check(
    key="owners_gone",
    number=28,
    title=text("Owners who are gone"),
    definition=text("Open deals whose owner’s last day at work is over ÷ open deals."),
    kind="data",
    counted=text("open deals"),
    limit=(0.005, 0.05),
    threshold=text("not a single one"),
    source="hubspot-admin-skills",
    founded="practice",
    needs=(("reps", "left_on"), ("deals", "rep_id")),
    affects=("pipeline_value", "deals_in_funnel", "coverage"),
    does=text("Nobody works on them: they age, and forecasts count them."),
    find=_gone,
)

CHECKS = (SPELLED, OTHERS_SPELLED, NO_PERSON, GONE)
