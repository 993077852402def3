"""Original → pseudonym, for every kind of value that a dataset has."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from salesreport.anonymise import coarsen
from salesreport.anonymise.key import Key
from salesreport.anonymise.names import MAKERS, Digits, coded
from salesreport.anonymise.screen import Screen
from salesreport.anonymise.treatment import CATEGORIES, IDS, treatment
from salesreport.dataset import Dataset
from salesreport.process import ProcessFile

_CODE = 4
_SELDOM = 3
"""A value of a category that stands in fewer rows may have been typed by somebody: it is not kept."""

NEXT_STEP = "Next step"
"""What stands where there was a next step."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Pseudonyms:
    """What stands for what.

    Attributes:
        maps: kind → original → pseudonym. milestones: key of the process file → its new key.
        named: the names that people have, of those that are ids as well. screen: finds names in values.
        key: what everything follows from. coarse: whether no category keeps its name.
    """

    maps: Mapping[str, Mapping[str, str]]
    milestones: Mapping[str, str]
    named: frozenset[str]
    screen: Screen
    key: Key
    coarse: bool

    def of(self, kind: str, value: str) -> str:
        """What stands for a value; one that the tables do not have, such as a process file's, is never kept."""
        known = self.maps.get(kind, {}).get(value)
        if known is not None:
            return known
        return _made(self.key, kind, value, set())

    def title(self, value: str, otherwise: str) -> str:
        """A title that people gave: kept where categories are and it names nobody."""
        return value if not self.coarse and self.screen.harmless(value) else otherwise


def pseudonyms_of(
    dataset: Dataset, tables: Tables, process: ProcessFile, key: Key, coarse: bool, same_order: bool
) -> Pseudonyms:
    """The pseudonyms of a dataset: the same for the same dataset and key.

    Args:
        dataset: whose settings count. tables: its tables. process: its process file.
        key: the secret. coarse: merge rare categories, and keep no category's name.
        same_order: ids are numbered in the order of the original ones.
    """
    found = _originals(tables)
    reps = set(found.get("rep", ()))
    found_names = set(tables["reps"]["name"].dropna()) if "name" in tables.get("reps", ()) else set()
    people = set(found.get("person", ())) - reps
    accounts = set(found.get("account", ()))
    firms = set(found.get("firm", ()))
    screen = Screen(
        people | {one for one in reps if " " in one}, firms | accounts | reps | {dataset.settings.name}
    )
    taken = {value.casefold() for values in found.values() for value in values}
    taken.add(dataset.settings.name.casefold())
    maps: dict[str, dict[str, str]] = {}
    # a rep without a name is called by the id: there is a name for it, too
    found["person"] = Counter(people | reps)
    found["company"] = Counter([dataset.settings.name])
    for kind, counts in found.items():
        if same_order and kind in IDS.values():
            maps[kind] = _numbered(kind, counts, taken)
        elif kind in MAKERS:
            maps[kind] = _distinct(key, kind, counts, taken)
        elif kind == "next_step":
            maps[kind] = dict.fromkeys(counts, NEXT_STEP)
        elif kind in CATEGORIES and not coarse:
            maps[kind] = _categories(key, kind, counts, screen, taken)
    if coarse:
        maps |= coarsen.categories(tables, maps.get("team", {}))
    milestones = {}
    for place, milestone in enumerate(process.keys, start=1):
        harmless = not coarse and screen.harmless(milestone.replace("-", " ").replace("_", " "))
        milestones[milestone] = milestone if harmless else f"m{place}"
    return Pseudonyms(maps, milestones, frozenset(found_names), screen, key, coarse)


def restored(pseudonyms: Pseudonyms, wanted: Iterable[str] | None = None) -> pd.DataFrame:
    """What pseudonyms stand for.

    Args:
        pseudonyms: made of the original dataset with the key. wanted: some of them, letter case does not matter;
            None: all.

    Returns:
        `kind`, `pseudonym`, `original`; values that were kept are left out. What was merged has a row for each.
    """
    rows = [
        (kind, new, old)
        for kind, values in pseudonyms.maps.items()
        if kind != "next_step"
        for old, new in values.items()
        if old != new
    ]
    frame = pd.DataFrame(rows, columns=["kind", "pseudonym", "original"], dtype="str")
    if wanted is not None:
        frame = frame[frame["pseudonym"].str.casefold().isin({one.strip().casefold() for one in wanted})]
    return frame.sort_values(["kind", "pseudonym", "original"], ignore_index=True)


def _originals(tables: Tables) -> dict[str, "Counter[str]"]:
    """Kind → value → rows."""
    found: dict[str, Counter[str]] = {}
    for table, frame in tables.items():
        for column in map(str, frame.columns):
            what = treatment(table, column)
            if isinstance(what, tuple):
                counts = frame[column].value_counts()
                found.setdefault(what[0], Counter()).update(dict(zip(map(str, counts.index), counts, strict=True)))
    for kind in ("metric", "period"):  # no names, see `rows`
        found.pop(kind, None)
    return found


def _distinct(key: Key, kind: str, values: Iterable[str], taken: set[str]) -> dict[str, str]:
    """A pseudonym for each value, no two alike, and none that is somebody's name."""
    made: dict[str, str] = {}
    used = set(taken)
    # in an order that only the key tells, so that the second of two with one name is anybody
    for _, value in sorted((key.digest(kind, value), value) for value in values):
        made[value] = new = _made(key, kind, value, used)
        used.add(new.casefold())
    return made


def _numbered(kind: str, values: Iterable[str], taken: set[str]) -> dict[str, str]:
    """Ids that sort as the original ones do: ties are broken, and chance is drawn, in the same order."""
    ordered = sorted(values)
    width, mark = len(str(len(ordered))), kind[0].upper()
    while True:
        made = {old: f"{mark}-{place:0{width}d}" for place, old in enumerate(ordered, start=1)}
        if taken.isdisjoint(new.casefold() for new in made.values()):
            return made
        mark += kind[0].upper()


def _made(key: Key, kind: str, value: str, taken: set[str]) -> str:
    """The first pseudonym of a value that is free."""
    maker = MAKERS.get(kind) or coded(CATEGORIES.get(kind, "Value"), _CODE)
    attempt = 0
    while True:
        new = maker(Digits(key.number(kind, value, attempt)))
        if new.casefold() not in taken:
            return new
        attempt += 1


def _categories(key: Key, kind: str, counts: "Counter[str]", screen: Screen, taken: set[str]) -> dict[str, str]:
    """A category's values: kept, but for those that may name somebody or were typed."""
    made: dict[str, str] = {}
    used = set(taken)
    for value in sorted(counts, key=lambda one: key.digest(kind, one)):
        kept = counts[value] >= _SELDOM and screen.harmless(value)
        made[value] = value if kept else _made(key, kind, value, used)
        used.add(made[value].casefold())
    return made
