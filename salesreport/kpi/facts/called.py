"""What people call the reps: names that tell everybody apart, and whom a name means."""

from collections.abc import Mapping

import pandas as pd


def told_apart(reps: pd.DataFrame) -> pd.Series:
    """Names of reps; of those that are equal the id stands behind.

    Args:
        reps: columns rep_id and name.

    Examples:
        >>> reps = pd.DataFrame({"rep_id": ["R1", "R2", "R3"], "name": ["Ann", "Bob", "Ann"]})
        >>> told_apart(reps).tolist()
        ['Ann (R1)', 'Bob', 'Ann (R3)']
    """
    alike = reps["name"].duplicated(keep=False)
    return reps["name"].mask(alike, reps["name"] + " (" + reps["rep_id"] + ")") if alike.any() else reps["name"]


def bare(rep: str, name: str) -> str:
    """A rep's name without the id that `told_apart` puts behind it.

    Examples:
        >>> bare("R1", "Ann (R1)"), bare("R2", "Bob")
        ('Ann', 'Bob')
    """
    return name.removesuffix(f" ({rep})")


def matching(value: str, known: Mapping[str, str]) -> list[str]:
    """The ids that a text means: that id, or those of that name; letter case matters only where it must.

    Args:
        value: the text. known: id → name; an id behind a name only tells equal ones apart.

    Examples:
        >>> matching("ann", {"R1": "Ann", "R2": "Bob", "R3": "ANN"}), matching("Ann", {"R1": "Ann", "R3": "ANN"})
        (['R1', 'R3'], ['R1'])
        >>> matching("Ann", {"R1": "Ann (R1)", "R3": "Ann (R3)"}), matching("R3", {"R1": "Ann", "R3": "Bob"})
        (['R1', 'R3'], ['R3'])
    """
    if value in known:
        return [value]
    names = {one: name if value == name else bare(one, name) for one, name in known.items()}
    exact = [one for one, name in names.items() if name == value]
    folded = [one for one, name in names.items() if value.casefold() in (one.casefold(), name.casefold())]
    return exact or folded
