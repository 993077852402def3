"""Write the pages about metrics, tables and settings from the code, or check that they have not drifted.

python docs/generate.py           # writes metrics.md, tables.md, checks.md …
python docs/generate.py --check   # exit code 1 and a list of the pages that differ
"""

import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from salesreport.audit import CHECKS, Check
from salesreport.audit.definitions import offers, sizes, steps, win_rates
from salesreport.audit.definitions.shown import SHOWN, UNKNOWN
from salesreport.audit.maturity.criteria import CRITERIA, GATE_TITLES
from salesreport.audit.maturity.levels import LEVELS
from salesreport.audit.model import FOUNDED
from salesreport.audit.sentences import OWN, limits_of
from salesreport.files import write_text
from salesreport.ingest.spec.spec import SourceSpec
from salesreport.kpi import METRICS, Metric
from salesreport.language import LANGUAGES
from salesreport.language.glossary import glossary
from salesreport.pack.make import REPORT_FORMAT, REPORT_MIME, Shown
from salesreport.pack.manifest import FORMAT as MANIFEST_FORMAT
from salesreport.pack.manifest import Manifest
from salesreport.pack.packfile import PackFile
from salesreport.report.sections.coaching.evidence import EVIDENCE
from salesreport.report.sections.coaching.rules import CAUSES, PHASES, RuleFile
from salesreport.tables import TABLES, Table
from salesreport.titles import column_title, table_title

HERE = Path(__file__).parent
MADE = "<!-- Made by docs/generate.py; change the code, not this page. -->"


def metrics_page() -> str:
    """The contract of every metric."""
    lines = [
        "# Metrics",
        "",
        MADE,
        "",
        "Every figure comes with the number of observations it rests on (n) and, where it is a rate, a mean or a",
        "median, a 95 % interval. Where a metric cannot be told, the reason stands in its place, never a zero.",
        "S-numbers are the project's sources.",
        "",
        "| key | title | unit | better | least n |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{metric.key}`](#{metric.key}) | {_cell(metric.title)} | {metric.unit} | {metric.direction} "
        f"| {metric.minimum_n} |"
        for metric in METRICS.values()
    ]
    for metric in METRICS.values():
        lines += ["", f"## {metric.key}", "", *_contract(metric)]
    return "\n".join(lines) + "\n"


def checks_page() -> str:
    """The contract of every check of the audit."""
    lines = [
        "# Checks",
        "",
        MADE,
        "",
        "What [`salesreport audit`](audit.md) looks at, in this order. A limit is passed where the whole 95 %",
        "interval is beyond it. A check that the data do not allow says what they lack.",
        "",
        "| key | title | class | worth a look, serious | published by |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{check.key}`](#{check.key}) | {_cell(check.title)} | {check.kind} "
        f"| {_cell(limits_of(check) or '–')} "
        f"| {_cell(check.source) if check.threshold and check.source != OWN else '–'} |"
        for check in CHECKS
    ]
    for check in CHECKS:
        lines += ["", f"## {check.key}", "", *_check(check)]
    return "\n".join(lines) + "\n"


def _check(check: Check) -> list[str]:
    lines = [f"**{check.title}**", "", f"- Definition: {_cell(check.definition)}", f"- Class: {check.kind}"]
    if check.threshold is not None:
        who = "Threshold, our own" if check.source == OWN else "Published"
        source = "" if check.source == OWN else f" ({check.source})"
        lines.append(f"- {who}: {_cell(check.threshold)}{source}")
    lines.append(f"- Limits here: {_cell(limits_of(check) or 'none; the check says by itself what it thinks')}")
    lines.append(f"- How well founded: {FOUNDED[check.founded]}")
    if check.affects:
        lines.append("- Biases: " + ", ".join(f"[`{key}`](metrics.md#{key})" for key in check.affects))
    if check.does is not None:
        lines.append(f"- What it does: {_cell(check.does)}")
    if check.needs:
        lines.append("- Needs: " + ", ".join(f"`{table}.{column}`" for table, column in check.needs))
    return [*lines, f"- Version of the method: {check.version}"]


