#!/usr/bin/env bash
# Babel numbers the weeks of "de" otherwise than those of "de_DE": all through 2027 it is one week ahead.
#
# One would expect: a language alone stands for the country where it is mostly spoken, as CLDR's likely subtags
#   say, ICU does, and as the same table in Babel says: de is de_Latn_DE. So 15 June 2027 is in week 24 in German,
#   French and Hungarian, as by ISO 8601.
# What happens (Babel 2.18.0): a locale without a territory takes the weeks of the whole world ("001"): the first
#   week is the one with 1 January, however short. format_date(day, "w") of "de" says 25, of "de_DE" 24, all
#   through 2027, and in 6 of the 14 years from 2020. Weeks of "en" start on a Monday, those of "en_US" on a
#   Sunday. The likely subtags are in the package (babel.core.get_global), and are not asked.
# Whom it hurts: reports and plans by calendar week in the language of a user or a browser, which rarely names a
#   country: "week 25" is sent for week 24. 2026 has the same numbers either way up to 27 December, so nobody sees
#   it before. Give locales with a country to weeks, or use date.isocalendar().
# Guess before running: ISO's weeks, which the first comparison took as the truth for de, fr and hu.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check Babel==2.18.0
cat > try.py <<'PY'
import datetime as dt

from babel import Locale, __version__
from babel.core import get_global
from babel.dates import format_date


def apart(year, alone, placed):
    """How many days of a year have other weeks in the language alone than with its country."""
    days = [dt.date(year, 1, 1) + dt.timedelta(day) for day in range(365)]
    return sum(format_date(day, "YYYY-ww", alone) != format_date(day, "YYYY-ww", placed) for day in days)


print("Babel", __version__)
day = dt.date(2027, 6, 15)
assert day.isocalendar().week == 24
for language, country in (("de", "DE"), ("fr", "FR"), ("hu", "HU"), ("sv", "SE")):
    placed = f"{language}_{country}"
    weeks = format_date(day, "w", language), format_date(day, "w", placed)
    years = [year for year in range(2020, 2034) if apart(year, language, placed) > 300]
    likely = get_global("likely_subtags")[language]
    print(f"{language} says week {weeks[0]}, {placed} {weeks[1]} on {day}; likely: {likely}")
    print("   other weeks nearly all year in", *years)
    assert weeks == ("25", "24"), weeks
    assert years == [2021, 2022, 2023, 2027, 2028, 2033], years
    assert apart(2026, language, placed) == 4
    assert likely.endswith(country)

starts = Locale("en").first_week_day, Locale("en", "US").first_week_day
print("first day of the week: en", starts[0], "en_US", starts[1], "(0 is Monday)")
assert starts == (0, 6), starts
PY
env/bin/python try.py
