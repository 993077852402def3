"""Pay plans: read from YAML, and checked by themselves."""

from pathlib import Path

from pydantic import ValidationError

from salesreport.config import explain, load, parse_yaml
from salesreport.plan.pay.model import PayPlan


def load_pay_plan(path: Path | str) -> PayPlan:
    """Read a pay plan.

    Raises:
        ConfigError: no such file, not YAML, or no pay plan; it names the line and the nearest valid name.
    """
    return load(path, PayPlan)


def parse_pay_plan(content: str, path: Path | None = None) -> PayPlan:
    """Read a pay plan's text; `path` is only named in errors.

    Raises:
        ConfigError: it is not YAML, or no pay plan.

    Examples:
        >>> plan = parse_pay_plan('''
        ... name: Commission
        ... currency: EUR
        ... components: [{key: sales, metric: revenue, rate: 3 %}]
        ... ''')
        >>> plan.components[0].rate
        Decimal('0.03')
    """
    data, lines = parse_yaml(content, path)
    try:
        return PayPlan.model_validate(data)
    except ValidationError as error:
        raise explain(error, PayPlan, path, lines) from None
