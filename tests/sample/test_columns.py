import datetime as dt

import numpy as np
import pandas as pd

from salesreport.sample.columns import (
    FOREVER,
    dates,
    day_number,
    frame,
    ids,
    instants,
    month_end,
    month_number,
    pick,
    texts,
)
from salesreport.tables import TABLES


def test_days_and_months_count_from_1970():
    assert day_number(dt.date(1971, 1, 2)) == 366  # 1970 has 365 days
    days = np.array([day_number(dt.date(2024, 2, 3)), day_number(dt.date(1969, 12, 31))])
    assert month_number(days).tolist() == [54 * 12 + 1, -1]
    assert month_end(np.array([54 * 12 + 1])).tolist() == [day_number(dt.date(2024, 2, 29))]  # a leap year


def test_instants_keep_the_clock_through_daylight_saving():
    # Berlin is UTC+1 in winter and UTC+2 in summer; the change of 2024 was on 31 March
    days = np.array([day_number(dt.date(2024, 3, 30)), day_number(dt.date(2024, 4, 1))])
    made = instants(days, np.array([9 * 60, 9 * 60 + 30])).to_pylist()
    assert [moment.strftime("%Y-%m-%d %H:%M %z") for moment in made] == [
        "2024-03-30 09:00 +0100",
        "2024-04-01 09:30 +0200",
    ]


def test_missing_values():
    assert dates(np.array([0, FOREVER])).to_pylist() == [dt.date(1970, 1, 1), None]
    assert texts(np.array([-1, 0]), ["a"]).to_pylist() == [None, "a"]
    assert instants(np.array([], dtype=int), np.array([], dtype=int)).to_pylist() == []


def test_ids_grow_with_the_count():
    assert ids("X", 2, first=999_999).to_pylist() == ["X0999999", "X1000000"]


def test_pick_follows_the_chances_of_its_row():
    cumulated = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.25, 0.75, 1.0]])
    rows = np.repeat([0, 1, 2], 4_000)
    chosen = pick(np.random.default_rng(5), cumulated, rows)
    assert set(chosen[:4_000]) == {0}
    assert set(chosen[4_000:8_000]) == {2}
    # a quarter, a half, a quarter of 4,000; three standard deviations of a binomial are below 95
    assert np.allclose(np.bincount(chosen[8_000:]), [1_000, 2_000, 1_000], atol=95)


def test_frame_has_the_canonical_dtypes():
    made = frame("snapshots", {"taken_on": dates(np.array([3])), "deal_id": texts(np.array([0]), ["D1"])})
    pd.testing.assert_frame_equal(made, TABLES["snapshots"].validate(made))