def tables_page() -> str:
    """Every canonical table with its columns."""
    lines = [
        "# Tables",
        "",
        MADE,
        "",
        "A dataset has the tables that its export could fill. A table or column that is absent switches off what",
        "needs it, and the report says so, by what its readers call it (*in reports*). Money is in the dataset's",
        "currency; dates are days in its time zone.",
    ]
    for table in TABLES.values():
        named = f" In reports: “{table_title(table.name)}”."
        lines += ["", f"## {table.name}", "", f"{table.about}{named}", *_columns(table)]
    return "\n".join(lines) + "\n"


SOURCE_EXAMPLE = """\
name: Lumen Trade
as_of: 2025-12-31                  # the day the export was made
currency: EUR
timezone: Europe/Budapest
fiscal_year_start: 4               # 2025-Q1 is April to June 2024
rates: rates.csv                   # currency,from,rate
tables:
  deals:
    file: opportunities.csv
    encoding: cp1250
    decimal: ","
    date_order: ymd
    columns:
      deal_id: Opportunity ID
      rep_id: Owner
      account_id: Account Name
      product_line: Product
      stage: Stage
      created_on: Created Date
      closed_on: Close Date
      amount: Amount
      currency: Amount Currency
    values:
      product_line: {GTXPro: GTX Pro}      # seen: wanted
      closed_on: {not closed: ""}          # a word that means "nothing here"
    status:
      from: stage
      won: [Closed Won]
      lost: [Closed Lost, Disqualified]
      neither: [Cancelled]                 # not decided: set aside and counted; everything else is open
    drop: {Owner: [Test User]}
  reps:
    file: users.xlsx
    sheet: Users
    header_row: 3                          # two lines of title stand above
    columns: {rep_id: Full Name, team: Region, manager: Manager}
  targets:
    file: quota.csv
    columns: {rep_id: Owner, value: Quota}
    constants: {metric: revenue, source: plan}
    period: {starts: From, until: 3 months}
"""
"""Shows most of the settings of a source spec."""

SHAPES_EXAMPLE = """\
name: Lumen Trade
as_of: 2025-12-31
currency: EUR
timezone: Europe/Budapest
tables:
  deals:
    file: [north.csv, south.csv]                   # one table from two files that are alike
    timezone: UTC                                  # what the times of day in them mean
    keep: {Record Type: Opportunity}               # the files hold leads, too
    columns:
      deal_id: Id
      rep_id: OwnerId
      name: {join: [Account, Topic], by: " – "}
      stage: {heading: StageId, lookup: {file: stages.csv, key: Id, value: Name}}
      product_line: {heading: Product, occurrence: 1}    # this heading stands twice
      created_on: Created
      closed_on: [Won time, Lost time]             # the first that is filled
      amount: Line amount
    status: {won: {IsWon: true}, lost: {IsClosed: true}}    # the rest is open
    rows: sum                                      # a row per product: their amounts are added up
  leads:
    file: north.csv
    keep: {Record Type: Lead}
    columns: {lead_id: Id, rep_id: OwnerId, created_at: Created}
  orders:                                          # the same rows kept as lines
    file: north.csv
    keep: {Record Type: Opportunity, IsWon: true}
    columns:
      order_id: {row: L}                           # numbered: L2, L3 …
      deal_id: Id
      rep_id: OwnerId
      ordered_on: Won time
      product_line: {heading: Product, occurrence: 1}
      amount: Line amount
  reps:
    file: users.csv
    columns:
      rep_id: Id
      name: {join: [First, Last]}
      manager: {heading: ManagerId, lookup: {file: users.csv, key: Id, value: [First, Last]}}
  stage_events:
    file: changes.csv                              # a row per change of any field
    keep: {Field: Stage}
    before: Old                                    # the value before: what a deal began with
    columns:
      deal_id: Deal
      stage: {heading: New, lookup: {file: stages.csv, key: Id, value: Name}}
      entered_at: At
  activities:
    file: tasks.csv
    columns: {activity_id: Id, rep_id: Who, deal_id: Deal, done_at: Done}
    constants: {type: call}
    also:                                          # a further file with headings of its own
      - file: events.csv
        columns: {activity_id: Id, rep_id: Person, deal_id: About, done_at: Start}
        constants: {type: meeting}
"""
"""Shows the settings for exports whose rows and columns are not those of a table."""

