"""The tables, rewritten row by row: nothing is added, nothing is left out but what cannot be made sense of."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from salesreport.anonymise.pseudonyms import Pseudonyms
from salesreport.anonymise.shift import Shift
from salesreport.anonymise.treatment import treatment
from salesreport.errors import ConfigError
from salesreport.kpi import METRICS
from salesreport.period import Period

Tables = Mapping[str, pd.DataFrame]


def rewritten(
    tables: Tables, pseudonyms: Pseudonyms, shift: Shift, factor: float, fiscal_year_start: int
) -> dict[str, pd.DataFrame]:
    """The tables of an anonymised dataset.

    Args:
        tables: the original ones. pseudonyms: of their values. shift: of days. factor: of money.
        fiscal_year_start: what quarters of targets are meant in.

    Returns:
        Frames by table. Targets whose metric or period nobody knows are left out: they may be money, or a remark.
    """
    made = {}
    for table, frame in tables.items():
        columns = {}
        for column in map(str, frame.columns):
            what = treatment(table, column)
            values = frame[column]
            if what == "keep":
                columns[column] = values
            elif what == "shift":
                columns[column] = shift.series(values)
            elif what == "scale":
                columns[column] = values * factor
            elif what == "goal":
                columns[column] = values * np.where([_is_money(metric) for metric in _metrics(frame)], factor, 1.0)
            elif isinstance(what, tuple):
                columns[column] = _replaced(table, column, what[0], values, pseudonyms, shift, fiscal_year_start)
        made[table] = pd.DataFrame(columns, index=frame.index)
    if "reps" in made:
        made["reps"] = _named(tables["reps"], made["reps"], pseudonyms)
    if "targets" in made:
        known = made["targets"]["metric"].notna() & made["targets"]["period"].notna()
        made["targets"] = made["targets"][known].reset_index(drop=True)
    if "commitments" in made and "target" in made["commitments"]:
        # a number whose metric nobody knows may be money
        known = made["commitments"]["metric"].notna() if "metric" in made["commitments"] else False
        made["commitments"]["target"] = made["commitments"]["target"].where(known)
    return made


def _replaced(
    table: str,
    column: str,
    kind: str,
    values: pd.Series,
    pseudonyms: Pseudonyms,
    shift: Shift,
    fiscal_year_start: int,
) -> pd.Series:
    distinct = [str(one) for one in values.dropna().unique()]
    if kind == "metric":
        new = {one: metric_of(one, pseudonyms) for one in distinct}
    elif kind == "period":
        new = {one: _period(one, shift, fiscal_year_start) for one in distinct}
    elif column == "manager":
        new = {one: _manager(one, pseudonyms) for one in distinct}
    else:
        new = {one: pseudonyms.of(kind, one) for one in distinct}
    return values.astype("str").map(new).astype("str")


def _named(before: pd.DataFrame, reps: pd.DataFrame, pseudonyms: Pseudonyms) -> pd.DataFrame:
    """Reps with names: those that were called by their id get one as well."""
    called = before["name"] if "name" in before else pd.Series(None, index=before.index, dtype="str")
    called = called.fillna(before["rep_id"])
    return reps.assign(name=[pseudonyms.of("person", str(one)) for one in called])


def _manager(value: str, pseudonyms: Pseudonyms) -> str:
    """A manager is named as among the reps: by name, or by id."""
    if value in pseudonyms.maps.get("rep", {}) and value not in pseudonyms.named:
        return pseudonyms.of("rep", value)
    return pseudonyms.of("person", value)


def metric_of(value: str, pseudonyms: Pseudonyms) -> str | None:
    """A metric's key with the new name of what may stand behind its colon; None for a key that there is not."""
    key, colon, rest = value.partition(":")
    metric = METRICS.get(key)
    if metric is None:
        return None
    if not colon:
        return value
    if metric.parameter == "activity type":
        return f"{key}:{pseudonyms.of('type', rest)}"
    if metric.parameter == "milestone" and rest in pseudonyms.milestones:
        return f"{key}:{pseudonyms.milestones[rest]}"
    if metric.parameter == "metric":
        inner = metric_of(rest, pseudonyms)
        return None if inner is None else f"{key}:{inner}"
    return value if not pseudonyms.coarse and pseudonyms.screen.harmless(rest.replace("-", " ")) else None


def _period(value: str, shift: Shift, fiscal_year_start: int) -> str | None:
    try:
        return shift.period(Period.parse(value, fiscal_year_start)).name
    except ConfigError:
        return None


def _metrics(frame: pd.DataFrame) -> list[str]:
    if "metric" not in frame:
        return [""] * len(frame)
    return [str(one) for one in frame["metric"].fillna("")]


def _is_money(metric: str) -> bool:
    """Whether a metric is measured in money; one that is not known counts as if."""
    known = METRICS.get(metric.partition(":")[0])
    return known is None or known.unit.startswith("money")
