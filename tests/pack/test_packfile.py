from pathlib import Path

import pytest
from workshop import write_pack

from salesreport.errors import ConfigError
from salesreport.pack.packfile import load_pack


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


GOOD = "notebook: tiny\ndataset: data\neach: rep\nperiod: 2017-Q4\noutput: out\n"


def test_paths_start_at_the_file_that_holds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path)
    pack = load_pack(write(tmp_path / "deep" / "p.yml", GOOD.replace("data\n", "../data\n")), ["output=here"])
    assert pack.file("dataset") == tmp_path / "data"
    assert pack.file("output") == tmp_path / "here"  # of the command line: here, not beside the file


def test_a_year_may_be_a_number_and_where_needs_no_list(tmp_path: Path) -> None:
    content = GOOD.replace("2017-Q4", "2017") + "compare_to: 2016\nwhere: {team: North, segment: [Retail, 3]}\n"
    settings = load_pack(write(tmp_path / "p.yml", content)).settings
    assert (settings.period, settings.compare_to) == ("2017", "2016")
    assert settings.where == {"team": ["North"], "segment": ["Retail", "3"]}


@pytest.mark.parametrize(
    ("content", "line", "key", "nearest", "says"),
    [
        (GOOD + "perod: 2017\n", 6, "perod", "period", "no such setting"),
        (GOOD + "zzz: 1\n", 6, "zzz", None, "no such setting"),
        (GOOD.replace("period: 2017-Q4\n", ""), None, "period", None, "required"),
        (GOOD.replace("tiny", "[a]"), 1, "notebook", None, "valid string"),
        (GOOD + "where: {tem: North}\n", 6, "where", "team", "“tem”"),
        (GOOD + "where: [North]\n", 6, "where", None, "dictionary"),
        (GOOD + "language: xx\n", 6, "language", None, "language"),
        (GOOD + "period: 2016\n", 6, "period", None, "twice"),
        (GOOD + "where: {team: [North\n", 7, None, None, "not valid YAML"),
        ("- a\n- b\n", None, None, None, "not a file of settings"),
    ],
)
def test_bad_pack_files_name_the_place(
    tmp_path: Path, content: str, line: int | None, key: str | None, nearest: str | None, says: str
) -> None:
    file = write(tmp_path / "p.yml", content)
    with pytest.raises(ConfigError) as caught:
        load_pack(file)
    error = caught.value
    assert (error.file, error.key, error.nearest) == (file, key, nearest)
    if line is not None:
        assert error.line == line
    assert says in str(error)


def test_no_file_an_empty_one_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_pack(tmp_path / "none.yml")
    with pytest.raises(ConfigError, match="required"):
        load_pack(write(tmp_path / "empty.yml", ""))
    (tmp_path / "bytes.yml").write_bytes(b"\xff\x00\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_pack(tmp_path / "bytes.yml")
    with pytest.raises(ConfigError, match="not valid YAML"):
        load_pack(write(tmp_path / "control.yml", "notebook: \x07\n"))


def test_set_changes_settings_and_keeps_the_rest_for_the_notebook(tmp_path: Path) -> None:
    file = write(tmp_path / "p.yml", GOOD + "where: {team: [North], segment: [Retail]}\n")
    pack = load_pack(file, ["period=2016", "where.team=[South, East]", "smallest=3", "parameters.note=a=b"])
    assert pack.settings.period == "2016"
    assert pack.settings.where == {"team": ["South", "East"], "segment": ["Retail"]}  # merged, not replaced
    assert pack.raw_parameters == {"smallest": "3", "note": "a=b"}
    assert pack.where("period") == {"key": "--set period"}
    assert pack.where("output") == {"file": file, "line": 5, "key": "output"}


@pytest.mark.parametrize("written", ["period", "=2017", ""])
def test_set_wants_key_and_value(tmp_path: Path, company: object, written: str) -> None:
    file = write_pack(tmp_path / "p.yml", tmp_path)
    with pytest.raises(ConfigError, match="key=value"):
        load_pack(file, [written])


def test_set_is_checked_like_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "p.yml", GOOD)
    with pytest.raises(ConfigError) as caught:
        load_pack(file, ["where.tem=North"])
    assert caught.value.nearest == "team"
    assert caught.value.file is None