SOURCE_PAGE = """\
A source spec says how an export maps to the [tables](tables.md) of a dataset; `salesreport ingest SPEC.yml
--out FOLDER` reads it. `salesreport ingest Sales.xlsx`, a file of data instead, prints the beginning of a
spec from the file's own headings, to be saved and checked; `--preset auto` goes on at once where the
CRM is known ([exports.md](exports.md)). Unknown or ill-typed settings fail before anything is read, with
file, line and the nearest valid name.

## What becomes of odd values

- A row is **set aside** only where a value that it must have is missing or cannot be read: what
  [tables.md](tables.md) calls required, and the closing date of a closed deal. The rows stand with their
  reason in `set_aside/TABLE.csv`, in the folder that `dataset.json` names.
- In any other column such a value is **emptied**, the row stays, and it counts as repaired: a number that
  is none, is infinite, negative where that cannot be, or a chance above 100 %; a day before 1900 or from
  2200 on; an error of a spreadsheet such as `#N/A`. An amount in an unknown currency is counted, but not
  priced. `0001-01-01` and `0000-00-00` mean that there is no date.
- Where **most values** of a column cannot be read, the mapping is probably wrong, and that is an error.
  Words in place of values (“not closed”) get a meaning by `values`, and so do cells that hold nothing, by an
  empty text: `values: {rep_id: {"": Online shop}}` counts orders without a salesperson as the shop's, which
  `not_people` can name.
- Errors and formulas never calculated are seen in CSV, `.xlsx` and `.xlsm` files; in `.xls`, `.xlsb` and
  `.ods` they look like empty cells.
- Values of the **status** that no list names count as open and are listed; one that looks like an end
  (Closed lost, cancelled, abgesagt, annulé …) is an error until `won`, `lost`, `neither` or `open` names
  it.
- What may be a mistake is **noticed**, and nothing is changed: amounts hundreds of times their like or
  more, or as much less; names that differ only by case, accents, spaces, signs or one letter (up to 50,000
  different names are compared, letter by letter up to 3,000).
- **Dates** may have names of months in 29 languages (`07-Jan-25`, `7 janv. 2025`, `2025. január 7.`),
  East Asian units, times such as `10.15.00 AM` or `+0000 UTC`. A column of numbers alone is read as a
  spreadsheet's days (20,000 to 60,000) or as seconds or milliseconds since 1970 (of 2000 to 2099), and
  a note says so; 0 is no date there. In `07-Jan-25` the year stands last.
- **Money** may have a sign, code or name of its currency beside it (`1 234,56 Ft`, `MX$5`, `5 US
  dollars`); `$ -` is 0, as accounts write it. A sign that several currencies share means the currency
  of the row's own column, else the dataset's, else the first in the list of signs (`$`: USD); `kr`,
  `Rs.` and `元` mean nothing without one of these. A currency column may hold names: `US Dollar`,
  `magyar forint`.
- In `.xlsx`, `.xlsm` and `.ods` files a currency that only a cell's **number format** shows counts like a sign
  in the cell, but less than the row's currency column; where they differ, a note says so.
- In a sheet or page, headings and names **merged** over several rows are in all of them; a number, date
  or anything else with a digit is in the first only.
- A **web page** named `.xls` is read as a table, a workbook in one XML file (Excel 2003) by its sheets:
  in the encoding that is declared or that it declares; nothing is fetched. An **archive** must hold one
  file, which may be 512 MB large, or 50 times the archive.
- Encodings, separators, decimal marks and the order of day and month are decided from all values of a file;
  what can be read in two ways is an error that says what to declare.
"""

