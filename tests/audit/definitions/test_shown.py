"""Which definition a CRM shows: only what was read, and nothing of a CRM that is not known."""

import dataclasses
from pathlib import Path

import pytest
import yaml
from cases import dataset_of, deal

from salesreport.audit.definitions import definitions, how_far, notes
from salesreport.audit.definitions.definitions import Compared
from salesreport.audit.definitions.shown import CRMS, SHOWN, UNKNOWN, crm_of
from salesreport.audit.definitions.steps import FORMULAS
from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.period import Period
from salesreport.provenance import Provenance

PRESETS = Path(__file__).resolve().parents[3] / "salesreport" / "ingest" / "presets"
Q2 = Period.parse("2025-Q2")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    rows = [deal(n, "Ann", "won" if n % 2 else "lost", "2025-04-01", "2025-05-01") for n in range(9)]
    rows += [deal(n, "Ann", "open", "2025-04-01") for n in range(10, 14)]
    return dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows})


def of_crm(dataset: Dataset, title: str, words: str = "Recognised as") -> Dataset:
    source = f"# {words}: {title}\nname: test\n"
    return dataclasses.replace(dataset, provenance=Provenance("test", source))


def test_every_preset_is_spoken_of() -> None:
    titles = {yaml.safe_load(file.read_text(encoding="utf-8"))["title"] for file in PRESETS.glob("*.yml")}
    known = titles - {"an export of no CRM that is known", "HubSpot in a warehouse (Fivetran)"}
    assert known == set(CRMS)


def test_what_is_shown_is_a_definition_there_is_and_has_a_source(dataset: Dataset) -> None:
    compared = definitions(Facts.of(dataset), Q2)
    keys = set(zip(compared.frame["metric"], compared.frame["definition"], strict=True))
    keys |= {("conversion", one[0]) for one in FORMULAS}
    for one in SHOWN:
        assert (one.metric, one.definition) in keys
        assert one.source


@pytest.mark.parametrize("words", ["Recognised as", "Erkannt als"])
def test_the_crm_is_told_by_the_proposed_spec(dataset: Dataset, words: str) -> None:
    assert crm_of(of_crm(dataset, "Salesforce", words)) == "Salesforce"
    assert crm_of(of_crm(dataset, "HubSpot in a warehouse (Fivetran)", words)) == "HubSpot"
    assert crm_of(of_crm(dataset, "an export of no CRM that is known", words)) is None
    assert crm_of(dataset) is None


def sentence(made: Dataset) -> tuple[Compared, str]:
    compared = definitions(Facts.of(made), Q2)
    return compared, str(how_far(compared, "win_rate", "win_rate_amount"))


def test_it_says_what_the_crm_shows(dataset: Dataset) -> None:
    _, said = sentence(of_crm(dataset, "Salesforce"))
    assert "Salesforce shows 44%" in said  # 4 of 9 closed
    assert "and 31%" in said  # 4 of 13 created
    _, said = sentence(of_crm(dataset, "Zoho CRM"))
    assert "what Zoho CRM shows cannot be told from these data" in said


@pytest.mark.parametrize("crm", sorted(set(UNKNOWN) - {one.crm for one in SHOWN if one.metric == "win_rate"}))
def test_what_is_unknown_is_said_to_be(dataset: Dataset, crm: str) -> None:
    _, said = sentence(of_crm(dataset, crm))
    assert f"which one {crm} shows is not known" in said


def test_without_a_crm_nothing_is_said_of_it(dataset: Dataset) -> None:
    compared, said = sentence(dataset)
    assert "shows" not in said
    assert any("Which CRM the data come from is not recorded" in str(one) for one in notes(compared))
