"""What people write of a commitment, on the command line or in a file, checked against the dataset."""

import csv
import datetime as dt
import io
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from salesreport.errors import ConfigError, DataError, nearest
from salesreport.kpi import Facts, Metric, contract
from salesreport.kpi.facts.called import matching
from salesreport.kpi.facts.facts import DAYS
from salesreport.kpi.milestones.reached import places_of, process_file
from salesreport.language import text

HEADINGS = {
    "rep": "rep", "rep_id": "rep", "text": "text", "metric": "metric", "target": "target",
    "due": "due", "due_on": "due", "agreed": "agreed", "agreed_on": "agreed",
}  # fmt: skip
"""The headings that a file of commitments may have, and what they mean."""

LONGEST = 500
"""Signs that a commitment may have: more is no agreement but minutes."""

EARLIER = dt.timedelta(365)
"""What was agreed longer before the data begin is a slip of the pen."""

BELOW_ZERO = ("growth", "price_variation", "gross_profit", "satisfaction")
"""Metrics that may be below zero, as their targets may: of all others less than nothing is a slip."""


@dataclass(frozen=True)
class Written:
    """A commitment as somebody wrote it.

    Attributes:
        rep: id or name. text: what was agreed. metric: key of the metric it should move. target: where that
            should be; of shares 0.4 or 40%. due, agreed: days, such as 2025-10-31.
        where: what an error says of the place, as `ConfigError` takes it.
    """

    rep: str
    text: str
    metric: str | None = None
    target: str | None = None
    due: str | None = None
    agreed: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)


class Commitment(NamedTuple):
    """A commitment that fits the dataset; columns as in table `commitments`."""

    rep_id: str
    agreed_on: dt.date
    text: str
    metric: str | None
    target: float | None
    due_on: dt.date | None