PACK_EXAMPLE = """\
notebook: rep_review
dataset: ../../outputs/datasets/maven
each: rep
where: {team: [Central, East]}
period: 2017-Q4
compare_to: year_before
language: de
title: Reviews of the fourth quarter
output: ../../outputs/maven-2017-Q4
"""
"""Shows most of the settings of a pack file."""

PACK_PAGE = """\
A pack file says which notebook is run for whom, and for which period; `salesreport pack PACK.yml` runs it.
Paths are relative to the file that holds them. `--set key=value` changes a setting, or a parameter of the
notebook, for one run. Unknown or ill-typed settings and parameters fail before anything runs.

Years, halves and quarters follow the `fiscal_year_start` of the [source spec](source_spec.md): a fiscal year
is named after the calendar year it ends in, so with a start in April `2025-Q1` is April to June 2024.

In the report about one rep, texts from the data (deals, customers, reasons, stages …) show `[name]` where they
name another rep; a customer called like a rep (Hans Weber GmbH) is no exception. Names are those of table `reps`:
of two words and more in any case, single words whole and in their case unless many customers have them in their
names, and ids that nobody takes for something else. Her own name and, in the head, her manager's stay; owners
declared as `not_people` have no name. `parameters: {mask_names: false}` shows texts as they are. Reports about
teams, segments and the company always do.

The executed notebooks, kept in `notebooks/` beside `reports/`, hold the parameters of their own report, and files
without the folders they lie in. They can be run again where they are: the dataset's path is as seen from there
(only its name where the pack and the dataset have no folder in common).
"""


def source_spec_page() -> str:
    """Every setting of a source spec."""
    shapes = ["", SHAPES_PAGE.format(example=SHAPES_EXAMPLE)]
    return _settings_page("The source spec", SOURCE_PAGE, SOURCE_EXAMPLE, SourceSpec) + "\n".join(shapes)


def pack_file_page() -> str:
    """Every setting of a pack file."""
    return _settings_page("The pack file", PACK_PAGE, PACK_EXAMPLE, PackFile) + WORDS_PAGE


WORDS_PAGE = """
## Which sections, in which order

The notebook says what a report shows, a line per section. A pack file can choose and order them, or drop some,
and the notebook stays as it is; names are those of its lines and of all further sections there are
([extending.md](extending.md)).

```yaml
sections: [talking_points, tiles, pipeline, deals_to_look_at]
# or, of all that the notebook shows:
# sections: [-pay, -plan]
```

## A word of your own

```yaml
notes:
  Ann Berg: |
    Thank you for the **trade fair**. Let us talk about the two offers from there.
```

or `notes: notes.yml`, a file with the same. A note is Markdown of at most 5,000 characters, stands below the
report's head, and is in this one's report and PDF only, not in decks, documents and workbooks. HTML in it is
shown as text, pictures are not fetched.

## Each in the own language

Reports are in English, German, French and Hungarian; with a country (`de-AT`, `fr-CH`) numbers and dates are
written as there. Who reads another language than the colleagues gets the own:

```yaml
language: {from: rep, otherwise: de}
```

`from: rep` takes column `language` of the table `reps` ([tables.md](tables.md)); the index, and the report on a
rep who has none there, are in the language after `otherwise`. With rows of a CSV file, a column `language` says it
row by row. A language without a catalogue is an error before anything runs, and all of them are named, with their
rows or reps. Index, managers' bundles and their mails say in the pack's language what the reports say in another;
a rep's mail is in that of the report. What compares with everybody is worked out once for all languages.

## A report per row

With `each: rows.csv` each row of the file is a report. Headings are names of the notebook's parameters; an empty
cell leaves one as it is. `language` is that of the report. `id` is the row's key; without it, whom and when it is
about (`rep`, `period` …). `name` is what the report is called, and its file; `note` is a word of your own. Neither
is a parameter, unless the notebook has one of that name.

```csv
rep,period,note
R000001,2025-Q4,Thank you for the trade fair.
R000002,2025-Q4,
```
"""

