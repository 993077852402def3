"""Coaching rules: which evidence is worth a talk, what to say of it and what to ask; read from YAML.

The kit's own stand in `rules.yml`; files of one's own are added to them like every extension.
"""

import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from salesreport.config import Settings, TextError, load, no_such, parse_yaml
from salesreport.language import Text, text
from salesreport.process.words import Word
from salesreport.report.sections.coaching.evidence import EVIDENCE
from salesreport.report.sections.coaching.fields import Row, plain

CAUSES: Mapping[str, Text] = {
    "skill": text("skill: how it is done"),
    "will": text("will: how much is done"),
    "knowledge": text("knowledge: of product, customers or process"),
    "system": text("system or territory: coaching is the wrong answer"),
    "open": text("not known: ask"),
}
"""The likely causes, as people call them."""

PHASES: Mapping[str, Text] = {
    "activity": text("activity"),
    "finding": text("finding opportunities"),
    "offer": text("to the offer"),
    "close": text("to the order"),
}
"""Where in the cycle help is needed (S17)."""

Cause = Literal["skill", "will", "knowledge", "system", "open"]


class Condition(Settings):
    """What a field must be; all that is said must hold, and a field that is not known fulfils only `known: false`.

    Attributes:
        above, below: bounds that do not belong to it. known: whether there is a value.
    """

    above: Annotated[float | None, Field(allow_inf_nan=False)] = None
    below: Annotated[float | None, Field(allow_inf_nan=False)] = None
    known: bool | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> "Condition":
        if self.above is not None and self.below is not None and self.above >= self.below:
            raise TextError(
                text("Nothing is above {above} and below {below}.", above=self.above, below=self.below)
            )
        return self

    def holds(self, value: Any) -> bool:
        """Whether a field (as `plain` gives it) fulfils it."""
        if self.known is not None and (value is not None) != self.known:
            return False
        if self.above is None and self.below is None:
            return True
        if not isinstance(value, int | float):
            return False
        return (self.above is None or value > self.above) and (self.below is None or value < self.below)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[Word, ...], BeforeValidator(_as_list)]
Some = Annotated[tuple[Word, ...], BeforeValidator(_as_list), Field(min_length=1)]


class Rule(Settings):
    """A rule.

    Attributes:
        rule: its name. evidence: the kind of evidence, a key of `EVIDENCE`.
        when: field → the value it must have, one of several, or a `Condition`; all must hold.
        about: what to talk about, in a few words; goes on after "talk about". say: the point, a sentence; of
            several the first whose fields are all known.
            because: what it rests on. ask: questions to ask. good: what good looks like. All may name fields in
            braces; a text that names a field that is not known is left out.
        cause: the likely one. phase: where in the cycle, or `{phase}` of the evidence.
        takes: `talk`, `decide` (the manager's own decision) or `check` (a few minutes); missing: a finding takes a
            talk, or where the system is the cause a decision, a fact a check.
        deals: how many deals are listed to be opened together. most: so many points it makes at most.
    """

    rule: Word
    evidence: Word
    when: dict[str, Condition | str | float | bool | list[str]] = Field(default_factory=dict)
    about: Word
    say: Some
    because: Words = ()
    ask: Words = ()
    good: Words = ()
    cause: Cause = "open"
    phase: str = ""
    takes: Literal["talk", "decide", "check"] | None = None
    deals: Annotated[int, Field(ge=0, le=5)] = 3
    most: Annotated[int, Field(ge=1, le=3)] = 1

    @model_validator(mode="after")
    def _known_names(self) -> "Rule":
        _one_of("evidence", self.evidence, EVIDENCE)
        fields = EVIDENCE[self.evidence].fields
        for name, wanted in self.when.items():
            _one_of("when", name, fields)
            _can_be(name, wanted, EVIDENCE[self.evidence].values.get(name))
        for template in (self.about, *self.say, *self.because, *self.ask, *self.good):
            for name in _places(template):
                _one_of("field", name, fields)
        if self.phase not in ("", "{phase}"):
            _one_of("phase", self.phase, PHASES)
        return self

    @property
    def finding(self) -> bool:
        """Whether what it says passed the statistics of Conversion; else it is a fact."""
        return EVIDENCE[self.evidence].tested

    @property
    def group(self) -> str:
        """What the point takes: a talk, a decision of the manager's own, or a short check."""
        if self.takes is not None:
            return self.takes
        return "check" if not self.finding else "decide" if self.cause == "system" else "talk"

    def applies(self, row: Row) -> bool:
        """Whether a row of evidence fulfils all conditions."""
        return all(_fulfils(plain(row.get(name)), wanted) for name, wanted in self.when.items())

    def phase_of(self, row: Row) -> str:
        """Where in the cycle a row is; empty where that plays no part."""
        return str(row.get("phase") or "") if self.phase == "{phase}" else self.phase

    def told(self, templates: Iterable[str], row: Row) -> list[Text]:
        """Texts with a row's fields in them; those that name a field that is not known are left out."""
        known = {name: value for name, value in row.items() if plain(value) is not None}
        return [
            Text(one, None, {name: known[name] for name in _places(one)})
            for one in templates
            if all(name in known for name in _places(one))
        ]


