#!/usr/bin/env bash
# Tryton writes today's date over the End Date of every opportunity that is closed, also where the day it was closed stood.
#
# One would expect: an opportunity whose End Date a salesperson set to the day of the decision keeps it when it is set to
#   lost some days later; only a date in the future (a forecast) or none is replaced by today. The code says so:
#   `cls.write([o for o in opportunities if o.is_forecast], {'end_date': today, ...})`.
# What happens (trytond_sale_opportunity 8.2.0): `is_forecast` is `return self.end_date or datetime.date.max > today`,
#   which Python reads as `end_date or (date.max > today)`: true for any End Date. The day of the click replaces what was
#   there, and in a closed opportunity the field can no longer be changed (AccessError).
# Whom it hurts: cycle times, win rates per quarter and Tryton's own "Opportunity Conversions", wherever deals are closed
#   in the system some time after they were decided: they move to the month of the clean-up.
# Guess before running: the past date stays. It does not.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    trytond==8.2.1 trytond_sale_opportunity==8.2.0 trytond_sale==8.2.0 proteus==8.2.0
printf '[database]\nuri = sqlite://\npath = %s\n' "$place" > trytond.conf
echo only-for-this-try > password
touch crm.sqlite
export TRYTONPASSFILE=password
env/bin/trytond-admin -c trytond.conf -d crm --all --email admin@example.com
env/bin/trytond-admin -c trytond.conf -d crm -u sale_opportunity --activate-dependencies
cat > try.py <<'PY'
import datetime as dt

from proteus import Model, Wizard, config

settings = config.set_trytond("crm", config_file="trytond.conf")
euro = Model.get("currency.currency")(name="Euro", code="EUR", symbol="€")
euro.save()
party = Model.get("party.party")(name="Lumen Trade")
party.save()
wizard = Wizard("company.company.config")
wizard.execute("company")
wizard.form.party, wizard.form.currency = party, euro
wizard.execute("add")
settings._context = Model.get("res.user").get_preferences(True, {})
today, decided = dt.date.today(), dt.date.today() - dt.timedelta(days=60)
one = Model.get("sale.opportunity")(party=party, start_date=decided - dt.timedelta(days=30), end_date=decided)
one.save()
one.click("lost")
print(f"End Date set by hand: {decided}; today: {today}; End Date once it is lost: {one.end_date}")
assert one.end_date == today, "the date that stood there is kept now"
PY
env/bin/python try.py
