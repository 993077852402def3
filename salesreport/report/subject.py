"""Whom a report is about: a rep, a team, a segment …, or everybody."""

from dataclasses import dataclass
from typing import Literal, get_args

from salesreport.errors import ConfigError, nearest
from salesreport.kpi import Facts
from salesreport.language import Text, text

Kind = Literal["rep", "team", "manager", "segment", "product_line", "lead_source", "pipeline", "company"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a report can be about."""

_TITLES: dict[Kind, Text] = {
    "rep": text("Rep review"),
    "team": text("Team overview"),
    "manager": text("Manager overview"),
    "segment": text("Segment review"),
    "product_line": text("Product line review"),
    "lead_source": text("Lead source review"),
    "pipeline": text("Pipeline review"),
    "company": text("Company overview"),
}

_PEERS: dict[Kind, Text] = {
    "rep": text("peers"),
    "team": text("other teams"),
    "manager": text("other managers’ teams"),
    "segment": text("other segments"),
    "product_line": text("other product lines"),
    "lead_source": text("other lead sources"),
    "pipeline": text("other pipelines"),
    "company": text("peers"),
}


@dataclass(frozen=True)
class Subject:
    """Whom a report is about.

    Attributes:
        kind: what it is. id: how the data calls it; empty for the whole company. name: how people call it.
    """

    kind: Kind
    id: str
    name: str

    @property
    def dimension(self) -> str | None:
        """The KPI dimension it is one value of; None for the whole company."""
        if self.kind == "company":
            return None
        return "rep_id" if self.kind == "rep" else self.kind

    @property
    def where(self) -> dict[str, list[str]]:
        """The filter that leaves only its facts."""
        return {self.dimension: [self.id]} if self.dimension else {}

    @property
    def title(self) -> Text:
        """What kind of report it is."""
        return _TITLES[self.kind]

    @property
    def peers(self) -> Text:
        """What those are called that it is compared with."""
        return _PEERS[self.kind]


def find_subject(facts: Facts, kind: Kind, wanted: str) -> Subject:
    """The subject a notebook's parameter names, by id or by a name that only one rep has.

    Args:
        facts: the dataset's facts.
        kind: what is wanted. wanted: its id or name; empty means the whole company.

    Raises:
        ConfigError: the dataset has none of that name; the nearest is suggested.
    """
    if kind == "company" or not wanted:
        return Subject("company", "", facts.dataset.settings.name)
    if kind == "rep":
        names = facts.names
        called = [wanted] if wanted in names else [rep for rep, name in names.items() if name == wanted]
        if len(called) == 1:
            if called[0] in facts.not_people:
                raise ConfigError(
                    text("This owner is declared to be no person, and gets no report."), key=kind, found=wanted
                )
            return Subject("rep", called[0], names[called[0]])
        valid = [*names, *names.values()]
    else:
        valid = list(facts.dimensions.members(kind))
        if wanted in valid:
            return Subject(kind, wanted, wanted)
    raise ConfigError(
        text("The dataset has none of this name."), key=kind, found=wanted, nearest=nearest(wanted, valid)
    )
