"""The customer base by temperature: categories as rules, first match wins."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from salesreport.config import Place, Settings, TextError, no_such
from salesreport.language import text
from salesreport.process.words import Title, Word

NEW = "new"
"""The key that no category may have: where customers come from who were not in the base before."""

UNKNOWN = "unknown"
"""Likewise of customers of whom it is not known where they were."""

Count = Annotated[int, Field(strict=True)]


class Condition(Settings):
    """What must hold for a customer; where several are given, all must.

    Attributes:
        payment_due_within: an order is not paid yet and due within so many calendar months, this one included;
            what is overdue counts as due this month.
        stage_at_least: an open deal stands at this milestone (its key) or a later one of its process; `last`: at
            the last milestone of its process.
        any_open_deal: there is an open deal. equipment_out: there is equipment lent for trial.
        ordered_within: the last order is at most so many days old.
        active_within: the last activity or order is at most so many days old.
        any: at least one of these conditions holds. otherwise: always holds.

    Examples:
        >>> Condition(any_open_deal=True, active_within=30).given
        ('any_open_deal', 'active_within')
    """

    payment_due_within: Count | None = Field(default=None, ge=1, le=120)
    stage_at_least: Word | None = None
    any_open_deal: Literal[True] | None = None
    equipment_out: Literal[True] | None = None
    ordered_within: Count | None = Field(default=None, ge=0)
    active_within: Count | None = Field(default=None, ge=0)
    any: tuple["Condition", ...] = ()
    otherwise: Literal[True] | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The conditions it consists of, by name."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) not in (None, ()))

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if not self.given:
            names = list(type(self).model_fields)
            raise TextError(text("No condition is given."), text("at least one of {names}", names=names))
        if self.otherwise and len(self.given) > 1:
            raise TextError(text("“otherwise” stands alone."), place=("otherwise",))
        if any(one.otherwise for one in self.any):
            raise TextError(text("“otherwise” stands alone."), place=("any",))
        return self


class Category(Settings):
    """A category of customers.

    Attributes:
        key: a letter or a short word. title: what people call it. when: what must hold for its customers.

    References:
        S23 (docs/process.md).
    """

    key: Word
    title: Title
    when: Condition


def problem_of(categories: tuple[Category, ...], milestones: tuple[str, ...]) -> TextError | None:
    """What is wrong with a list of categories, beyond each one by itself; its place is below `base`."""
    if not categories:
        return TextError(text("There is no category."), place=("base",))
    seen: set[str] = set()
    for number, category in enumerate(categories):
        if category.key in seen:
            problem = text("Two categories have the key “{key}”.", key=category.key)
            return TextError(problem, place=("base", number, "key"))
        if category.key in (NEW, UNKNOWN):
            return TextError(text("This key already has a meaning."), place=("base", number, "key"))
        seen.add(category.key)
        last = number == len(categories) - 1
        if bool(category.when.otherwise) != last:
            return TextError(
                text("The last category, and only it, takes whoever is left."),
                "when: {otherwise: true}" if last else None,
                place=("base", number, "when"),
            )
        for place, key in _milestones(category.when, ("base", number, "when")):
            valid = ("last", *milestones)
            if key not in valid:
                return no_such(text("There is no such milestone."), key, valid, place)
    return None


def _milestones(condition: Condition, place: Place) -> list[tuple[Place, str]]:
    """The milestones a condition speaks of, with their places."""
    own = [((*place, "stage_at_least"), condition.stage_at_least)] if condition.stage_at_least else []
    return own + [
        found for number, one in enumerate(condition.any) for found in _milestones(one, (*place, "any", number))
    ]


CATEGORIES = (
    Category(key="A", title=text("Pays this month"), when=Condition(payment_due_within=1)),
    Category(key="B", title=text("Pays next month"), when=Condition(payment_due_within=2)),
    Category(key="C", title=text("Signing"), when=Condition(stage_at_least="last")),
    Category(key="D", title=text("Equipment on trial"), when=Condition(equipment_out=True)),
    Category(key="E", title=text("In talks"), when=Condition(any_open_deal=True)),
    Category(
        key="F",
        title=text("Warm"),
        when=Condition(any=(Condition(active_within=180), Condition(ordered_within=365))),
    ),
    Category(key="G", title=text("Cold"), when=Condition(otherwise=True)),
)
"""The seven categories that hold where a company names none of its own."""