SHAPES_PAGE = """\
## Rows and columns that are not those of a table

Several files, leads and deals in one, a row per product, a row per change, ids that other files explain:

```yaml
{example}```

Where a column per stage holds the day a deal entered it, `per_stage` says how these headings are written:

```yaml
  stage_events:
    file: deals.csv
    per_stage: 'Date entered "{{stage}} ({{pipeline}})"'
    columns: {{deal_id: Record ID}}
```

- **Conditions** (`keep`, and `status` with headings) compare without regard to case; `true` also means yes,
  1, ja, oui, да …, and `0` also 0.00 and 0 %. `""` is an empty cell, `"*"` a filled one, `005*` what begins so.
- Rows that `keep` leaves out belong to another table: they are not counted as read, and a note says how many.
- An event of the stage a deal was in already is no move and is left out; a note says how many.
- With `before` a deal is in its first stage from the day it was created: the value before its first change or,
  where it is open, has none and was created once changes were recorded, the stage it has.
- An id that a `lookup` does not know stays as it is, and a note names it.
"""

RULES_EXAMPLE = """\
rules:
  - rule: below-peers                  # takes the place of the kit's own rule of this name
    evidence: conversion
    when: {direction: worse, n: {above: 30}}
    cause: skill
    phase: "{phase}"
    about: "the step {step}"
    say: "{claim}"
    ask:
      - What does our sales handbook say about {step}?
  - rule: big-fish
    evidence: deals
    when: {kind: largest, money: {above: 500000}}
    about: the largest open deals
    say: ["{deals} worth {money}", "{deals}"]   # the first of which everything is known
    deals: 5
"""


def coaching_rules_page() -> str:
    """Every setting of a coaching rule, and every field of the evidence."""
    about = """\
What a report proposes to talk about comes from rules. The kit's own are data:
[`rules.yml`](../salesreport/report/sections/coaching/rules.yml). A file of your own, named under `extensions` in
the pack file or the notebook, stands before them. Rules are tried in their order; a report shows at most three
points: findings first, then facts, those of your own rules first. A finding has passed the statistics of
Conversion ([anomalies.md](anomalies.md)): no threshold of a rule makes a finding."""
    page = _settings_page("Coaching rules", about, RULES_EXAMPLE, RuleFile).rstrip("\n").split("\n")
    for name, one in EVIDENCE.items():
        page += ["", f"## Evidence: {name}", "", f"{one.title}.", "", "| field | what it is |", "|---|---|"]
        page += [f"| `{field}` | {_cell(meaning)} |" for field, meaning in one.fields.items()]
    page += ["", "| cause | |", "|---|---|", *(f"| `{key}` | {_cell(said)} |" for key, said in CAUSES.items())]
    page += ["", "| phase | |", "|---|---|", *(f"| `{key}` | {_cell(said)} |" for key, said in PHASES.items())]
    return "\n".join(page) + "\n"


DEFINITIONS_PAGE = """\
The same word means different figures: a win rate of 60 % in one system is 30 % in another, and both are right by
their own definition. The section `definitions_compared` and `salesreport.audit.definitions.definitions` work out
each rate under the definitions that people use, side by side, with n and interval, and say which one the report
uses and which one the CRM shows. A definition that the data cannot carry has a reason instead of a value.

What became of the deals of a period is told as known on the dataset's own day, as a CRM shows it. Shares have
Wilson's interval, shares of money Wilson's on the effective number of deals, means Student's, medians that of
order statistics; two counts of other deals, divided, have Jeffreys' interval for a ratio, and are no rates.

By owner: a rep's win rate is also worked out with a deal's first owner and with the one the CRM shows today.
"""

MATURITY_PAGE = """\
Where a sales process stands, by evidence: `salesreport.audit.maturity.maturity`, the sections `maturity` and
`maturity_sheet`. The result is a range of levels that the evidence leaves possible, never a score.
"""