class RuleFile(Settings):
    """A file of rules.

    Attributes:
        rules: the most important first.
    """

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _different(self) -> "RuleFile":
        names = [one.rule for one in self.rules]
        for name in names:
            if names.count(name) > 1:
                raise TextError(text("Two rules have the name “{name}”.", name=name))
        return self


def _one_of(what: str, name: str, valid: Iterable[str]) -> None:
    names = list(valid)
    if name not in names:
        raise no_such(text("There is no {what} “{name}”.", what=what, name=name), name, names)


def _can_be(name: str, wanted: Any, values: tuple[str, ...] | None) -> None:
    """That a field can have the value that a condition asks for; fields with listed values have only those."""
    if values is None or (isinstance(wanted, Condition) and wanted.above is None and wanted.below is None):
        return
    for one in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(one, Condition) or not isinstance(one, str):
            raise TextError(
                text("“{name}” is one of some words.", name=name), text("one of {names}", names=list(values))
            )
        _one_of(name, one, values)


def _places(template: str) -> list[str]:
    try:
        parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError:
        raise TextError(text("A brace of “{text}” is not closed.", text=template)) from None
    if any(form or convert for _, _, form, convert in parts):
        raise TextError(text("A field is named alone, without a format: “{text}”.", text=template))
    return [str(name) for _, name, _, _ in parts]


def _fulfils(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Condition):
        return wanted.holds(value)
    if isinstance(wanted, list):
        return value in wanted
    return bool(value == wanted)


class Listed(NamedTuple):
    """Rules that are added to the kit's own, and what they came from."""

    file: Path
    rules: tuple[Rule, ...]


_added: list[Listed] = []


def load_rules(path: Path | str) -> RuleFile:
    """Read a file of rules.

    Raises:
        ConfigError: no such file, no YAML, or no rules; it names the line and the nearest valid name.
    """
    return load(path, RuleFile)


def add_rules(path: Path, added: tuple[Rule, ...]) -> None:
    """Put a file's rules before the kit's own; one with the name of a rule that is there takes its place."""
    remove_rules(path)
    _added.append(Listed(path, added))


def remove_rules(path: Path) -> None:
    """Take a file's rules back."""
    _added[:] = [one for one in _added if one.file != path]


def rules() -> tuple[Rule, ...]:
    """All rules, those of one's own first."""
    own = [rule for listed in reversed(_added) for rule in listed.rules]
    named = {rule.rule for rule in own}
    return (*own, *(rule for rule in built_in() if rule.rule not in named))


@lru_cache
def built_in() -> tuple[Rule, ...]:
    """The kit's own rules, from `rules.yml`."""
    content = (resources.files("salesreport.report.sections.coaching") / "rules.yml").read_text(encoding="utf-8")
    data, _ = parse_yaml(content)
    return RuleFile.model_validate(data).rules
