"""Every preset on an export with the CRM's own headings: recognised, mapped, and the figures are right."""

import pandas as pd
import pytest
from crm_exports import WRITERS, company, salesforce_objects, warehouse
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.ingest.presets.presets import AUTO, aliases, load_preset, plainly, preset_names
from salesreport.ingest.proposal.proposal import propose
from salesreport.kpi import Facts, compute
from salesreport.period import Period


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["--language", "en", *map(str, arguments)])
    assert result.exit_code == 0, result.output + result.stderr
    return result.output


@pytest.mark.parametrize("name", WRITERS)
def test_from_files_to_figures(tmp_path, name):
    deals = company()
    written = WRITERS[name](deals, tmp_path)
    out = tmp_path / "dataset"
    said = run(
        "ingest",
        *written.files,
        "--preset",
        AUTO,
        "--out",
        out,
        "--currency",
        "EUR",
        "--timezone",
        "Europe/Berlin",
    )
    preset = load_preset(name.split(" ")[0])
    assert f"Recognised as: {preset.title}" in said
    dataset = Dataset.open(out)
    assert dataset.provenance.counts["deals"].kept + dataset.provenance.counts["deals"].repaired == len(deals)

    quarter = deals[deals["closed"].between("2025-04-01", "2025-06-30")]
    expected = {
        "deals_won": quarter[quarter["state"] == "won"].groupby("owner").size(),
        "deals_lost": quarter[quarter["state"] == "lost"].groupby("owner").size(),
        "win_rate": quarter["state"].eq("won").groupby(quarter["owner"]).mean(),
        "revenue": quarter[quarter["state"] == "won"].groupby("owner")["amount"].sum().astype(float),
    }
    quarter_2 = Period.parse("2025-Q2")
    table = compute(Facts.of(dataset), quarter_2, list(expected), by=["rep_id"]).frame
    table["rep_id"] = table["rep_id"].map(lambda one: written.reps.get(one, one))
    for metric, values in expected.items():
        found = table[(table["metric"] == metric) & table["rep_id"].isin(deals["owner"])].set_index("rep_id")[
            "value"
        ]
        assert found.to_dict() == pytest.approx(values.to_dict()), metric
    open_ = dataset.table("deals").query("status == 'open'")
    assert sorted(open_["amount"]) == pytest.approx([300, 640])


