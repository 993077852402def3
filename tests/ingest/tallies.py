"""Reasons and repairs as plain dictionaries, for comparing."""

from collections.abc import Iterable

from salesreport.language import Text
from salesreport.provenance import Tally


def tallied(tallies: Iterable[Tally]) -> dict[str, int]:
    """English sentence → rows."""
    return {str(one.what): one.rows for one in tallies}


def said(notes: Iterable[Text]) -> list[str]:
    """Notes in English."""
    return [str(note) for note in notes]
