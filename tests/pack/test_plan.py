from pathlib import Path

import pytest
from workshop import HOSTILE, PARAMETERS, write_notebook, write_pack

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import Plan, make_plan


def plan(file: Path, *changes: str, only: tuple[str, ...] = ()) -> Plan:
    return make_plan(load_pack(file, changes), only)


def test_a_job_per_rep_with_its_parameters(pack_file: Path, company: Dataset) -> None:
    made = plan(pack_file, "smallest=3")
    assert [job.subject.id for job in made.jobs] == ["R1", "R2", HOSTILE]
    assert made.jobs[0].parameters == {
        "dataset": str(company.path), "period": "2017-Q4", "compare_to": "previous", "language": "en",
        "smallest": 3, "rep": "R1",
    }  # fmt: skip
    assert made.folder == pack_file.parent.parent / "out"
    assert made.comparison.name == "2017-Q3"
    assert not made.folder.exists()


def test_file_names_are_safe_and_different(pack_file: Path) -> None:
    stems = [job.stem for job in plan(pack_file).jobs]
    assert stems == ["ann-berg", "bob-czerny", "x-script-alert-1-script"]


def test_two_reps_of_one_name_get_two_files(pack_file: Path, company: Dataset, tmp_path: Path) -> None:
    from salesreport.provenance import Provenance
    from salesreport.writing import write_dataset

    tables = {name: company.table(name) for name in company.tables}
    tables["reps"].loc[tables["reps"]["rep_id"] == "R2", "name"] = "Ann Berg"
    twins = write_dataset(tmp_path / "twins", tables, company.settings, Provenance("test"))
    stems = [job.stem for job in plan(pack_file, f"dataset={twins.path}").jobs]
    assert stems == ["ann-berg-r1", "ann-berg-r2", "x-script-alert-1-script"]


def test_only_by_id_or_name(pack_file: Path) -> None:
    made = plan(pack_file, only=("bob czerny", HOSTILE))
    assert [job.subject.id for job in made.jobs] == ["R2", HOSTILE]
    assert len(made.every) == 3


def test_one_report_where_each_is_absent(folder: Path, company: Dataset) -> None:
    file = write_pack(folder / "packs" / "one.yml", company.path, each=None)
    (job,) = plan(file).jobs
    assert (job.subject.kind, job.subject.name) == ("company", "Test & Co")
    assert "rep" not in job.parameters


def test_rows_of_a_csv_file(folder: Path, company: Dataset) -> None:
    (folder / "packs" / "rows.csv").write_text("id,rep,period\nAnn,R1,2017\nBob,R2,\n", encoding="utf-8")
    made = plan(write_pack(folder / "packs" / "rows.yml", company.path, each="rows.csv"))
    assert [(job.subject.name, job.period, job.parameters["period"]) for job in made.jobs] == [
        ("Ann", "2017", "2017"),
        ("Bob", "2017-Q4", "2017-Q4"),
    ]


def test_compare_to_and_language_are_given_only_where_declared_or_stated(folder: Path, company: Dataset) -> None:
    write_notebook(folder / "notebooks" / "bare.ipynb", parameters="dataset = ''\nperiod = ''\nrep = ''\n")
    file = write_pack(folder / "packs" / "bare.yml", company.path, notebook="bare")
    assert set(plan(file).jobs[0].parameters) == {"dataset", "period", "rep"}
    with pytest.raises(ConfigError, match="no parameter “language”"):
        plan(file, "language=de")


def refused(file: Path, *changes: str, only: tuple[str, ...] = ()) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        plan(file, *changes, only=only)
    return caught.value


def test_unknown_rep_in_only(pack_file: Path) -> None:
    error = refused(pack_file, only=("Ann Brg",))
    assert (error.key, error.found, error.nearest) == ("--only", "Ann Brg", "Ann Berg")
    # Dan is a rep, but nothing happened for him in the period
    assert "Ann Berg" in str(refused(pack_file, only=("R4",)))


def test_a_period_without_data_and_one_that_is_none(folder: Path, company: Dataset) -> None:
    file = write_pack(folder / "packs" / "pack.yml", company.path, period="2019-Q1")
    error = refused(file)
    assert (error.file, error.line, error.key) == (file, 4, "period")
    assert "between Jan 5, 2017 and Dec 31, 2017" in str(error)
    error = refused(write_pack(file, company.path, period="2017-Q5"))
    assert (error.file, error.line, error.key, error.found) == (file, 4, "period", "2017-Q5")


def test_a_comparison_that_is_none(pack_file: Path) -> None:
    assert refused(pack_file, "compare_to=last year").key == "--set compare_to"
    assert refused(pack_file, "compare_to=year_befor").nearest == "year_before"


