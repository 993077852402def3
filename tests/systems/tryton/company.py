"""Run by Tryton's own Python: a small company made, worked with and exported through Tryton's client library.

    python company.py TRYTON.CONF DATABASE FOLDER

It writes what the client's export dialog would (`export_data_domain`, and then as the client writes values) and,
beside it, what Tryton itself knows of the same opportunities and says in its report, as JSON.
"""

import csv
import datetime as dt
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

FIELDS = [
    "id", "number", "reference", "description", "party", "employee", "state", "start_date", "end_date", "amount",
    "currency/code", "conversion_probability", "lost_reason",
]  # fmt: skip
"""What a user picks in the export dialog."""

LISTED = [
    "company", "number", "reference", "start_date", "end_date", "employee", "description", "party", "amount",
    "state.translated", "conversion_probability",
]  # fmt: skip
"""What the dialog offers by itself: the columns of the list. No currency, no ID, no reason for the loss."""

RATES = {"EUR": Decimal(1), "USD": Decimal("1.25")}
"""Units of each currency for one euro, from 2020 on."""

DEALS: list[tuple[str | None, str, str, str, str, str | None]] = [
    # employee, state, amount, currency, started, ended (of open ones: expected)
    ("Anna", "won", "1000.00", "EUR", "2025-01-07", "2025-02-14"),
    ("Anna", "won", "500.50", "USD", "2025-01-20", "2025-03-03"),
    ("Anna", "lost", "300.00", "EUR", "2025-02-03", "2025-02-28"),
    ("Anna", "opportunity", "800.00", "EUR", "2025-02-10", "2025-09-30"),
    ("Anna", "cancelled", "200.00", "EUR", "2025-03-01", "2025-03-02"),
    ("Ben", "won", "600.10", "EUR", "2025-01-15", "2025-04-01"),
    ("Ben", "lost", "400.00", "EUR", "2025-02-01", "2025-03-15"),
    ("Ben", "lost", "250.00", "USD", "2025-02-20", "2025-05-05"),
    ("Ben", "converted", "900.00", "EUR", "2025-04-02", "2025-10-31"),
    ("Ben", "lead", "100.00", "EUR", "2025-05-01", None),
    ("Cora", "reopened", "700.00", "EUR", "2025-01-10", "2025-06-06"),
    ("Cora", "reopened, open", "350.00", "EUR", "2025-03-10", None),
    ("Cora", "cancelled", "50.00", "USD", "2025-04-04", "2025-04-05"),
    (None, "lead", "75.00", "EUR", "2025-06-01", None),
]


