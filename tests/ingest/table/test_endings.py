"""Values that look like the end of a deal are asked about; expected outcomes are written beside the rows."""

import pytest
import yaml
from tallies import said, tallied

from salesreport.errors import ConfigError
from salesreport.ingest.table.endings import ALONE, WORDS, ending_of

COLUMNS = {"deal_id": "Id", "rep_id": "Owner", "created_on": "Created", "closed_on": "Closed"}
STATUS = {"from": "Stage", "won": ["Won"], "lost": ["Lost"]}


def stages(export, *stages, status=STATUS, **table):
    """A deal per stage; those that are won or lost by their name are closed."""
    lines = ["Id,Owner,Stage,Created,Closed"]
    for number, stage in enumerate(stages, 1):
        closed = "2025-02-28" if stage.casefold() in ("won", "lost") else ""
        lines.append(f'{number},A,"{stage}",2025-01-31,{closed}')
    return export.deals("\n".join(lines), COLUMNS, heading=False, table={"status": status, **table})


@pytest.mark.parametrize(
    ("value", "ending"),
    [
        ("Closed Lost", "lost"),
        ("closedlost", "lost"),
        ("ClosedWon", "won"),
        ("06_CLOSED-WON!", "won"),
        ("Verloren an Wettbewerb", "lost"),
        ("Gewonnen", "won"),
        ("abgesagt", "ended"),
        ("Annulé", "ended"),
        ("ANNULE", "ended"),
        ("Törölve", "ended"),
        ("Отменена", "ended"),
        ("Сделка успешна", "won"),
        ("Сделка провалена", "lost"),
        ("perdido", "lost"),
        ("Ganado", "won"),
        ("Disqualified", "ended"),
        ("cancelled", "ended"),
        ("Canceled by customer", "ended"),
        ("No Decision", "lost"),
        ("Closed - No decision", "lost"),
        ("No decision yet", None),
        ("No Decision Maker", None),
        ("Dead", "lost"),
        ("Deadline set", None),
        ("Kein Interesse", "lost"),
        ("Affaire sans suite", "lost"),
        ("見送り", "lost"),
        ("失注", "lost"),
        ("受注", "won"),
        ("Zrušeno", "ended"),
        ("Zamknięte", "ended"),
        ("not won", "won"),
        ("Успешно", "won"),
        ("6. Abgeschlossen", "ended"),
        ("No go", "ended"),
        ("Demo erledigt", None),
        ("Qualifizierung abgeschlossen", None),
        ("Go/No-Go", None),
        ("Успешно проведена презентация", None),
        ("Prospecting", None),
        ("Negotiation/Review", None),
        ("Closing", None),
        ("Decision Maker Bought-In", None),
        ("Contract Sent", None),
        ("Qualified To Buy", None),
        ("Proposal/Price Quote", None),
        ("Id. Decision Makers", None),
        ("converted", None),
        ("On Hold", None),
        ("не закрыта", None),
        ("nicht abgeschlossen", None),
        ("Wonderful", None),
        ("", None),
    ],
)
def test_what_looks_like_an_end(value, ending):
    assert ending_of(value) == ending


def test_every_word_of_the_lists_is_recognised():
    for words in (*WORDS.values(), *ALONE.values()):
        assert all(ending_of(word.upper()) is not None for word in words.split() if word != "|")


def test_an_end_that_nobody_declared_is_asked_about(export):
    with pytest.raises(ConfigError) as caught:
        stages(export, "Lead", "Won", "Closed lost", "Closed lost", "Gewonnen", "cancelled")
    message = str(caught.value)
    assert "source.yml, line 12, key “tables.deals.status”" in message
    assert "3 values of column “Stage” of deals.csv look like the end of a deal" in message
    assert "Found “Closed lost (2 ×)”, “Gewonnen (1 ×)”, and “cancelled (1 ×)”." in message
    assert "won: [Won, Gewonnen], lost: [Lost, Closed lost, cancelled], neither: [cancelled]" in message
    assert "(not decided: set aside and counted), or open: [Lead" in message
    assert "open: [Lead, Closed lost, Gewonnen, cancelled]" in message
    assert not export.out.exists()


def test_the_lines_that_are_proposed_are_ones_that_work(export):
    with pytest.raises(ConfigError) as caught:
        stages(export, "Lead", "Won", "void: twice", "Cancelled")
    said_ = str(caught.value)
    assert "neither: ['void: twice', Cancelled]" in said_
    proposed = yaml.safe_load("open: [Lead, 'void: twice', Cancelled]")
    assert "open: [Lead, 'void: twice', Cancelled]" in said_
    dataset = stages(export, "Lead", "Won", "void: twice", "Cancelled", status={**STATUS, **proposed})
    assert dataset.table("deals")["status"].tolist() == ["open", "won", "open", "open"]


def test_a_long_list_of_stages_is_not_written_out(export):
    with pytest.raises(ConfigError) as caught:
        stages(export, *(f"Stage {at:02}" for at in range(25)), "Cancelled")
    assert "open: […] (all that are open)" in str(caught.value)
    assert "Stage 01" not in str(caught.value)


def test_neither_won_nor_lost_is_left_out_and_counted(export):
    status = {**STATUS, "neither": ["Cancelled", "no decision"]}
    dataset = stages(export, "Lead", "Won", "CANCELLED", "Lost", "no decision", "cancelled", status=status)
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.set_aside) == (6, 3, 3)
    assert tallied(counts.reasons) == {"not decided: Cancelled": 2, "not decided: no decision": 1}
    assert dataset.table("deals")["status"].tolist() == ["open", "won", "lost"]


def test_a_value_has_one_meaning(export):
    with pytest.raises(ConfigError, match="stands for two states"):
        stages(export, "Lead", status={**STATUS, "neither": ["lost"]})


def test_what_is_taken_as_open_is_said(export):
    dataset = stages(export, "Offer", "Lead", "Won", "Offer", "lost")
    assert said(dataset.provenance.notes)[0] == ("Taken as open, by column “Stage”: Offer (2 ×) and Lead (1 ×).")


def test_a_long_list_of_open_stages_is_cut(export):
    dataset = stages(export, *(f"Stage {at:02}" for at in range(25)), "Won", "Lost")
    note = said(dataset.provenance.notes)[0]
    assert "Stage 19 (1 ×), and 5 more." in note
    assert "Stage 20" not in note


def test_what_is_called_open_is_not_worth_a_word(export):
    assert "Taken" not in " ".join(said(stages(export, "Open", "OPEN", "Won").provenance.notes))


def test_nothing_is_said_where_the_open_ones_are_declared(export):
    dataset = stages(export, "Lead", "Won", "Lost", status={**STATUS, "open": ["Lead"]})
    assert not [note for note in said(dataset.provenance.notes) if "open" in note]