RULE = """\
## How criteria combine

A rule of our own. Levels are cumulative; a step between two of them asks criteria that have a cut there.

- At a cut a criterion is *met* where its whole 95 % interval lies on the better side, *missed* where it lies on
  the worse side, else it is too close to tell.
- A step is *passed* where two criteria or more are met, none is missed, and those it needs are met.
- It is *not passed* where two or more are missed, and more than are met.
- Else, and where fewer than half of its criteria could be measured, it *cannot be told*.

The lowest level possible is one above the steps passed without a break from the bottom, the highest the one below
the first step that is not passed. So worse evidence never raises a level (tests/audit/maturity/test_place.py), one
good figure raises nothing, and one bad one is no proof. From data alone nobody is dynamic: whether the process is
adapted and wanted no export shows. What is not in the data stands on the interview sheet.
"""


def definitions_page() -> str:
    """Every definition, and which CRM shows it."""
    lines = ["# Definitions", "", MADE, "", DEFINITIONS_PAGE]
    listed = [*win_rates.DEFINITIONS, *offers.DEFINITIONS, *sizes.DEFINITIONS]
    for metric in dict.fromkeys(one.metric for one in listed):
        rows = [(one.key, one.formula, one.misleads, one.used) for one in listed if one.metric == metric]
        lines += [f"## {metric}", "", *_definitions(metric, rows)]
    rows = [(key, formula, misleads, key == "in_time") for key, _, _, formula, misleads in steps.FORMULAS]
    lines += ["## conversion", "", "Of each milestone.", "", *_definitions("conversion", rows)]
    lines += ["## What CRMs show", "", "As far as their own documentation says it; nothing is guessed.", ""]
    lines += ["| CRM | definition | what it says | read in |", "|---|---|---|---|"]
    told = [(one.crm, f"`{one.metric}.{one.definition}`", one.said, one.source) for one in SHOWN]
    told += [(crm, "not known", why, "") for crm, why in UNKNOWN.items()]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in sorted(told, key=lambda row: row[0].casefold())]
    return "\n".join(lines) + "\n"


def _definitions(metric: str, rows: list[tuple[str, object, object, bool]]) -> list[str]:
    lines = ["| key | definition | beware | shown by |", "|---|---|---|---|"]
    for key, formula, misleads, used in rows:
        crms = dict.fromkeys(one.crm for one in SHOWN if (one.metric, one.definition) == (metric, key))
        shown = ["reports", *crms] if used else [*crms]
        lines.append(f"| `{key}` | {_cell(formula)} | {_cell(misleads or '')} | {', '.join(shown)} |")
    return [*lines, ""]


def maturity_page() -> str:
    """The levels, the criteria with their cuts, and how they combine."""
    lines = ["# Process maturity", "", MADE, "", MATURITY_PAGE, "## Levels", ""]
    lines += ["As CSO Insights calls them; what they mean is the project's source S11.", ""]
    lines += ["| level | CSO Insights | what it means | how it shows |", "|---|---|---|---|"]
    lines += [f"| {one.number} | {one.name} | {_cell(one.meaning)} | {_cell(one.shows)} |" for one in LEVELS]
    lines += ["", RULE, "## Steps", ""]
    lines += [f"{number}. {title}" for number, title in GATE_TITLES.items()]
    lines += ["", "## Criteria", ""]
    lines += ["| key | measured | cut at step 1 | 2 | 3 | source | question where the data do not tell |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for one in CRITERIA:
        sign = "≤" if one.better == "lower" else "≥"
        cuts = [f"{sign} {100 * one.cuts[gate]:g} %" if gate in one.cuts else "" for gate in GATE_TITLES]
        if one.find is None:
            cuts = ["asked" if cut else "" for cut in cuts]
        cells = [f"`{one.key}`", one.formula, *cuts, one.source, one.question]
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines) + "\n"