class Company:
    """The company in the database, through proteus."""

    def __init__(self, config: Any) -> None:
        from proteus import Model

        self.config, self.model = config, Model.get

    def set_up(self) -> None:
        """The company, two currencies, three salespeople, two customers."""
        from proteus import Wizard

        currencies = {}
        for code, rate in RATES.items():
            one = currencies[code] = self.model("currency.currency")(name=code, code=code, symbol=code)
            one.save()
            self.model("currency.currency.rate")(date=dt.date(2020, 1, 1), rate=rate, currency=one).save()
        party = self.model("party.party")(name="Lumen Trade")
        party.save()
        wizard = Wizard("company.company.config")
        wizard.execute("company")
        wizard.form.party, wizard.form.currency = party, currencies["EUR"]
        wizard.execute("add")
        self.config._context = self.model("res.user").get_preferences(True, {})
        for name in ("Anna", "Ben", "Cora"):
            person = self.model("party.party")(name=name)
            person.save()
            self.model("company.employee")(party=person).save()
        for name in ("Kőbánya Kft.", "Ödland, Söhne & Co"):
            customer = self.model("party.party")(name=name)
            customer.addresses[0].street = "Main street 1"
            customer.save()

    def work(self) -> None:
        """Each deal on its way to where it is, by the buttons that people press."""
        customers = self.model("party.party").find([("name", "in", ["Kőbánya Kft.", "Ödland, Söhne & Co"])])
        for at, (employee, state, amount, currency, started, ended) in enumerate(DEALS):
            one = self.model("sale.opportunity")()
            one.party = customers[at % 2]
            one.description = f'Deal {at}: "{state}", so far'
            one.reference = f"REF-{at}"
            one.start_date = dt.date.fromisoformat(started)
            one.currency = self._one("currency.currency", "code", currency)
            one.amount = Decimal(amount)
            if employee is not None:
                one.employee = self._one("company.employee", "party.name", employee)
            if ended is not None:
                one.end_date = dt.date.fromisoformat(ended)
            one.save()
            set_clock(dt.date.fromisoformat(ended or started))
            self._press(one, state, Decimal(amount))

    def _press(self, one: Any, state: str, amount: Decimal) -> None:
        if state == "lead":
            return
        one.click("opportunity")
        if state.startswith("reopened"):
            one.click("lost")  # and its End Date stays, though it is open again
            one.click("lead")
            one.click("opportunity")
        if state == "lost":
            one.lost_reason = "Price;\ntoo high"
            one.click("lost")
        elif state == "cancelled":
            one.click("cancel")
        elif state in ("won", "converted", "reopened"):
            (sale,) = one.click("convert")
            line = sale.lines.new()
            line.quantity, line.unit_price = 1, amount
            sale.invoice_address = sale.party.addresses[0]
            sale.click("quote")
            if state != "converted":
                sale.click("confirm")
            one.reload()

    def _one(self, model: str, field: str, value: str) -> Any:
        (found,) = self.model(model).find([(field, "=", value)])
        return found

    def exported(self, fields: list[str]) -> list[list[Any]]:
        """What the client's export dialog is given: tab “All”, the search limit ignored, field names on top."""
        model = self.config.get_proxy("sale.opportunity")
        return model.export_data_domain([], fields, 0, None, None, True, self.config.context)

    def known(self) -> list[dict[str, Any]]:
        """The opportunities as Tryton's own objects tell them."""
        return [
            {
                "id": one.id,
                "employee": one.employee and one.employee.rec_name,
                "state": one.state,
                "amount": str(one.amount),
                "currency": one.currency.code,
                "end_date": one.end_date and one.end_date.isoformat(),
            }
            for one in self.model("sale.opportunity").find([])
        ]

    def reported(self, from_date: dt.date | None, to_date: dt.date | None) -> list[dict[str, Any]]:
        """Tryton's report “Opportunity Conversions per Employee”."""
        context = {"from_date": from_date, "to_date": to_date, "period": "year"}
        with self.config.set_context(context=context):
            return [
                {
                    "employee": one.employee.rec_name,
                    "number": one.number,
                    "amount": str(one.amount),
                    "converted": one.converted,
                    "converted_amount": str(one.converted_amount),
                    "conversion_rate": one.conversion_rate,
                    "won": one.won,
                    "won_amount": str(one.won_amount),
                    "winning_rate": one.winning_rate,
                    "lost": one.lost,
                    "currency": one.currency.code,
                }
                for one in self.model("sale.opportunity.reporting.conversion.employee").find([])
            ]


def set_clock(day: dt.date) -> None:
    """Make it that day for Tryton, which writes the day of the click over the End Date."""
    from trytond.ir.date import Date

    Date.today = classmethod(lambda cls, timezone=None: day)


def plain(value: Any) -> Any:
    """As the client writes a value with “Use locale format” switched off."""
    return int(value) if isinstance(value, bool) else value


def german(value: Any) -> Any:
    """As it writes one with “Use locale format” (which is on unless switched off), on a German desktop."""
    if isinstance(value, dt.date):
        return value.strftime("%d.%m.%Y")
    return f"{float(value):.12g}".replace(".", ",") if isinstance(value, int | float | Decimal) else value


def write(path: Path, rows: list[list[Any]], shown: Callable[[Any], Any]) -> None:
    """The file that the client's export dialog saves."""
    with path.open("w", encoding="utf_8_sig", newline="") as file:
        writer = csv.writer(file, quotechar='"', delimiter=",")
        for row in rows:
            writer.writerow([shown(value) for value in row])


def main(config_file: str, database: str, folder: str) -> None:
    """Make the company, export it, and write down what Tryton knows."""
    from proteus import config

    company = Company(config.set_trytond(database, config_file=config_file))
    company.set_up()
    company.work()
    out = Path(folder)
    write(out / "opportunities.csv", company.exported(FIELDS), plain)
    write(out / "opportunities_german.csv", company.exported(FIELDS), german)
    write(out / "listed.csv", company.exported(LISTED), plain)
    rates = [["currency", "from", "rate"], *([code, "2020-01-01", 1 / rate] for code, rate in RATES.items())]
    write(out / "rates.csv", rates, plain)
    truth = {
        "opportunities": company.known(),
        "report": company.reported(None, None),
        "report_of_2025": company.reported(dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    }
    (out / "tryton.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
