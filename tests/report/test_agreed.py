"""Files that say what was agreed: read once, checked against data and period."""

import datetime as dt
from pathlib import Path

import pytest

from salesreport import Dataset, Review
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.plan import action_plan, plan_yaml
from salesreport.report.agreed import NOTHING, read_agreed

STRATEGY = "name: S\nmetric: revenue\ngoal: {2026: 16000000}\n"
ACCOUNTS = (
    "account_plans: 1\nperiod: 2025-Q4\nas_of: 2025-09-30\ncurrency: EUR\n"
    "reps: [{rep_id: R000001, accounts: [{account_id: A000001, answers: {fit: well}}]}]\n"
)
PAY = "name: P\ncurrency: EUR\ncomponents: [{key: sales, metric: revenue, rate: 3 %}]\n"


@pytest.fixture(scope="module")
def plan_file(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    facts = Facts.of(sample, dt.date(2025, 9, 30))
    file = tmp_path_factory.mktemp("plans") / "p.yml"
    file.write_text(plan_yaml(action_plan(facts, None, sample.period("2025-Q4"), paths=20)), encoding="utf-8")
    return file


def written(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_a_review_knows_what_was_agreed(sample: Dataset, plan_file: Path, tmp_path: Path) -> None:
    files = {"strategy": written(tmp_path, "s.yml", STRATEGY), "pay": written(tmp_path, "pay.yml", PAY)}
    files["account_plans"] = written(tmp_path, "a.yml", ACCOUNTS)
    agreed = Review(sample, "2025-Q4", rep="R000001", plan=plan_file, **files).context.agreed
    assert agreed.strategy is not None
    assert agreed.strategy.name == "S"
    assert agreed.pay is not None
    assert agreed.pay.name == "P"
    assert agreed.plan is not None
    assert agreed.plan.as_of == dt.date(2025, 9, 30)
    assert agreed.account_plans is not None
    assert agreed.account_plans.accounts["R000001", "A000001"].answers["fit"] == "well"
    assert Review(sample, "2025-Q4", rep="R000001").context.agreed is NOTHING


def test_a_file_is_read_again_only_when_it_changed(sample: Dataset, tmp_path: Path) -> None:
    facts, period = Facts.of(sample), sample.period("2025-Q4")
    file = written(tmp_path, "s.yml", STRATEGY)
    first = read_agreed(facts, period, {"strategy": file, "plan": ""})
    assert read_agreed(facts, period, {"strategy": str(file)}) is first
    written(tmp_path, "s.yml", STRATEGY.replace("name: S", "name: T"))
    changed = read_agreed(facts, period, {"strategy": file})
    assert changed.strategy is not None
    assert changed.strategy.name == "T"
    assert changed.digests != first.digests


def test_a_plan_of_another_period_is_refused(sample: Dataset, plan_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="another period") as caught:
        Review(sample, "2025-Q3", rep="R000001", plan=plan_file)
    assert (caught.value.found, caught.value.expected) == ("2025-Q4", "2025-Q3")
    with pytest.raises(ConfigError, match="another period") as caught:
        Review(sample, "2025-Q3", rep="R000001", account_plans=written(tmp_path, "a.yml", ACCOUNTS))
    assert caught.value.file == tmp_path / "a.yml"


@pytest.mark.parametrize(
    ("setting", "content", "key", "near"),
    [
        ("strategy", STRATEGY + "weights: {R000999: 1}\n", "weights.R000999", "R000009"),
        ("strategy", STRATEGY.replace("metric:", "metrik:"), "metrik", "metric"),
        ("pay", PAY.replace("metric:", "metrik:"), "components.0.metrik", "metric"),
        ("account_plans", ACCOUNTS.replace("A000001", "X000001"), "reps.0.accounts.0.account_id", "A000001"),
        ("account_plans", ACCOUNTS.replace("fit:", "fits:"), "reps.0.accounts.0.answers.fits", "fit"),
    ],
)
def test_a_pack_names_the_file_before_anything_runs(
    sample: Dataset, tmp_path: Path, setting: str, content: str, key: str, near: str
) -> None:
    written(tmp_path, "agreed.yml", content)
    pack = written(
        tmp_path,
        "pack.yml",
        f"notebook: rep_review\ndataset: {sample.path}\neach: rep\nperiod: 2025-Q4\noutput: out\n"
        f"{setting}: agreed.yml\n",
    )
    with pytest.raises(ConfigError) as caught:
        make_plan(load_pack(pack))
    assert caught.value.file == tmp_path / "agreed.yml"
    assert caught.value.key == key
    assert caught.value.nearest == near
    assert caught.value.line is not None


def test_a_pack_gives_it_to_its_notebook_and_makes_reports_anew(sample: Dataset, tmp_path: Path) -> None:
    file = written(tmp_path, "agreed.yml", STRATEGY)
    content = f"notebook: rep_review\ndataset: {sample.path}\neach: rep\nperiod: 2025-Q4\noutput: out\n"
    without = make_plan(load_pack(written(tmp_path, "a.yml", content))).jobs[0]
    with_it = content + "strategy: agreed.yml\n"
    job = make_plan(load_pack(written(tmp_path, "b.yml", with_it))).jobs[0]
    assert job.parameters["strategy"] == str(file)
    assert "strategy" not in without.parameters
    (tmp_path / "moved").mkdir()
    written(tmp_path / "moved", "agreed.yml", STRATEGY)
    moved = make_plan(load_pack(written(tmp_path / "moved", "b.yml", with_it))).jobs[0]
    changed = written(tmp_path, "agreed.yml", STRATEGY.replace("16000000", "17000000"))
    again = make_plan(load_pack(written(tmp_path, "b.yml", with_it))).jobs[0]
    assert changed == file
    assert moved.inputs == job.inputs
    assert len({without.inputs, job.inputs, again.inputs}) == 3


def test_no_such_file(sample: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file") as caught:
        Review(sample, "2025-Q4", pay=tmp_path / "none.yml")
    assert caught.value.key == "pay"
