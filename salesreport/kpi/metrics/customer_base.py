"""The customer base as figures: how many customers are in it, and in each category."""

from dataclasses import replace
from functools import partial

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.customers.categories import states_at
from salesreport.kpi.customers.states import BASE, category_keys
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import text


def base_state(question: Question, key: str | None = None) -> Figures:
    """How many customers are in the base, or in one category of it.

    Raises:
        Unavailable: the data do not tell who is in the category.
    """
    sheet = question.sheet(BASE)
    if key is None:
        return Figures(sheet.add(), sheet.add())
    file = process_file(question.facts)
    untold = states_at(question.facts, file, question.as_of).untold
    if key in untold:
        raise Unavailable(untold[key])
    count = sheet.add(sheet.number("category") == list(category_keys(file)).index(key))
    return Figures(count, count)


def of_category(key: str, facts: Facts) -> Metric:
    """The contract of `base_state:KEY`.

    Raises:
        ConfigError: the process has no such category.
    """
    titles = {one.key: one.title for one in process_file(facts).base}
    if key not in titles:
        raise ConfigError(
            text("There is no such category of customers."),
            key="metric",
            found=f"base_state:{key}",
            expected=text("one of {names}", names=list(titles)),
            nearest=f"base_state:{near}" if (near := nearest(key, titles)) else None,
        )
    return replace(
        BASE_STATE,
        key=f"base_state:{key}",
        title=text("Customers: {category}", category=titles[key]),
        formula=text("number of customers in category “{category}” at the as-of date", category=titles[key]),
        numerator=text("customers in category “{category}”", category=titles[key]),
        figures=partial(base_state, key=key),
        parameter=None,
    )


BASE_STATE = Metric(
    key="base_state",
    title=text("Customer base"),
    formula=text("number of customers in the base at the as-of date; base_state:KEY counts one category"),
    numerator=text("customers"),
    denominator=None,
    date_basis=text("as it stands at the end of the as-of date"),
    credit=text(
        "the rep of the customer; without one, of its last order, deal or activity; nobody where several reps "
        "sold in turn to most"
    ),
    unit="customers",
    direction="neither",
    minimum_n=1,
    needs=(("customers", "account_id"),),
    reference="S23",
    facts=(BASE,),
    figures=base_state,
    additive=True,
    parameter="category",
)

METRICS = (BASE_STATE,)
