"""The whole company: every canonical table, the truth behind it, and the dataset."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.process import load_process
from salesreport.provenance import Counts, Provenance
from salesreport.sample import seasons
from salesreport.sample.activities import activity_table
from salesreport.sample.aftermath import equipment_table, feedback_table
from salesreport.sample.columns import TIMEZONE, day_number
from salesreport.sample.deals import (
    SnapshotEvery,
    deal_ids,
    deal_table,
    hope,
    outcome,
    owner_table,
    snapshot_days,
    snapshot_table,
    stage_event_table,
)
from salesreport.sample.journeys import begin, travel
from salesreport.sample.leads import lead_table
from salesreport.sample.next_steps import with_next_steps
from salesreport.sample.orders import order_table
from salesreport.sample.organisation import LEAST_REPS, account_table, alike, hire, rep_tables, win_customers
from salesreport.sample.plans import commitment_table, target_table
from salesreport.sample.prices import price
from salesreport.sample.truth import Truth, tell
from salesreport.writing import write_dataset

NAME = "Lumina Industrial Lighting"
"""What the company is called."""

AS_OF = dt.date(2025, 12, 31)
"""The day its data ends, unless another is asked for."""

PROCESS = Path(__file__).with_name("process.yml")
"""Its process file: the milestones of `market` with their evidence."""

_SUBJECTS = 12


class Company(NamedTuple):
    """A made-up company.

    Attributes:
        tables: every canonical table by name, conforming to `salesreport.tables`.
        truth: the effects it was drawn from. settings: name, as-of date, currency, time zone.
    """

    tables: dict[str, pd.DataFrame]
    truth: Truth
    settings: DatasetSettings


def make_company(
    reps: int = 35,
    deals: int = 9_000,
    seed: int = 7,
    as_of: dt.date = AS_OF,
    years: int = 3,
    *,
    activities_per_deal: float = 8.0,
    snapshot_every: SnapshotEvery | None = "month",
    even: bool = False,
) -> Company:
    """Make up a seller of industrial lighting whose true effects are known.

    Five million deals with `activities_per_deal=1` and `snapshot_every=None` (55 million rows in all tables) take
    about 45 s and 8 GB on one core; a month's snapshots add 24 million rows and 2.5 GB.

    The same arguments give the same tables, to the bit. How densely activities and snapshots are drawn leaves all
    other tables as they are, but the activity targets and the deals' last activity.

    Args:
        reps: how many people sell, at least 12. deals: how many deals there are, at least 100.
        seed: another seed, another company.
        as_of: the day the data ends; nothing later is known.
        years: years since the CRM was introduced; the first deals begin so long before the as-of date.
        activities_per_deal: calls, mails and meetings per deal on average, beside the actions at milestones.
        snapshot_every: how often the open pipeline is written down: `month` (its last day), `week` (Sundays),
            `day` or None for no snapshots at all.
        even: reps who do not differ, and contracts signed on one working day as readily as on another: whatever
            is found of people or of quarters' ends is chance. `truth` then says so.

    Raises:
        ConfigError: too few reps, deals or years, or an unknown rhythm of snapshots.

    Examples:
        >>> company = make_company(reps=12, deals=300)
        >>> len(company.tables["deals"]), company.truth.weak_milestone
        (300, 'Proposal')
    """
    _check(reps, deals, seed, years, activities_per_deal, snapshot_every)
    last = day_number(as_of)
    first = day_number(_years_before(as_of, years)) + 1
    chance = [np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(_SUBJECTS)]
    working = seasons.working_days(first, last)
    signing = working if even else seasons.signing_days(first, last)
    starting = seasons.new_deals(first, last)

    staff = hire(chance[0], reps, deals / reps, first, last)
    staff = alike(staff) if even else staff
    accounts = win_customers(chance[1], staff, deals)
    prospects = begin(chance[2], staff, accounts, starting, deals)
    stays = travel(chance[3], prospects, staff, working, signing)
    prices, hopes = price(chance[4], prospects), hope(chance[5], deals)
    deal_id = deal_ids(deals)

    tables = {
        **rep_tables(staff),
        "accounts": account_table(chance[6], staff, accounts, last),
        "deals": deal_table(chance[7], prospects, stays, prices, hopes, staff, accounts, deal_id),
        "stage_events": stage_event_table(chance[8], stays, staff, deal_id),
        "deal_owners": owner_table(prospects, stays, staff, deal_id),
        "activities": activity_table(
            chance[9], prospects, stays, staff, accounts, deal_id, working, activities_per_deal
        ),
        "orders": order_table(chance[10], prospects, stays, prices, staff, accounts, deal_id, working),
    }
    if snapshot_every is not None:
        taken = snapshot_days(first, last, snapshot_every)
        tables["snapshots"] = snapshot_table(stays, prices, hopes, staff, deal_id, taken)
    later = chance[11].spawn(5)
    tables["leads"] = lead_table(later[0], prospects, staff, deal_id, starting)
    tables["feedback"] = feedback_table(later[1], prospects, stays, staff, accounts, working)
    tables["equipment"] = equipment_table(later[2], prospects, stays, staff, accounts, deal_id)
    tables["targets"] = target_table(
        staff, tables["orders"], tables["deals"], tables["activities"], first, last, seasonal=not even
    )
    tables["commitments"] = commitment_table(later[3], staff, last)
    tables["deals"] = with_next_steps(later[4], tables["deals"], outcome(stays), tables["activities"], last)
    return Company(
        tables=tables,
        truth=tell(staff, prospects, signing, tables["deals"]["deal_id"]),
        settings=DatasetSettings(
            name=NAME, as_of=as_of, currency="EUR", timezone=TIMEZONE, process=load_process(PROCESS).text
        ),
    )


def write_company(
    path: Path | str,
    reps: int = 35,
    deals: int = 9_000,
    seed: int = 7,
    as_of: dt.date = AS_OF,
    years: int = 3,
    *,
    activities_per_deal: float = 8.0,
    snapshot_every: SnapshotEvery | None = "month",
) -> Dataset:
    """Make up a company and write it as a dataset.

    Args:
        path: the dataset's folder.
        reps, deals, seed, as_of, years, activities_per_deal, snapshot_every: as in `make_company`.

    Raises:
        ConfigError: arguments that make no company. DataError: the folder holds something else.
    """
    company = make_company(
        reps, deals, seed, as_of, years, activities_per_deal=activities_per_deal, snapshot_every=snapshot_every
    )
    counts = {
        name: Counts(read=len(table), kept=len(table)) for name, table in company.tables.items() if len(table)
    }
    provenance = Provenance(
        made_by=(
            f"sample.write_company(reps={reps}, deals={deals}, seed={seed}, as_of={as_of}, years={years}, "
            f"activities_per_deal={activities_per_deal}, snapshot_every={snapshot_every})"
        ),
        counts=counts,
        notes=(text("All people, companies and figures in this dataset are invented."),),
    )
    return write_dataset(path, company.tables, company.settings, provenance)


def _check(
    reps: int, deals: int, seed: int, years: int, activities_per_deal: float, snapshot_every: str | None
) -> None:
    for key, value, least in (
        ("reps", reps, LEAST_REPS), ("deals", deals, 100), ("years", years, 1), ("seed", seed, 0),
        ("activities_per_deal", activities_per_deal, 0),
    ):  # fmt: skip
        if not value >= least:
            raise ConfigError(
                text("A sample company cannot be made with so few."),
                key=key,
                found=value,
                expected=text("at least {least}", least=least),
            )
    if snapshot_every not in (None, "day", "week", "month"):
        raise ConfigError(
            text("Snapshots cannot be taken in this rhythm."),
            key="snapshot_every",
            found=snapshot_every,
            expected=text("one of {names}", names=["day", "week", "month"]),
        )


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day some years earlier; 28 February instead of the 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
