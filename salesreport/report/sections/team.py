"""Everybody's decisions by rep and step, and which of these reps a team's report is about."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import Step, decisions, of_people
from salesreport.kpi.facts.columns import Flags, Numbers
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.compared import Finding, Spans, compared, findings_of, step_title
from salesreport.stats.shrinkage import shrunken_rates

MOST_EXPLAINED = 4
"""Of how many rates it is said that their deals explain them."""


class Team(NamedTuple):
    """Everybody's decisions, and who belongs to the report.

    Attributes:
        steps: those at which anybody decided anything. reps: ids. names: what people call them.
        n, successes: decisions and those that went on, reps × steps. shrunken: the rates, drawn towards the mean
            of their step as far as the reps have too few decisions (NaN: none). mean: by step.
        mine: whether a rep belongs to the report. spans: the comparisons of reps.
    """

    steps: tuple[Step, ...]
    reps: list[str]
    names: list[str]
    n: Numbers
    successes: Numbers
    shrunken: Numbers
    mean: Numbers
    mine: Flags
    spans: Spans

    @property
    def found(self) -> Anomalies:
        """The comparison of the year, of which the rates are."""
        return self.spans.year

    def rows(self, found: Anomalies | None = None) -> pd.DataFrame:
        """The rows of a comparison, by default the year's, that are about reps of the report."""
        frame = (found or self.found).frame
        mine = [rep for rep, flag in zip(self.reps, self.mine.tolist(), strict=True) if flag]
        return frame[frame["rep_id"].isin(mine)]

    def whole(self) -> pd.DataFrame:
        """Of these the rows about all deals of a rep at a step."""
        return self.found.whole(self.rows())

    def findings(self) -> list[Finding]:
        """What is flagged of reps of the report, over either span; see `findings_of`."""
        return findings_of(self.spans, [self.rows(found) for found in self.spans.both])

    def elsewhere(self, step: str | None = None) -> list[str]:
        """Who is flagged, at a step or at any, only over the longest span or within a part of the deals."""
        flagged = self.whole()[lambda rows: rows["flag"] != "none"]
        known = set(zip(flagged["rep_id"], flagged["step"], strict=True))
        names = dict(zip(self.reps, self.names, strict=True))
        others = [
            names[row["rep_id"]]
            for _, row in self.findings()
            if (row["rep_id"], row["step"]) not in known and row["step"] == (step or row["step"])
        ]
        return list(dict.fromkeys(others))


def team_of(context: Context) -> Team | Text:
    """The report's reps and everybody they are compared with; or why there is no such comparison."""
    subject, period, facts = context.subject, context.year, context.facts
    if subject.kind == "rep":
        return text("A rep’s report shows no other rep.")
    among = subject.dimension in ("team", "manager")  # compared with everybody, not only among themselves
    where = {} if among else subject.where
    try:
        spans = compared(context, where=where)
    except Unavailable as problem:
        return text("Reps’ conversion cannot be compared: {reason}.", reason=problem.reason)
    whose = subject.dimension if among else None
    key = ("reps at steps", period, subject.dimension if where else None, subject.id if where else None)
    everybody = facts.remember(key, lambda: _everybody(context, spans, where))
    if whose is None:
        return everybody
    members = facts.remember(("reps of", whose, period), lambda: _members(context, whose))
    return everybody._replace(mine=np.isin(everybody.reps, members.get(subject.id, [])))


def _everybody(context: Context, spans: Spans, where: dict[str, list[str]]) -> Team:
    decided = of_people(decisions(context.facts, context.shared.process)).during(context.year)
    for name, values in where.items():
        decided = decided.take(np.asarray(decided.dimension(name).isin(values), bool))
    reps, steps = decided.rep.categories, len(decided.steps)
    rep = np.where(decided.rep.codes < 0, len(reps), decided.rep.codes).astype(np.intp)
    n = np.bincount(rep * steps + decided.step, minlength=(len(reps) + 1) * steps).reshape(-1, steps).astype(float)
    successes = np.bincount(rep * steps + decided.step, decided.success, n.size).reshape(-1, steps).astype(float)
    assert n.sum() == len(decided), "reps add up to everybody"
    there, used = np.flatnonzero(n[:-1].sum(axis=1)), np.flatnonzero(n.sum(axis=0))
    ids = reps.take(there).tolist()
    names = context.shared.reps["name"].reindex(ids).fillna(pd.Series(ids, index=ids))
    order = np.argsort(names.to_numpy(str), kind="stable")
    n, successes = (grid[np.ix_(there[order], used)] for grid in (n, successes))
    shrunk = [shrunken_rates(got, cases) for got, cases in zip(successes.T, n.T, strict=True)]
    return Team(
        tuple(decided.steps[place] for place in used.tolist()),
        [ids[place] for place in order],
        [str(names.iloc[place]) for place in order],
        n,
        successes,
        np.column_stack([one.value for one in shrunk]),
        np.array([one.mean for one in shrunk]),
        np.ones(len(there), bool),
        spans,
    )


def _members(context: Context, whose: str) -> dict[str, list[str]]:
    """Who decided deals for which team in the period."""
    decided = of_people(decisions(context.facts, context.shared.process)).during(context.year)
    values = decided.dimension(whose)
    pairs = np.unique(values.codes.astype(np.int64) * (len(decided.rep.categories) + 1) + decided.rep.codes)
    found: dict[str, list[str]] = {}
    for team, rep in zip(
        *(one.tolist() for one in np.divmod(pairs, len(decided.rep.categories) + 1)), strict=True
    ):
        if team >= 0 and rep < len(decided.rep.categories):
            found.setdefault(str(values.categories[team]), []).append(str(decided.rep.categories[rep]))
    return found


def unavailable(context: Context, key: str, topic: str, message: Text) -> Section:
    """A section that says why there is no picture."""
    return Section(key, topic, context.say(message), pd.DataFrame(), context.language, available=False)


def only_in_part(context: Context, said: Text, others: list[str]) -> Text:
    """A message on all deals of the year, and who differs only over a longer span or in part of the deals."""
    if not others:
        return said
    return text(
        "{said}, all deals of {year} together; over a longer time or in part of the deals: {names}",
        said=said,
        year=context.year,
        names=others,
    )


def explained(context: Context, team: Team, rows: pd.DataFrame, step: str | None = None) -> list[Text]:
    """Raw rates that look conspicuous and are not, like for like."""
    rows = rows[rows["explained"].isin(["mix", "timing"])]
    rows = rows if step is None else rows[rows["step"] == step]
    said = []
    for _, row in rows.head(MOST_EXPLAINED).iterrows():
        place = place_of(context, team, row)
        said += [text("{place}: {said}", place=place, said=one) for one in sentences.details(team.found, row)]
    return said


def place_of(context: Context, team: Team, row: pd.Series) -> str:
    """Whom a row is about, at which step, within what."""
    names = dict(zip(team.reps, team.names, strict=True))
    parts = [names.get(row["rep_id"], row["rep_id"]), *team.found.part(row).values()]
    return ", ".join([*parts, context.say(step_title(team.found.step(row["step"])))])
