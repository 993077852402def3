"""What a deal, a rep, an activity is: one schema per canonical table, with units.

`TABLES` is the whole data model; docs/tables.md is generated from it. A frame of a canonical table has one row
per key, only columns declared here, and these dtypes: text → `str`, dates → `datetime64[ms]`, instants →
`datetime64[us, TIMEZONE]`, numbers and money → `float64`.
"""

from salesreport.language import Text, text
from salesreport.schema import Column, Table

__all__ = ["STATUSES", "TABLES", "Column", "Table"]


def _id(name: str, about: Text, required: bool = True) -> Column:
    return Column(name, "id", about, required)


def _text(name: str, about: Text, required: bool = False) -> Column:
    return Column(name, "text", about, required)


def _date(name: str, about: Text, required: bool = False) -> Column:
    return Column(name, "date", about, required)


def _instant(name: str, about: Text, required: bool = False) -> Column:
    return Column(name, "instant", about, required)


def _money(name: str, about: Text, required: bool = False, least: float | None = None) -> Column:
    return Column(name, "money", about, required, least=least)


def _choice(name: str, about: Text, *values: str, required: bool = False) -> Column:
    return Column(name, "choice", about, required, values=values)


_REP = text("the rep, as in table reps")
_REP_NOW = text("the rep who has it now")
_DEAL = text("the deal, as in table deals")
_ACCOUNT = text("the customer, as in table accounts")
_PRODUCT_LINE = text("product line or service type")
_SEGMENT = text("customer segment")
_STAGE = text("stage, as the CRM calls it")

STATUSES = ("open", "won", "lost")
"""The states of a deal."""