@pytest.mark.parametrize("name", ["salesforce objects", "zoho", "kommo api", "hubspot_warehouse"])
def test_reps_have_names(tmp_path, name):
    written = WRITERS[name](company(), tmp_path)
    run("ingest", *written.files, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    reps = Dataset.open(tmp_path / "ds").table("reps").set_index("rep_id")["name"]
    if name == "kommo api":  # people are in another list, which nobody exported
        assert set(reps) == {"801", "802", "803"}
    else:
        assert {one: reps[one] for one in written.reps} == written.reps


def test_the_objects_of_salesforce_are_tables_of_their_own(tmp_path):
    written = salesforce_objects(company(), tmp_path)
    run("ingest", *written.files, "--preset", "salesforce", "--out", tmp_path / "ds")
    dataset = Dataset.open(tmp_path / "ds")
    activities = dataset.table("activities").set_index("activity_id")["type"].to_dict()
    assert activities == {"00T1": "Call", "00T3": "Email", "00U1": "meeting"}
    managers = dataset.table("reps").set_index("rep_id")["manager"].dropna()
    assert managers.to_dict() == dict.fromkeys(["005A", "005B", "005C"], "Dora Sand")
    events = dataset.table("stage_events").query("deal_id == '00611'").sort_values("entered_at")
    # the second row of the talk is no move
    assert events["stage"].tolist() == ["Talk", "Closed Won"]
    assert any("no move" in str(note) for note in dataset.provenance.notes)


def test_stages_by_their_names_in_a_warehouse(tmp_path):
    written = warehouse(company(), tmp_path)
    run("ingest", *written.files, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    dataset = Dataset.open(tmp_path / "ds")
    assert set(dataset.table("deals")["stage"]) == {"Closed Won", "Closed Lost", "Offer"}
    assert set(dataset.table("stage_events")["stage"]) == {"Closed Won", "Closed Lost", "Offer"}


def test_without_the_file_of_stages_they_stay_ids(tmp_path):
    deals = company().assign(state="open", closed=pd.NaT)
    files = warehouse(deals, tmp_path).files[:1]
    proposal = propose(files, "hubspot_warehouse", {"currency": "EUR"})
    assert not proposal.complete  # no value tells who won
    assert "status" in proposal.recognised.mapped[0].missing


def test_a_preset_of_ones_own(tmp_path):
    (tmp_path / "ours.yml").write_text(
        "title: Our own\ntables:\n  deals:\n    known_by: [Nr]\n    "
        "columns: {deal_id: Nr, rep_id: Who, created_on: Born}\n"
        "    status: {won: {Done: 'yes'}, lost: {Done: 'no'}}\n",
        encoding="utf-8",
    )
    (tmp_path / "x.csv").write_text("Nr,Who,Born,Done\n1,A,2025-01-02,\n2,B,2025-02-03,\n", encoding="utf-8")
    said = run(
        "ingest",
        tmp_path / "x.csv",
        "--preset",
        tmp_path / "ours.yml",
        "--currency",
        "EUR",
        "--out",
        tmp_path / "ds",
    )
    assert "Recognised as: Our own" in said
    assert Dataset.open(tmp_path / "ds").table("deals")["status"].tolist() == ["open", "open"]


@pytest.mark.parametrize(
    ("text_", "problem"),
    [
        ("title: x\ntables: {daels: {}}\n", r"line 2.*tables.daels.*no such table.*deals"),
        (
            "title: x\ntables:\n  deals:\n    columns: {deal_it: Id}\n",
            r"tables.deals.columns.deal_it.*no such column.*deal_id",
        ),
        ("title: x\ntables:\n  deals:\n    doubts: [planned]\n", r"no such doubt.*planned_close"),
        ("title: x\ntables:\n  deals:\n    colums: {}\n", r"line 4.*no such setting.*columns"),
    ],
)
def test_a_preset_that_is_not_right(tmp_path, text_, problem):
    path = tmp_path / f"p{abs(hash(text_))}.yml"
    path.write_text(text_, encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        load_preset(str(path))


def test_a_preset_that_is_not_there():
    with pytest.raises(ConfigError, match=r"--preset.*no such preset.*hubspot"):
        load_preset("hubspott")


def test_no_two_names_of_a_heading_are_alike():
    """A name that is there twice is one that was meant to be another."""
    for name in preset_names():
        for table, kinds in load_preset(name).tables.items():
            for kind in kinds:
                for column, choices in kind.columns.items():
                    for choice in choices:
                        names = aliases(choice.heading or "")
                        assert len(set(map(plainly, names))) == len(names), (name, table, column)


def lines(folder, name: str, *rows: str):
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def mapped(file, table: str = "deals") -> dict[str, object]:
    """What the preset that fits makes of a file: its settings as one table."""
    proposal = propose([file], AUTO, {"currency": "EUR"})
    (found,) = [one for one in proposal.recognised.mapped if one.table == table]
    return {"preset": proposal.recognised.name, "doubts": [], **found.settings}


def test_lost_leads_of_odoo_without_the_column_that_says_what_is_archived(tmp_path):
    written = WRITERS["odoo"](company(), tmp_path)
    frame = pd.read_csv(written.files[0]).drop(columns=["Active"])
    frame.to_csv(written.files[0], index=False)
    out = tmp_path / "ds"
    said = run("ingest", written.files[0], "--preset", AUTO, "--out", out, "--currency", "EUR")
    assert "lost deals may be missing" in said
    assert Dataset.open(out).table("deals")["status"].value_counts().to_dict() == {"won": 5, "lost": 5, "open": 2}


def test_a_word_of_odoo_for_the_end_goes_before_its_probability(tmp_path):
    file = lines(
        tmp_path,
        "crm.csv",
        "External ID,Opportunity,Stage,Salesperson,Probability,Won/Lost,Closed Date,Created on",
        "x1,Elan,Offer,Ilka M,40.0,Lost,2025-04-02,2025-01-02",
    )
    found = mapped(file)
    assert found["preset"] == "odoo"
    assert found["status"] == {"won": {"Won/Lost": ["won"]}, "lost": {"Won/Lost": ["lost"]}}


@pytest.mark.parametrize(
    ("headings", "won", "lost"),
    [
        ("ID,Owner,Status,Value,Won time,Lost time", "Won", "Lost"),
        ("id,user_name,status_type,value,date_won,date_lost", "won", "lost"),
    ],
)
def test_a_date_for_each_outcome_is_the_closing_date_of_both(tmp_path, headings, won, lost):
    file = lines(
        tmp_path, "deals.csv", headings, f"1,Ilka M,{won},10,2025-04-02,", f"2,Ilka M,{lost},20,,2025-04-03"
    )
    run("ingest", file, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    closed = Dataset.open(tmp_path / "ds").table("deals").set_index("status")["closed_on"].dt.day.to_dict()
    assert closed == {"won": 2, "lost": 3}


def test_other_crms_fit_the_preset_for_anything(tmp_path):
    freshsales = lines(
        tmp_path,
        "freshsales.csv",
        "Id,Name,Deal stage,Sales owner,Deal value,Created at,Closed date,Lost reason",
        "1,Elan,Won,Ilka M,10,2025-01-02,2025-04-02,",
    )
    rd_station = lines(
        tmp_path,
        "rd.csv",
        "ID,Etapa,Estado,Valor Único,Responsável,Data de criação,Data de fechamento",
        "1,Proposta,Vendida,10,Ilka M,02/01/2025,22/04/2025",
    )
    assert mapped(freshsales)["columns"] == {
        "deal_id": "Id",
        "rep_id": "Sales owner",
        "stage": "Deal stage",
        "created_on": "Created at",
        "closed_on": "Closed date",
        "name": "Name",
        "amount": "Deal value",
        "loss_reason": "Lost reason",
    }
    assert mapped(rd_station)["status"] == {"from": "Estado", "won": ["Vendida"], "lost": ["Lost"]}


def test_a_view_of_dynamics_in_german_and_one_without_ids(tmp_path):
    german = lines(
        tmp_path,
        "de.csv",
        "(Nicht ändern) Verkaufschance,Thema,Status,Besitzer,"
        "Geschätztes Abschlussdatum,Tatsächliches Abschlussdatum",
        "8f,Elan,Gewonnen,Ilka M,2025-05-01,2025-04-02",
    )
    found = mapped(german)
    assert found["preset"] == "dynamics365"
    assert found["columns"]["deal_id"] == "(Nicht ändern) Verkaufschance"
    plain = lines(
        tmp_path,
        "en.csv",
        "Topic,Status,Status Reason,Owner,Est. close date,Actual Close Date",
        "Elan,Lost,Out-Sold,Ilka M,2025-05-01,2025-04-02",
    )
    found = mapped(plain)
    assert found["columns"]["deal_id"] == {"row": "R"}
    assert found["columns"]["loss_reason"] == "Status Reason"
    assert "numbered" in found["doubts"]


def test_an_owner_as_a_custom_report_type_of_salesforce_names_it(tmp_path):
    file = lines(
        tmp_path,
        "report.csv",
        "Opportunity Owner: Full Name,Opportunity Name,Stage,Close Date",
        "Ilka M,Elan,Closed Won,4/22/2025",
    )
    found = mapped(file)
    assert (found["preset"], found["columns"]["rep_id"]) == ("salesforce", "Opportunity Owner: Full Name")


def test_tasks_and_events_of_a_short_query(tmp_path):
    opportunity = lines(
        tmp_path,
        "Opportunity.csv",
        "Id,StageName,OwnerId,CloseDate,IsClosed,IsWon,Amount",
        "0061,Offer,005A,2025-04-02,0,0,10",
    )
    task = lines(
        tmp_path,
        "Task.csv",
        "Id,OwnerId,WhatId,ActivityDate,Type,Status",
        "00T1,005A,0061,2025-03-01,Call,Completed",
    )
    event = lines(tmp_path, "Event.csv", "Id,OwnerId,WhatId,ActivityDate,Type", "00U1,005A,0061,2025-03-02,Demo")
    out = tmp_path / "ds"
    run("ingest", opportunity, task, event, "--preset", AUTO, "--out", out, "--currency", "EUR")
    assert Dataset.open(out).table("activities").set_index("activity_id")["type"].to_dict() == {
        "00T1": "Call",
        "00U1": "meeting",
    }


def test_amounts_that_hubspot_converted_are_to_be_checked(tmp_path):
    file = lines(
        tmp_path,
        "hubspot.csv",
        "Record ID,Deal Name,Deal Stage,Deal owner,Amount,Currency,Amount in company currency,Close Date",
        "1,Elan,Closed won,Ilka M,10,USD,9,2025-04-02 10:00",
    )
    found = mapped(file)
    assert found["columns"]["amount"] == "Amount in company currency"
    assert "currency" not in found["columns"]
    assert "converted" in found["doubts"]


def test_a_currency_of_suitecrm_is_told_by_its_id_and_not_by_the_sign(tmp_path):
    file = lines(
        tmp_path,
        "o.csv",
        "ID,Opportunity Name,Sales Stage,Opportunity Amount,Currency ID,"
        "Assigned User Name,Date Created,Expected Close Date",
        "1,Elan,Closed Won,€10.00,-99,ilka,2025-01-02,2025-04-02",
        "2,Dorn,Closed Won,€20.00,f3a1,ilka,2025-01-02,2025-04-02",
    )
    said = run("ingest", file, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    assert "not a" in said
    assert "counted but not priced" in said
    amounts = Dataset.open(tmp_path / "ds").table("deals").set_index("deal_id")["amount"]
    assert amounts["1"] == 10
    assert pd.isna(amounts["2"])


def refused(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["--language", "en", *map(str, arguments)])
    assert result.exit_code == 2, result.output
    return result.output


DEALS = (
    "Deal - ID,Deal - Title,Deal - Status,Deal - Owner,Deal - Value,Deal - Deal created,"
    "Deal - Won time,Deal - Lost time"
)


def test_what_is_known_of_all_files_of_deals_counts(tmp_path):
    one = lines(tmp_path, "a.csv", DEALS, "1,A,Won,Ada,10 €,2025-01-02,2025-02-03,")
    other = lines(tmp_path, "b.csv", DEALS, "2,B,Lost,Ada,20 €,2025-01-02,,2025-06-05")
    run("ingest", one, other, "--preset", AUTO, "--out", tmp_path / "ds")
    dataset = Dataset.open(tmp_path / "ds")
    assert str(dataset.as_of) == "2025-06-05"
    assert dataset.settings.currency == "EUR"
    assert len(dataset.table("deals")) == 2


def test_doubts_reach_the_reports(tmp_path):
    one = lines(tmp_path, "a.csv", DEALS, "1,A,Won,Ada,10 €,2025-01-02,2025-02-03,")
    run("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--write-spec", tmp_path / "spec.yml")
    notes = [str(note) for note in Dataset.open(tmp_path / "ds").provenance.notes]
    assert "Of deals: people are known by name only; two of one name are one person here." in notes
    again = run("ingest", tmp_path / "spec.yml", "--out", tmp_path / "again")
    assert "people are known by name only" in again
    assert "there already" in refused("ingest", one, "--preset", AUTO, "--write-spec", tmp_path / "spec.yml")


def test_a_list_of_reps_beside_the_export_of_a_crm(tmp_path):
    one = lines(tmp_path, "a.csv", DEALS, "1,A,Won,Ada,10 €,2025-01-02,2025-02-03,")
    reps = lines(tmp_path, "team.csv", "Rep,Team,Manager", "Ada,North,Dora")
    run("ingest", one, reps, "--preset", AUTO, "--out", tmp_path / "ds")
    assert Dataset.open(tmp_path / "ds").table("reps")["manager"].tolist() == ["Dora"]


def test_headings_tell_the_encoding(tmp_path):
    text_ = (
        "ID;Название сделки;Стадия сделки;Ответственный;Сумма;Дата создания;Дата закрытия\n"
        "1;Ворота;Сделка успешна;Нина;100;10.01.2025;14.02.2025\n"
    )
    (tmp_path / "deals.csv").write_bytes(text_.encode("cp1251"))
    said = run("ingest", tmp_path / "deals.csv", "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "RUB")
    assert "Recognised as: Bitrix24" in said
    assert Dataset.open(tmp_path / "ds").table("deals")["rep_id"].tolist() == ["Нина"]


def test_a_heading_that_a_crm_needs_is_missed(tmp_path):
    head = "Opportunity ID,Opportunity Name,Stage,Close Date,Amount,Created Date,Account Name"
    one = lines(tmp_path, "a.csv", head, "1,A,Closed Won,2025-04-02,10,2025-01-02,Elan")
    said = refused("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    assert "looks like Salesforce, but lacks “Opportunity Owner”: add it there" in said
    assert "nothing is known to be its rep_id" in said


def test_a_closing_date_is_asked_for_where_deals_are_closed(tmp_path):
    one = lines(tmp_path, "a.csv", "Deal - ID,Deal - Status,Deal - Owner", "1,Won,Ada")
    said = refused("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    assert "nothing is known to be its closed_on" in said


def test_a_preset_that_fits_no_file(tmp_path):
    one = lines(tmp_path, "a.csv", DEALS, "1,A,Won,Ada,10 €,2025-01-02,2025-02-03,")
    said = refused("ingest", one, "--preset", "hubspot", "--out", tmp_path / "ds")
    assert "No file has the headings of deals in HubSpot." in said
    assert "They look like Pipedrive: “--preset pipedrive”." in said


def test_dates_that_read_two_ways_name_the_option(tmp_path):
    one = lines(tmp_path, "a.csv", DEALS, "1,A,Won,Ada,10 €,01/02/2025,03/04/2025,")
    said = refused("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds")
    assert "On the command line: --date-order." in said
    run("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--date-order", "dmy")


def test_a_list_of_tasks_of_which_none_is_done(tmp_path):
    head = "Id,StageName,OwnerId,CloseDate,IsClosed,IsWon,Amount"
    opportunity = lines(tmp_path, "Opportunity.csv", head, "0061,Offer,005A,2025-04-02,0,0,10")
    task = lines(
        tmp_path, "Task.csv", "Id,OwnerId,WhatId,ActivityDate,Type,Status", "00T1,005A,0061,2025-03-01,Call,New"
    )
    said = run("ingest", opportunity, task, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    assert "Nothing of activities was read: Not one row belongs to the table, by “keep”." in said


def test_people_of_zoho_stand_once_in_the_list_of_reps(tmp_path):
    written = WRITERS["zoho"](company(), tmp_path)
    run("ingest", *written.files, "--preset", AUTO, "--out", tmp_path / "ds")
    dataset = Dataset.open(tmp_path / "ds")
    assert dataset.provenance.counts["reps"].set_aside == 0
    assert len(dataset.table("reps")) == 3
    assert set(dataset.table("accounts")["name"]) <= set(company()["firm"])


def test_a_word_for_won_that_nobody_knows_is_asked_for(tmp_path):
    head = "id,rep,stage,created,closed,amount"
    rows = [
        "1,Ada,Hurra,2025-01-02,2025-02-03,10",
        "2,Ada,abgelehnt,2025-01-02,2025-02-03,10",
        "3,Ben,offen,2025-01-02,,10",
    ]
    one = lines(tmp_path, "a.csv", head, *rows)
    said = refused("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    assert "no value of the file means “won”: does one of the open ones?" in said
    assert "nothing is known to be its status.won" in said
    # where nothing is left that could be it, nothing is asked
    other = lines(tmp_path, "b.csv", head, *rows[1:2])
    run("ingest", other, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")


def test_what_nearly_every_report_needs_is_missed(tmp_path):
    one = lines(
        tmp_path, "a.csv", "id,rep,stage,closed,VALOR", "1,Ada,Won,2025-02-03,10", "2,Ada,Lost,2025-02-03,10"
    )
    said = run("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    assert "no heading is known to be its created_on" in said


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--encoding", "foo"], "key “--encoding”: There is no such encoding"),
        (["--decimal", ";"], "key “--decimal”"),
        (["--date-order", "ddm"], "key “--date-order”"),
        (["--write-spec", "no/such/crm.yml"], "key “--write-spec”: There is no such folder"),
        (["--as-of", "2199-06-30"], "has not come yet"),
    ],
)
def test_options_that_cannot_be(tmp_path, options, problem):
    one = lines(tmp_path, "a.csv", DEALS, "1,A,Won,Ada,10 €,2025-01-02,2025-02-03,")
    assert problem in refused("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", *options)


def test_a_folder_is_no_file(tmp_path):
    assert "This is a folder" in refused("ingest", tmp_path, "--preset", AUTO, "--out", tmp_path / "ds")
    assert "This is a folder" in refused("ingest", tmp_path, "--out", tmp_path / "ds")


def test_a_list_as_a_small_firm_keeps_it(tmp_path):
    head = "Angebots-Nr.;Verkäuferin;Status;Angelegt;Entschieden am;Wert (EUR)"
    rows = ["7;Ada;Auftrag;02.01.2025;20.02.2025;1.000,50", "8;Ada;abgelehnt;02.01.2025;21.02.2025;10"]
    one = lines(tmp_path, "a.csv", head, *rows)
    run("ingest", one, "--preset", AUTO, "--out", tmp_path / "ds", "--currency", "EUR")
    deals = Dataset.open(tmp_path / "ds").table("deals").set_index("deal_id")
    assert deals["status"].to_dict() == {"7": "won", "8": "lost"}
    assert deals.loc["7", "amount"] == 1000.5