def glossary_page() -> str:
    """The words of reports, in every language."""
    others = [code for code in LANGUAGES if code != "en"]
    names = [str(Locale(code).get_language_name("en")) for code in others]
    lines = ["# Glossary", "", MADE, "", GLOSSARY_PAGE.strip(), ""]
    lines += [f"| English | what it means | {' | '.join(names)} |", "|---" * (len(others) + 2) + "|"]
    lines += [
        f"| {term.english} | {_cell(term.means)} | {' | '.join(term.words[code] for code in others)} |"
        for term in sorted(glossary(), key=lambda term: term.english.casefold())
    ]
    return "\n".join(lines) + "\n"


GLOSSARY_PAGE = """
One term, one word: what reports, indexes, mails and commands call things, in each language. What a metric means
exactly stands in [metrics.md](metrics.md), what tables and columns hold in [tables.md](tables.md).
"""


def manifest_schema() -> str:
    """What is in `manifest.json`, as this version writes it."""
    schema = Manifest.model_json_schema(mode="serialization", schema_generator=_AsWritten)
    schema["properties"]["format"] = {"const": MANIFEST_FORMAT}
    return _schema(f"manifest-{MANIFEST_FORMAT}", "manifest.json of a pack", schema)


class _AsWritten(GenerateJsonSchema):
    """A schema of what is written: every field is."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Whether a field must be there."""
        return True


def report_schema() -> str:
    """What a report says of itself for machines."""
    schema = Shown.model_json_schema()
    schema["properties"]["format"] = {"const": REPORT_FORMAT, "default": REPORT_FORMAT}
    return _schema(f"report-{REPORT_FORMAT}", f"The output {REPORT_MIME} of an executed notebook", schema)


def _schema(name: str, title: str, schema: dict[str, Any]) -> str:
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{name}.json"}
    return json.dumps({**made, **schema, "title": title}, indent=2, ensure_ascii=False) + "\n"


PAGES = {
    "metrics.md": metrics_page,
    "checks.md": checks_page,
    "tables.md": tables_page,
    "source_spec.md": source_spec_page,
    "pack_file.md": pack_file_page,
    "coaching_rules.md": coaching_rules_page,
    "glossary.md": glossary_page,
    "definitions.md": definitions_page,
    "maturity.md": maturity_page,
    f"schemas/manifest-{MANIFEST_FORMAT}.json": manifest_schema,
    f"schemas/report-{REPORT_FORMAT}.json": report_schema,
}
"""The generated pages."""


def drifted() -> list[str]:
    """The pages that are missing or differ from what the code says."""
    return [
        name
        for name, make in PAGES.items()
        if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != make()
    ]


def _contract(metric: Metric) -> list[str]:
    rows = [("Formula", metric.formula), ("Numerator", metric.numerator)]
    if metric.denominator is not None:
        rows.append(("Denominator", metric.denominator))
    needs = ", ".join(f"`{table}.{column}`" for table, column in metric.needs)
    if any(table == "sales" for table, _ in metric.needs):
        needs += " (`sales`: `orders` where there are any, else `deals`)"
    rows += [("Date", metric.date_basis), ("Credit", metric.credit)]
    lines = [f"**{metric.title}**", ""]
    lines += [f"- {name}: {_cell(value)}" for name, value in rows]
    lines += [
        f"- Unit: {metric.unit}; better: {metric.direction}; too little to tell below n = {metric.minimum_n}"
    ]
    if metric.additive:
        lines.append("- Adds up: the figures of reps make up that of their team")
    if metric.parameter is not None:
        lines.append(f"- `{metric.key}:…` takes a parameter: {metric.parameter}")
    if any(table == "customers" for table, _ in metric.needs):
        needs += " (`customers`: any table that names some)"
    return [*lines, f"- Needs: {needs}", f"- Reference: {metric.reference}"]