_ALL = (
    Table(
        "reps",
        text("The people who sell."),
        (
            _id("rep_id", text("identifies the rep in every table")),
            _text("name", text("the name reports show; the id where there is none")),
            _text("role", text("reps with one role are compared with each other")),
            _text("team", text("team, office or region")),
            _text("manager", text("who leads the one-to-ones")),
            _text("territory", text("sales territory")),
            _date("hired_on", text("first day at work")),
            _date("left_on", text("last day at work; empty for those who are here")),
            _text("email", text("address that the rep's report is sent to")),
            _text("manager_email", text("address of the manager, where the manager is not among the reps")),
            _text("language", text("language of the rep's report, such as de, where a pack file asks for it")),
        ),
        ("rep_id",),
    ),
    Table(
        "rep_history",
        text("Who was in which team, when: without it, today's team counts for all time."),
        (
            _id("rep_id", _REP),
            _date("from", text("first day"), required=True),
            _date("to", text("last day; empty: until now")),
            _text("team", text("team on those days")),
            _text("manager", text("manager on those days")),
            _text("role", text("role on those days")),
        ),
        ("rep_id", "from"),
    ),
    Table(
        "accounts",
        text("Customers and prospects."),
        (
            _id("account_id", text("identifies the customer in every table")),
            _text("name", text("company name")),
            _text("segment", _SEGMENT),
            _text("industry", text("industry")),
            _text("territory", text("sales territory")),
            _text("country", text("country")),
            _id("rep_id", _REP_NOW, required=False),
        ),
        ("account_id",),
    ),
    Table(
        "deals",
        text("Opportunities, one row each, as they stand at the as-of date."),
        (
            _id("deal_id", text("identifies the deal in every table")),
            _id("rep_id", _REP_NOW),
            _choice("status", text("open, won or lost"), *STATUSES, required=True),
            _date("created_on", text("day it was created; without it a deal counts, but has no age")),
            _date("closed_on", text("day it was won or lost; required on closed deals, empty on open ones")),
            _text("name", text("what the deal is called")),
            _id("account_id", _ACCOUNT, required=False),
            _text("product_line", _PRODUCT_LINE),
            _text("segment", _SEGMENT),
            _text("lead_source", text("where the deal came from")),
            _text("pipeline", text("sales process it runs in")),
            _text("stage", _STAGE),
            _money("amount", text("value in the dataset's currency; empty where unknown or not priced"), least=0),
            _money("list_price", text("value at list price"), least=0),
            _money("gross_profit", text("value less cost of goods")),
            Column("units", "number", text("pieces sold"), unit="units", least=0),
            _text("currency", text("ISO code of the currency the deal was made in")),
            _date("expected_close_on", text("closing date the rep expects")),
            Column("crm_probability", "number", text("chance to win, by the CRM"), unit="share", least=0, most=1),
            _text("loss_reason", text("why it was lost")),
            _text("kind", text("new, renewal, …")),
            _text("next_step", text("what the rep will do next")),
            _date("next_step_on", text("day of the next step")),
            _text("forecast_category", text("how sure the rep is, in the CRM's words")),
            _date("last_activity_on", text("last day somebody did something about it")),
            Column("contacts", "number", text("people of the customer who are known"), unit="people", least=0),
        ),
        ("deal_id",),
    ),
    Table(
        "stage_events",
        text("A deal enters a stage: the history behind every conversion and every age."),
        (
            _id("deal_id", _DEAL),
            _text("stage", _STAGE, required=True),
            _instant(
                "entered_at", text("when it entered the stage, or the first time it was seen there"), required=True
            ),
            _instant(
                "entered_after",
                text("the last time it was not there yet; empty: entered_at is exact (from snapshots: unknown)"),
            ),
            _id("rep_id", text("the rep who had it then"), required=False),
            _choice("origin", text("how it is known"), "history", "snapshot", "imputed"),
        ),
    ),
    Table(
        "deal_owners",
        text("Who had which share of a deal, when: shares of a deal at a time add up to 1."),
        (
            _id("deal_id", _DEAL),
            _id("rep_id", _REP),
            _date("from", text("first day; empty: from the start")),
            _date("to", text("last day; empty: until now")),
            Column("share", "number", text("share of the credit; empty is 1"), unit="share", least=0, most=1),
        ),
    ),
    Table(
        "snapshots",
        text("The pipeline as it looked on a day."),
        (
            _date("taken_on", text("the day"), required=True),
            _id("deal_id", _DEAL),
            _text("stage", _STAGE),
            _choice("status", text("open, won or lost"), *STATUSES),
            _money("amount", text("value as it was then"), least=0),
            _id("rep_id", text("the rep who had it then"), required=False),
            _date("expected_close_on", text("closing date the rep expected then")),
            Column(
                "crm_probability", "number", text("chance to win, by the CRM then"), unit="share", least=0, most=1
            ),
        ),
        ("taken_on", "deal_id"),
    ),
    Table(
        "activities",
        text("What reps did: calls, meetings, offers …."),
        (
            _id("activity_id", text("identifies the activity")),
            _id("rep_id", _REP),
            _text("type", text("call, meeting, offer …"), required=True),
            _instant("done_at", text("when it was done"), required=True),
            _id("account_id", _ACCOUNT, required=False),
            _id("deal_id", _DEAL, required=False),
            _text("outcome", text("what came of it")),
        ),
        ("activity_id",),
    ),
    Table(
        "leads",
        text("Enquiries before they are deals."),
        (
            _id("lead_id", text("identifies the lead")),
            _instant("created_at", text("when it came in"), required=True),
            _id("rep_id", _REP, required=False),
            _text("source", text("where it came from")),
            _instant("processed_at", text("when somebody dealt with it")),
            _choice("outcome", text("open, converted or rejected"), "open", "converted", "rejected"),
            _id("deal_id", text("the deal it became"), required=False),
        ),
        ("lead_id",),
    ),
    Table(
        "orders",
        text("What customers ordered; where there are any, revenue is counted from them."),
        (
            _id("order_id", text("identifies the order")),
            _id("rep_id", _REP),
            _date("ordered_on", text("day of the order"), required=True),
            _money("amount", text("value in the dataset's currency; credit notes are negative"), required=True),
            _id("account_id", _ACCOUNT, required=False),
            _id("deal_id", _DEAL, required=False),
            _text("product_line", _PRODUCT_LINE),
            Column("units", "number", text("pieces sold"), unit="units"),
            _money("unit_price", text("price per piece")),
            _money("list_price", text("list price per piece")),
            _money("gross_profit", text("value less cost of goods")),
            _date("due_on", text("day payment is due")),
            _date("paid_on", text("day it was paid")),
        ),
        ("order_id",),
    ),
    Table(
        "targets",
        text("What was agreed: budget, plan or strategy; a row is for a rep, a team or everybody."),
        (
            _text("metric", text("key of the metric; `activity:TYPE` for one type of activity"), required=True),
            _text("period", text("the period, such as 2017-Q4"), required=True),
            Column("value", "number", text("the target, in the metric's unit"), required=True),
            _id("rep_id", _REP, required=False),
            _text("team", text("team, office or region")),
            _text("segment", _SEGMENT),
            _text("product_line", _PRODUCT_LINE),
            _choice("source", text("who set it"), "budget", "plan", "strategy"),
        ),
    ),
    Table(
        "feedback",
        text("What customers said: satisfaction scores and complaints."),
        (
            _date("on", text("the day"), required=True),
            _choice("kind", text("satisfaction or complaint"), "satisfaction", "complaint", required=True),
            _id("account_id", _ACCOUNT, required=False),
            _id("rep_id", _REP, required=False),
            Column("score", "number", text("score, on the company's own scale"), unit="points"),
            _date("resolved_on", text("day a complaint was resolved")),
        ),
    ),
    Table(
        "equipment",
        text("Equipment lent to customers for trial."),
        (
            _id("equipment_id", text("identifies the piece")),
            _id("account_id", _ACCOUNT),
            _id("rep_id", _REP, required=False),
            _date("lent_on", text("day it went out"), required=True),
            _date("returned_on", text("day it came back; empty: still out")),
            _money("value", text("what it is worth"), least=0),
            _id("deal_id", _DEAL, required=False),
        ),
        ("equipment_id", "lent_on"),
    ),
    Table(
        "commitments",
        text("What rep and manager agreed in their meetings."),
        (
            _id("rep_id", _REP),
            _date("agreed_on", text("day of the meeting"), required=True),
            _text("text", text("what was agreed"), required=True),
            _text("metric", text("key of the metric it should move")),
            Column("target", "number", text("where the metric should be; of what is counted: in a month")),
            _date("due_on", text("until when")),
            _choice("status", text("open, done or dropped"), "open", "done", "dropped"),
            _date("closed_on", text("day it was done or dropped")),
            _date("recorded_on", text("day it was recorded with “salesreport commit”; empty: from an export")),
        ),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _ALL}
"""Every canonical table by name."""
