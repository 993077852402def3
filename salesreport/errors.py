"""What can go wrong, as objects with fields; the command line turns them into one clear message."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from salesreport.language import Language, Text, ntext, text
from salesreport.language.readable import brief

SHOWN_ROWS = 5
"""How many row numbers a message lists before it only counts the rest."""


class SalesreportError(Exception):
    """Something the user can mend; its text says what and where, in any language.

    Attributes:
        problem: what is wrong, as a sentence.
    """

    def __init__(self, problem: Text) -> None:
        super().__init__(problem)
        self.problem = problem

    def say(self, language: Language) -> str:
        """The whole message, in one language."""
        return language.say(self.problem)

    def __str__(self) -> str:
        return self.say(Language("en"))


class DataError(SalesreportError):
    """Data that is not what it should be.

    Attributes:
        file: the file it came from. table: the canonical table. column: the column, as the file names it.
        rows: row numbers in the file (the heading is row 1). found: the offending value or values.
        expected: what would have been right. hint: what to do about it.
    """

    def __init__(
        self,
        problem: Text,
        *,
        file: str | Path | None = None,
        table: str | None = None,
        column: str | None = None,
        rows: Sequence[int] = (),
        found: Any = None,
        expected: Text | str | None = None,
        hint: Text | None = None,
    ) -> None:
        super().__init__(problem)
        self.file, self.table, self.column, self.rows = file, table, column, list(rows)
        self.found, self.expected, self.hint = found, expected, hint

    def say(self, language: Language) -> str:
        """The message: where, what, found, expected, hint."""
        say = language.say
        where = []
        if self.file is not None:
            where.append(str(self.file))
        if self.table is not None:
            where.append(say(text("table {table}", table=self.table)))
        if self.column is not None:
            where.append(say(text("column “{column}”", column=brief(self.column))))
        if self.rows:
            rows = language.listing([str(row) for row in self.rows], most=SHOWN_ROWS)
            where.append(say(ntext("row {rows}", "rows {rows}", n=len(self.rows), rows=rows)))
        return _sentence(language, ", ".join(where), self.problem, self.found, self.expected, self.hint)


class ConfigError(SalesreportError):
    """A setting, parameter or option that is not what it should be.

    Attributes:
        file: the configuration file (None for the command line). line: its line, from 1. key: the setting.
        found: the offending value. expected: what would have been right. nearest: the valid name most like it.
    """

    def __init__(
        self,
        problem: Text,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        key: str | None = None,
        found: Any = None,
        expected: Text | str | None = None,
        nearest: str | None = None,
        hint: Text | None = None,
    ) -> None:
        super().__init__(problem)
        self.file, self.line, self.key = file, line, key
        self.found, self.expected, self.nearest, self.hint = found, expected, nearest, hint

    def say(self, language: Language) -> str:
        """The message: file, line and key, what, found, expected, nearest valid name."""
        say = language.say
        where = []
        if self.file is not None:
            where.append(str(self.file))
        if self.line is not None:
            where.append(say(text("line {line}", line=str(self.line))))
        if self.key is not None:
            where.append(say(text("key “{key}”", key=self.key)))
        hint = text("Did you mean “{name}”?", name=self.nearest) if self.nearest else self.hint
        return _sentence(language, ", ".join(where), self.problem, self.found, self.expected, hint)


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like a mistyped one, or None when nothing is near.

    Examples:
        >>> nearest("dael_id", ["deal_id", "rep_id"])
        'deal_id'
    """
    names = {candidate.casefold(): candidate for candidate in valid}
    matches = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return names[matches[0]] if matches else None


def _sentence(
    language: Language, where: str, problem: Text, found: Any, expected: Text | str | None, hint: Text | None
) -> str:
    parts = [language.labelled(where, language.say(problem)) if where else language.say(problem)]
    if found is not None:
        values = found if isinstance(found, list | tuple) else [found]
        quoted = [
            language.say(text("“{value}”", value=value if isinstance(value, Text) else brief(str(value))))
            for value in values
        ]
        shown = language.listing(quoted, most=SHOWN_ROWS)
        parts.append(language.say(text("Found {found}.", found=shown)))
    if expected is not None:
        parts.append(language.say(text("Expected {expected}.", expected=expected)))
    if hint is not None:
        parts.append(language.say(hint))
    return " ".join(parts)