@pytest.mark.parametrize(
    ("period", "compare_to", "problem"),
    [
        ("2017-Q4", "2030", "no data for the period 2030"),
        ("2017-Q4", "2016-Q4", "no data for the period 2016-Q4"),
        ("2017-Q4", "2017-Q4", "other days than its own"),
        ("2017-Q4", "2017-10-01..2017-12-31", "other days than its own"),
        ("2017-Q4", "2017-11", "other days than its own"),
        ("2017-Q4", "2017", "other days than its own"),
    ],
)
def test_a_comparison_without_data_or_with_itself_is_refused_before_anything_is_touched(
    folder: Path, company: Dataset, period: str, compare_to: str, problem: str
) -> None:
    file = write_pack(folder / "packs" / "pack.yml", company.path, period=period, compare_to=compare_to)
    error = refused(file)
    assert (error.file, error.line, error.key) == (file, 6, "compare_to")
    assert problem in str(error)
    assert not (folder / "out").exists()


def test_the_words_may_lie_before_the_data(pack_file: Path) -> None:
    assert plan(pack_file, "period=2017-Q1").comparison.name == "2016-Q4"
    assert plan(pack_file, "compare_to=year_before").comparison.name == "2016-Q4"
    assert plan(pack_file, "compare_to=2017-Q1").comparison.name == "2017-Q1"


def test_a_row_is_compared_by_its_own_period(folder: Path, company: Dataset) -> None:
    rows = folder / "packs" / "rows.csv"
    file = write_pack(folder / "packs" / "rows.yml", company.path, each="rows.csv", compare_to="2017-Q2")
    rows.write_text("rep,period\nR1,2017-Q3\nR2,2017-Q2\n", encoding="utf-8")
    error = refused(file)
    assert (error.file, error.line, error.key) == (rows, 3, "period")
    rows.write_text("rep,period,compare_to\nR1,2017-Q3,2017-Q4\nR2,2017-Q2,2030\n", encoding="utf-8")
    error = refused(file)
    assert (error.file, error.line, error.key) == (rows, 3, "compare_to")


def test_a_missing_dataset(folder: Path) -> None:
    file = write_pack(folder / "packs" / "pack.yml", Path("../nowhere"))
    with pytest.raises(DataError, match="no dataset") as caught:
        plan(file)
    assert caught.value.file == folder / "nowhere"


@pytest.mark.parametrize(
    ("changes", "key", "nearest"),
    [
        ({"each": "reps"}, "each", "rep"),
        ({"each": "team"}, "each", None),  # the notebook has no parameter `team`
        ({"where": "{team: [Nrth]}"}, "where.team.0", "North"),
        ({"where": "{rep: [R1, Bob Czerni]}"}, "where.rep.1", "Bob Czerny"),
        ({"parameters": "{smalest: 3}"}, "parameters.smalest", "smallest"),
        ({"parameters": "{smallest: three}"}, "parameters.smallest", None),
        ({"parameters": "{period: 2017}"}, "parameters.period", None),
        ({"parameters": "{rep: R1}"}, "parameters.rep", None),
        ({"each": None, "where": "{team: [North]}"}, "where", None),
        ({"each": "none.csv"}, None, None),
        ({"where": "{team: [South], product_line: [Lamps]}"}, "where", None),  # nobody is left
    ],
)
def test_bad_settings_name_the_place_and_nothing_is_written(
    folder: Path, company: Dataset, changes: dict[str, str | None], key: str | None, nearest: str | None
) -> None:
    file = write_pack(folder / "packs" / "pack.yml", company.path, **changes)
    if changes.get("each") == "none.csv":
        with pytest.raises(DataError, match="no such file"):
            plan(file)
    else:
        error = refused(file)
        assert (error.file, error.key) == (file, key)
        assert error.line is not None
        if nearest is not None:
            assert error.nearest == nearest
    assert not (folder / "out").exists()


def test_unknown_and_ill_typed_set(pack_file: Path) -> None:
    assert refused(pack_file, "smalest=3").nearest == "smallest"
    assert refused(pack_file, "perod=2017").nearest == "period"
    assert refused(pack_file, "smallest=three").key == "--set smallest"
    assert refused(pack_file, "rep=R1").hint is not None


def test_a_notebook_must_take_what_the_pack_gives(folder: Path, company: Dataset) -> None:
    write_notebook(folder / "notebooks" / "bare.ipynb", parameters=PARAMETERS.replace("period: str", "when: str"))
    error = refused(write_pack(folder / "packs" / "bare.yml", company.path, notebook="bare"))
    assert (error.key, error.line) == ("period", 4)
    write_notebook(folder / "notebooks" / "bare.ipynb", parameters=PARAMETERS.replace("rep: str", "rep: int"))
    assert refused(folder / "packs" / "bare.yml").key == "each"