def read_file(path: Path) -> list[Written]:
    """The commitments of a CSV file: headings rep and text, and metric, target, due, agreed where wanted.

    Raises:
        DataError: there is no such file, or it cannot be read. ConfigError: a heading that is unknown, missing or
            there twice; a quote that is not closed, or a text of several lines, which may be such a quote.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(text("There is no such file."), file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise DataError(text("The file cannot be read: {reason}.", reason=reason), file=path) from None
    first = content.partition("\n")[0]
    return _written(path, list(_rows(path, content, ";" if first.count(";") > first.count(",") else ",")))


def _rows(path: Path, content: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each line of a file and its cells: a row is a line, or a quote left open would swallow those that follow."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if reader.line_num > line:
                raise ConfigError(
                    text("A quoted text goes on in the next line: is its closing quote missing?"), file=path,
                    line=line, expected=text("a row in one line"),
                )  # fmt: skip
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if content.count('"') % 2:
            raise ConfigError(text("A quote is not closed."), file=path, line=line) from None
        raise ConfigError(
            text("This line cannot be read: {reason}.", reason=str(error)), file=path, line=line
        ) from None


def _written(path: Path, rows: Sequence[tuple[int, list[str]]]) -> list[Written]:
    names = [name.strip().casefold() for name in rows[0][1]] if rows else []
    for name in names:
        if name not in HEADINGS:
            raise ConfigError(
                text("A file of commitments has no such heading."), file=path, line=1, found=name,
                nearest=nearest(name, HEADINGS), expected=text("one of {names}", names=list(HEADINGS)),
            )  # fmt: skip
    meant = [HEADINGS[name] for name in names]
    for place, name in enumerate(names):
        before = meant.index(meant[place])
        if before < place:
            raise ConfigError(
                text("Two headings mean the same."), file=path, line=1,
                found=text("{first} and {second}", first=names[before], second=name),
                expected=text("one of them"),
            )  # fmt: skip
    for needed in ("rep", "text"):
        if needed not in meant:
            raise ConfigError(text("This required heading is missing."), file=path, line=1, key=needed)
    written = []
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(meant):
            raise ConfigError(
                text("This line has more cells than there are headings."), file=path, line=line,
                found=len(row), expected=str(len(meant)),
            )  # fmt: skip
        cells = {name: cell.strip() for name, cell in zip(meant, row, strict=False) if cell.strip()}
        where = {"file": path, "line": line}
        written.append(Written(**{"rep": "", "text": "", **cells}, where=where))
    if not written:
        raise DataError(text("The file has no rows."), file=path)
    return written


def checked(written: Sequence[Written], facts: Facts, today: dt.date) -> list[Commitment]:
    """The commitments, when all of them fit the dataset.

    Args:
        written: as people wrote them. facts: of the dataset. today: when those without a day were agreed.

    Raises:
        ConfigError: the first that does not: no such rep or metric, no number, no day, due before it was agreed.
    """
    return [_checked(one, facts, today) for one in written]


def rep_meant(wanted: str, facts: Facts, where: Mapping[str, Any]) -> str:
    """The id of the one rep that somebody means, by id or name.

    Raises:
        ConfigError: there is none, or several have that name.
    """
    found = matching(wanted, facts.names)
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            text("Several reps are called so; name one by the id."), **{"key": "rep", **where}, found=wanted,
            expected=text("one of {names}", names=found),
        )  # fmt: skip
    raise ConfigError(
        text("The dataset has no such rep."), **{"key": "rep", **where}, found=wanted,
        nearest=nearest(wanted, [*facts.names, *facts.names.values()]),
    )  # fmt: skip


def metric_meant(wanted: str, facts: Facts, where: Mapping[str, Any]) -> Metric:
    """The contract of the one metric that somebody means.

    Raises:
        ConfigError: there is none; the nearest is named. Or it is several: `conversion` of no milestone.
    """
    try:
        metric = contract(wanted, facts)
    except ConfigError as error:
        raise ConfigError(
            error.problem, **{"key": "metric", **where}, found=wanted, nearest=error.nearest,
            expected=error.expected,
        ) from None  # fmt: skip
    if metric.parameter in ("milestone", "category"):
        keys = [f"{metric.key}:{place.milestone.key}" for place in places_of(process_file(facts))]
        if metric.parameter == "category":
            keys = [f"{metric.key}:{one.key}" for one in process_file(facts).base]
        raise ConfigError(
            text("This stands for several metrics; one is wanted."), **{"key": "metric", **where}, found=wanted,
            expected=text("one of {names}", names=keys),
        )  # fmt: skip
    return metric


def day_meant(wanted: str, key: str, where: Mapping[str, Any]) -> dt.date:
    """A day as people write it for computers.

    Raises:
        ConfigError: it is none.
    """
    try:
        return dt.date.fromisoformat(wanted)
    except ValueError:
        raise ConfigError(
            text("This is not a date."), **{"key": key, **where}, found=wanted,
            expected=text("the form {form}", form="2017-12-31"),
        ) from None  # fmt: skip


def _checked(written: Written, facts: Facts, today: dt.date) -> Commitment:
    where = written.where
    rep = rep_meant(written.rep, facts, where)
    said = " ".join(written.text.split())
    if not said:
        raise ConfigError(text("There is no text: what was agreed?"), **{"key": "text", **where})
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in said):
        raise ConfigError(text("The text has signs that cannot be shown."), **{"key": "text", **where}, found=said)
    if len(said) > LONGEST:
        raise ConfigError(
            text("The text is too long for an agreement."), **{"key": "text", **where}, found=len(said),
            expected=text("at most {n} signs", n=LONGEST),
        )  # fmt: skip
    metric = None if written.metric is None else metric_meant(written.metric, facts, where)
    target = None if written.target is None else _number(written.target, metric, where)
    agreed = today if written.agreed is None else _agreed_on(written.agreed, facts, where, today)
    due = None if written.due is None else day_meant(written.due, "due", where)
    if due is not None and due < agreed:
        raise ConfigError(
            text("It is due before it was agreed."), **{"key": "due", **where}, found=due.isoformat(),
            expected=text("{day} or later", day=agreed),
        )  # fmt: skip
    return Commitment(rep, agreed, said, None if metric is None else metric.key, target, due)


def _agreed_on(wanted: str, facts: Facts, where: Mapping[str, Any], today: dt.date) -> dt.date:
    """The day of a meeting; one to come, or long before the data begin, is a slip."""
    day = day_meant(wanted, "agreed", where)
    if day > today:
        raise ConfigError(
            text("Nothing was agreed on a day that is yet to come."), **{"key": "agreed", **where},
            found=day.isoformat(), expected=text("{day} or earlier", day=today),
        )  # fmt: skip
    begins = [facts.begin(kind) for kind, (table, column) in DAYS.items() if facts.columns.has(table, column)]
    first = min((one for one in begins if one is not None), default=None)
    if first is not None and day < first - EARLIER:
        raise ConfigError(
            text("The data begin on {day}; nothing is known of what was agreed so long before.", day=first),
            **{"key": "agreed", **where}, found=day.isoformat(),
            expected=text("{day} or later", day=first - EARLIER),
        )  # fmt: skip
    return day


def _number(wanted: str, metric: Metric | None, where: Mapping[str, Any]) -> float:
    """A target; `40%` is 0.4."""
    where = {"key": "target", **where}
    if metric is None:
        raise ConfigError(text("A target needs the metric it is of."), **where, found=wanted)
    plain = wanted.strip()
    percent = plain.endswith("%")
    try:
        value = float(plain.removesuffix("%").strip())
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in plain:
        raise ConfigError(
            text("This is not a number."), **where, found=wanted,
            expected=text("the form {form}", form="12, 0.4, 40%"),
        )  # fmt: skip
    value = value / 100 if percent else value
    name = metric.key.partition(":")[0]
    share = metric.unit == "share" and name not in ("attainment", *BELOW_ZERO)
    if share and not 0 <= value <= 1:
        raise ConfigError(
            text("A share lies between 0 and 1."), **where, found=wanted,
            nearest=f"{plain}%" if 1 < value <= 100 and not percent else None,
        )  # fmt: skip
    if value < 0 and name not in BELOW_ZERO:
        raise ConfigError(
            text("This metric is never below zero."), **where, found=wanted, expected=text("0 or more")
        )
    return value