def _columns(table: Table) -> list[str]:
    lines = (
        ["", "A row is identified by " + ", ".join(f"`{name}`" for name in table.key) + "."] if table.key else []
    )
    lines += ["", "| column | in reports | kind | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        kind = " / ".join(column.values) if column.values else column.unit or column.kind
        bounds = []
        if column.least is not None:
            bounds.append(f"≥ {column.least:g}")
        if column.most is not None:
            bounds.append(f"≤ {column.most:g}")
        required = " (required)" if column.required else ""
        meaning = "; ".join([_cell(column.about), *bounds])
        lines.append(f"| `{column.name}`{required} | {column_title(column.name)} | {kind} | {meaning} |")
    return lines


def _settings_page(title: str, about: str, example: str, model: type[BaseModel]) -> str:
    lines = [
        f"# {title}",
        "",
        MADE,
        "",
        about.rstrip(),
        "",
        "## An example",
        "",
        "```yaml",
        example.rstrip(),
        "```",
    ]
    for one in _models_in(model):
        first, further = _paragraphs(one)
        lines += ["", f"## {_name(one)}" if one is not model else "## Settings", "", first, ""]
        lines += ["| setting | kind | default | meaning |", "|---|---|---|---|"]
        told = meanings(one)
        lines += [
            f"| `{field.alias or name}` | {_kind(field.annotation)} | {_default(field)} | {_cell(told[name])} |"
            for name, field in one.model_fields.items()
        ]
        lines += [line for paragraph in further for line in ("", paragraph)]
    return "\n".join(lines) + "\n"


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What the docstring of a model says about each of its settings.

    Raises:
        KeyError: about one of them it says nothing.
    """
    described = inspect.getdoc(model) or ""
    section = described.partition("Attributes:")[2].split("\n\n")[0]
    names = "|".join(model.model_fields)
    parts = re.split(rf"(?:^|(?<=\s))((?:{names})(?:, (?:{names}))*): ", " ".join(section.split()))
    told: dict[str, str] = {}
    latest: list[str] = []
    for listed, meaning in zip(parts[1::2], parts[2::2], strict=True):
        if listed in told:  # the name of another setting, within a sentence that ends in a colon
            told |= {name: f"{told[name]} {listed}: {meaning}".strip() for name in latest}
            continue
        latest = listed.split(", ")
        told |= dict.fromkeys(latest, meaning.strip())
    told = {name: re.sub(r"^written `[^`]+`[:;] ", "", meaning).rstrip(".") for name, meaning in told.items()}
    return {name: told[name] for name in model.model_fields}


def _paragraphs(model: type[BaseModel]) -> tuple[str, list[str]]:
    """What the docstring of a model begins with, and what it ends with."""
    paragraphs = [" ".join(one.split()) for one in (inspect.getdoc(model) or "").split("\n\n")]
    told = [one for one in paragraphs if not one.startswith(("Attributes:", "Examples:", "References:", ">>>"))]
    return told[0], told[1:]


def _models_in(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those that its settings are made of, each once."""
    seen: list[type[BaseModel]] = [model]
    for one in seen:
        yield one
        for field in one.model_fields.values():
            seen += [inner for inner in _models_of(field.annotation) if inner not in seen]


def _models_of(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models_of(part)


def _name(model: type[BaseModel]) -> str:
    return model.__name__.removesuffix("Spec")


def _kind(annotation: object) -> str:
    """What a setting's value looks like, in words."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind(parts[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    if origin is typing.Literal:
        return " / ".join(f"`{part}`" for part in parts)
    if origin is dict:
        return f"{_kind(parts[0])} → {_kind(parts[1])}"
    if origin in (tuple, list):
        return f"list of: {_kind(parts[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[settings](#{_name(annotation).lower()})"
    names = {"str": "text", "int": "number", "float": "number", "bool": "true / false", "Any": "any value"}
    name = getattr(annotation, "__name__", str(annotation))
    return names.get(name, name)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return f"`{value}`" if value not in (None, (), {}, []) and not isinstance(value, BaseModel) else ""


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Run the script; the exit code."""
    if arguments == ["--check"]:
        for name in drifted():
            print(f"docs/{name} is not what the code says; run: python docs/generate.py")
        return 1 if drifted() else 0
    if arguments:
        print(__doc__)
        return 2
    for name, make in PAGES.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        write_text(HERE / name, make())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
