import datetime as dt

import pytest

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.pack.span import Span, check_period, span
from salesreport.period import Period


def test_first_and_last_day_with_data(company: Dataset) -> None:
    # the first deal was created on 2017-01-05, the last one closed on 2017-12-12 (the conftest's table)
    assert span(company) == Span(dt.date(2017, 1, 5), dt.date(2017, 12, 12))


@pytest.mark.parametrize(
    "written", ["2017-Q4", "2017", "2017-02", "2017-12-12..2018-06-30", "2017-06", "2017-12-13..2017-12-31"]
)
def test_periods_with_data(company: Dataset, written: str) -> None:
    check_period(company, company.period(written))


@pytest.mark.parametrize("written", ["2016", "2018-Q1", "2018-01-01..2018-01-05"])
def test_a_period_without_data_is_an_error_that_names_the_days_there_are(company: Dataset, written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_period(company, company.period(written), key="period", line=4)
    said = str(caught.value)
    assert written in said
    assert "Jan 5, 2017" in said
    assert "Dec 31, 2017" in said  # the as-of date: until then it is known that nothing happened
    assert caught.value.line == 4


def test_the_days_that_a_fiscal_period_means_are_said(company: Dataset) -> None:
    # fiscal years start in April: 2019 is April 2018 to March 2019, its first quarter April to June 2018
    with pytest.raises(ConfigError) as caught:
        check_period(company, Period.parse("2019-Q1", fiscal_year_start=4))
    said = str(caught.value)
    assert "no data for the period 2019-Q1, which is Apr 1, 2018 to Jun 30, 2018." in said
    assert "named after the year it ends in: 2019 is Apr 1, 2018 to Mar 31, 2019." in said
    with pytest.raises(ConfigError) as caught:
        check_period(company, Period.parse("2019-01", fiscal_year_start=4))
    assert "fiscal" not in str(caught.value)  # months are the calendar's
