"""The generated pages say what the code says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from salesreport.ingest import SourceSpec, ingest, load_source
from salesreport.kpi import METRICS
from salesreport.pack.packfile import PackFile, load_pack
from salesreport.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    return script("generate")


def test_the_api_reference_opens_without_a_network(tmp_path):
    site = script("site")
    assert {"salesreport.kpi.facts.facts", "salesreport.report.review"} <= set(site.modules())
    site.write(tmp_path, ["salesreport.period", "salesreport.kpi.metrics.metric"])
    page = (tmp_path / "salesreport" / "kpi" / "metrics" / "metric.html").read_text(encoding="utf-8")
    assert "The contract of a metric" in page
    assert not re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?//', page)


def test_each_room_says_what_is_in_it():
    for package in sorted({path.parent for path in (ROOT / "salesreport").rglob("__init__.py")}):
        if package != ROOT / "salesreport":
            assert (package / "README.md").is_file(), package


def test_the_pages_have_not_drifted(generate):
    assert generate.drifted() == [], "run: python docs/generate.py"


def test_each_promise_of_security_has_its_test():
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 8
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named, row
        assert all((ROOT / name).is_file() for name in named), row


def test_a_page_that_drifted_is_noticed(generate, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "HERE", tmp_path)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    page = tmp_path / "metrics.md"
    page.write_text(page.read_text(encoding="utf-8").replace("deals won", "deals lost"), encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert "docs/metrics.md" in capsys.readouterr().out


def examples(page: str) -> str:
    """The YAML of a page."""
    return str(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0])


def test_the_source_spec_shown_is_one(generate, tmp_path):
    file = tmp_path / "source.yml"
    file.write_text(examples(generate.source_spec_page()), encoding="utf-8")
    spec = load_source(file)
    assert spec.tables["deals"].status.neither == ("Cancelled",)
    assert set(spec.tables) == {"deals", "reps", "targets"}


def test_the_shapes_shown_can_be_read(generate, tmp_path):
    """Two deals of two files: one won with two products for 100 and 50, one open; a lead; a call and a meeting."""
    head = "Id,Record Type,OwnerId,Account,Topic,StageId,Product,Created,Won time,Lost time,Line amount,"
    head += "IsWon,IsClosed,Product\n"
    files = {
        "north.csv": head
        + "1,Opportunity,u1,Elan,Lamps,s9,Lamp,2025-01-31 23:30:00,2025-03-01,,100,true,true,A\n"
        + "1,Opportunity,u1,Elan,Lamps,s9,Wire,2025-01-31 23:30:00,2025-03-01,,50,true,true,B\n"
        + "L7,Lead,u1,Dorn,Poles,,,2025-02-01 10:00:00,,,,false,false,\n",
        "south.csv": head + "2,Opportunity,u2,Fehr,Wires,s2,Wire,2025-02-02 10:00:00,,,30,false,false,B\n",
        "stages.csv": "Id,Name\ns1,Talk\ns2,Offer\ns9,Won\n",
        "users.csv": "Id,First,Last,ManagerId\nu1,Ilka,Moor,u2\nu2,Dora,Sand,\n",
        "changes.csv": "Deal,Field,Old,New,At\n1,Stage,s1,s9,2025-03-01 12:00\n1,Amount,1,2,2025-02-03\n",
        "tasks.csv": "Id,Who,Deal,Done\nt1,u1,1,2025-02-03\n",
        "events.csv": "Id,Person,About,Start\ne1,u1,1,2025-02-04\n",
        "source.yml": generate.SHAPES_EXAMPLE,
    }
    assert generate.SHAPES_EXAMPLE in (ROOT / "docs" / "source_spec.md").read_text(encoding="utf-8")
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    dataset = ingest(tmp_path / "source.yml", tmp_path / "ds")
    tables = {name: dataset.table(name) for name in dataset.tables}
    deals = tables["deals"].set_index("deal_id")
    assert deals.loc["1", ["name", "status", "amount", "stage"]].tolist() == ["Elan – Lamps", "won", 150, "Won"]
    assert f"{deals.loc['1', 'created_on']:%m-%d}" == "02-01"  # half past midnight in Budapest
    assert deals.loc["2", "status"] == "open"
    assert tables["orders"][["order_id", "amount"]].values.tolist() == [["L2", 100], ["L3", 50]]
    assert tables["leads"]["lead_id"].tolist() == ["L7"]
    assert tables["reps"].set_index("rep_id").loc["u1", ["name", "manager"]].tolist() == ["Ilka Moor", "Dora Sand"]
    events = tables["stage_events"].sort_values(["deal_id", "entered_at"])
    assert events[["deal_id", "stage"]].values.tolist() == [["1", "Talk"], ["1", "Won"]]
    assert tables["activities"].set_index("activity_id")["type"].to_dict() == {"t1": "call", "e1": "meeting"}


def test_the_pack_file_shown_is_one(generate, tmp_path):
    file = tmp_path / "pack.yml"
    file.write_text(examples(generate.pack_file_page()), encoding="utf-8")
    assert load_pack(file).settings.where == {"team": ["Central", "East"]}


@pytest.mark.parametrize("model", [SourceSpec, PackFile])
def test_every_setting_is_explained(generate, model):
    page = generate.source_spec_page() if model is SourceSpec else generate.pack_file_page()
    models = list(generate._models_in(model))
    for one in models:
        for name, field in one.model_fields.items():
            assert f"| `{field.alias or name}` |" in page
            assert len(generate.meanings(one)[name]) > 5, f"{one.__name__}.{name}"
    assert len(models) == page.count("| setting | kind |")


def test_a_setting_without_a_word_is_noticed(generate):
    class Bare(BaseModel):
        """Bare.

        Attributes:
            one: is told. two, three: are told together, as is
                one: by its name.
        """

        one: str
        two: str
        three: str

    assert generate.meanings(Bare) == {
        "one": "is told",
        "two": "are told together, as is one: by its name",
        "three": "are told together, as is one: by its name",
    }

    class Silent(Bare):
        """Silent.

        Attributes:
            one: is told.
        """

    with pytest.raises(KeyError, match="two"):
        generate.meanings(Silent)


def test_every_metric_and_column_is_there(generate):
    metrics, tables = generate.metrics_page(), generate.tables_page()
    assert all(f"## {key}\n" in metrics for key in METRICS)
    assert all(f"| `{column}`" in tables for table in TABLES.values() for column in table.names)
