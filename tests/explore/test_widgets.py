"""The explorer's widgets, driven by setting values as a browser does."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import ipywidgets
import pytest
from cases import dataset_of
from three_reps import HOSTILE, WEAK, company_tables

from salesreport.explore import Explorer
from salesreport.explore.debounce import Debounced
from salesreport.explore.panels import CONTROLS
from salesreport.explore.state import VIEWS, choices, facts_of
from salesreport.explore.views import show
from salesreport.explore.widgets import WAIT

Acts = Callable[[], Awaitable[None]]


def run(acts: Callable[[], Awaitable[object]]) -> object:
    return asyncio.run(acts())


async def settled(explorer: Explorer) -> None:
    """Until nothing is waiting any more."""
    await asyncio.sleep(WAIT + 0.05)
    while explorer._update.waiting or explorer._background.busy:
        await asyncio.sleep(0.02)


def test_it_shows_what_the_functions_make(company):
    async def acts():
        explorer = Explorer(company, "2024-Q4")
        assert explorer.picture.value == show(explorer.state)._repr_html_()
        explorer.controls["rep"].value = "R1"
        explorer.views.value = "funnel_plot"
        await settled(explorer)
        assert (explorer.state.rep, explorer.state.view) == ("R1", "funnel_plot")
        assert "Ann with 20% of 10" in explorer.picture.value
        assert explorer.picture.value == show(explorer.state)._repr_html_()

    run(acts)


@pytest.mark.slow
def test_every_control_and_view(year):
    async def acts():
        explorer = Explorer(year.dataset, "2025")
        for view in VIEWS:
            explorer.views.value = view
            for name in CONTROLS[2:]:
                control = explorer.controls[name]
                values = [value for _, value in control.options]
                control.value = values[-1]
                await settled(explorer)
                assert getattr(explorer.state, name) == values[-1]
                assert explorer.picture.value == show(explorer.state)._repr_html_()
                control.value = values[0]
            await settled(explorer)

    run(acts)


def test_changes_in_quick_succession_are_one(company, monkeypatch):
    async def acts():
        explorer = Explorer(company, "2024-Q4")
        drawn = []
        monkeypatch.setattr("salesreport.explore.widgets.view", lambda *a, **k: drawn.append(a[1]) or show(a[1]))
        for rep in ("R1", "R2", "R3", "R1", "R2"):
            explorer.controls["rep"].value = rep
            await asyncio.sleep(WAIT / 6)
        await settled(explorer)
        assert drawn[0].rep == "R2"
        assert {one.rep for one in drawn} == {"R2"}

    run(acts)


def test_an_area_is_replaced_only_when_it_changed(company):
    async def acts():
        explorer = Explorer(company, "2024-Q4")
        seen = []
        explorer.picture.observe(lambda change: seen.append("picture"), "value")
        explorer.deals.observe(lambda change: seen.append("deals"), "value")
        explorer.controls["step"].value = "win"  # the funnel stays; the deals of the step come
        await settled(explorer)
        assert seen.count("deals") == 1
        explorer.headings["amount"].click()
        await settled(explorer)
        assert seen.count("deals") == 2
        assert seen.count("picture") <= 1

    run(acts)


def test_no_output_widget(company):
    explorer = Explorer(company, "2024-Q4")

    def walk(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from walk(child)

    assert not any(isinstance(one, ipywidgets.Output) for one in walk(explorer.widget))
    assert "application/vnd.jupyter.widget-view+json" in explorer._repr_mimebundle_()


def test_from_a_finding_to_its_deals(weak):
    async def acts():
        explorer = Explorer(weak, "2024-Q4", view="anomalies")
        await settled(explorer)
        label, key = explorer.findings.options[0]
        assert label == "▼ Ann · Deal → Order · 10% of 60, others 60%"
        explorer.findings.value = key
        await settled(explorer)
        assert explorer.state.finding == key
        assert "60 decisions, of which 6 went on." in explorer.about.value
        before = explorer.deals.value
        explorer.headings["amount"].click()
        await settled(explorer)
        assert (explorer.state.sort, explorer.state.descending) == ("amount", False)
        assert explorer.deals.value != before
        once = explorer.deals.value
        explorer.headings["amount"].click()
        await settled(explorer)
        assert explorer.state.descending
        assert explorer.deals.value != once
        assert explorer.headings["amount"].description.endswith("▼")
        explorer.controls["product_line"].value = explorer.controls["product_line"].options[1][1]
        await settled(explorer)
        assert explorer.state.finding == ""

    run(acts)


def test_a_team_limits_the_reps(company):
    async def acts():
        explorer = Explorer(company, "2024-Q4", rep="Ann")
        assert explorer.state.rep == "R1"
        explorer.controls["team"].value = "South"
        await settled(explorer)
        assert [value for _, value in explorer.controls["rep"].options] == ["", "R3"]
        assert explorer.state.rep == ""
        explorer.controls["team"].value = ""
        await settled(explorer)
        assert len(explorer.controls["rep"].options) == 4

    run(acts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"period": "2024-Q9"}, "This is not a period."),
        ({"period": "1999"}, "Nothing was decided in this period."),
        ({"rep": "Zoe"}, "The dataset has none of this name."),
        ({"language": "xx"}, "There is no catalogue for this language."),
        ({"flavour": "x"}, "There is no such choice"),
        ({"view": "pie"}, "There is no such view."),
    ],
)
def test_what_is_wrong_is_one_sentence(company, arguments, said):
    explorer = Explorer(company, **arguments)
    assert said in explorer.status.value
    assert explorer.status.value.count("<p") == 1
    assert "<svg" in explorer.picture.value, "what can be shown is shown"


def test_without_a_dataset_or_deals_it_says_so(tmp_path, orders_only):
    missing = Explorer(tmp_path / "nowhere")
    assert "There is no dataset in this folder." in missing.status.value
    assert missing.controls["period"].disabled
    orders = Explorer(orders_only)
    assert "needs deals, which" in orders.status.value
    assert not orders.available


def test_another_dataset(company, orders_only):
    async def acts():
        explorer = Explorer(company, "2024-Q4")
        beside = dict(explorer.controls["dataset"].options)
        assert beside["company"] == str(company.path)
        explorer.controls["dataset"].options = [
            *explorer.controls["dataset"].options,
            ("o", str(orders_only.path)),
        ]
        explorer.controls["dataset"].value = str(orders_only.path)
        await settled(explorer)
        assert "needs deals, which" in explorer.status.value
        explorer.controls["dataset"].options = [("c", str(company.path)), ("o", str(orders_only.path))]
        explorer.controls["dataset"].value = str(company.path)
        await settled(explorer)
        assert explorer.status.value == ""
        assert "<svg" in explorer.picture.value

    run(acts)


def test_a_dataset_that_is_replaced_meanwhile_is_shown_as_it_is_now(tmp_path):
    folder = tmp_path / "replaced"
    dataset_of(folder, "2024-12-31", company_tables())

    async def acts():
        explorer = Explorer(folder, "2024-Q4")
        assert "47% of 30 decided deals were won" in explorer.picture.value
        dataset_of(folder, "2024-12-31", company_tables(WEAK))
        explorer.controls["product_line"].value = "Lamps"
        await settled(explorer)
        assert "The dataset was replaced: shown is what it has now." in explorer.status.value
        assert "43% of 90 decided deals were won" in explorer.picture.value
        explorer.controls["product_line"].value = ""
        await settled(explorer)
        assert explorer.status.value == "", "it is said once"
        assert "43% of 180 decided deals were won" in explorer.picture.value
        shutil.rmtree(folder)
        explorer.views.value = "trend"
        await settled(explorer)
        assert "There is no dataset in this folder." in explorer.status.value
        assert explorer.picture.value == ""

    run(acts)


def test_saving_and_code(company, tmp_path):
    async def acts():
        explorer = Explorer(company, "2024-Q4", packs=tmp_path, view="trend")
        explorer.save.click()
        assert "needs a name" in explorer.saved.value
        explorer.name.value = "My <b>view</b>"
        explorer.save.click()
        assert (tmp_path / "my-b-view-b.yml").exists()
        assert "salesreport pack" in explorer.saved.value
        explorer.save.click()
        assert "already" in explorer.saved.value
        explorer.replace.value = True
        explorer.save.click()
        assert "Saved" in explorer.saved.value
        assert "view='trend'" in explorer.code.value
        explorer.views.value = "funnel"
        assert explorer.saved.value == "", "what was saved is another view"

    run(acts)


def test_what_the_data_says_is_escaped(company):
    explorer = Explorer(company, "2024-Q4", rep="R3")
    for area in (explorer.status, explorer.picture, explorer.about, explorer.deals):
        assert "<img" not in area.value
        assert HOSTILE not in area.value


def test_texts_are_in_the_language(company):
    explorer = Explorer(company, "2024-Q4", language="de")
    assert explorer.controls["product_line"].description == "Produktlinie"


def test_a_failure_in_the_background_is_not_swallowed(company, monkeypatch):
    async def acts():
        explorer = Explorer(company, "2024-Q4")
        problems = []
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: problems.append(context["exception"])
        )

        def broken(*arguments, **named):
            raise ZeroDivisionError

        monkeypatch.setattr("salesreport.explore.figures.anomalies", broken)
        explorer.controls["team"].value = "North"
        explorer.views.value = "anomalies"
        await settled(explorer)
        await asyncio.sleep(0.1)
        assert [type(one) for one in problems] == [ZeroDivisionError]
        assert "could not be worked out: ZeroDivisionError" in explorer.status.value
        assert not explorer._background.busy

    run(acts)


def test_debounced_without_a_loop_calls_at_once():
    calls = []
    Debounced(lambda: calls.append(1), 10)()
    assert calls == [1]


def test_paths_are_as_given(company):
    assert Explorer(Path(company.path)).state.dataset == str(company.path)
    assert choices(facts_of(Explorer(company).state)).steps
