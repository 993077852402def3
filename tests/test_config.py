"""YAML settings: what is wrong is said with file, line, key and the nearest valid name."""

from pathlib import Path

import pytest
from pydantic import Field, field_validator

from salesreport.config import Settings, TextError, load, read_yaml
from salesreport.errors import ConfigError
from salesreport.language import Language, text


class Column(Settings):
    file: str
    share: float = Field(default=1.0, ge=0)


class Example(Settings):
    name: str
    tables: dict[str, Column] = Field(default_factory=dict)
    parts: list[Column] = Field(default_factory=list)
    best: Column | None = None

    @field_validator("name")
    @classmethod
    def not_bad(cls, value: str) -> str:
        if value == "bad":
            raise TextError(text("This name is bad."), expected=text("a good one"))
        return value


def write(folder: Path, content: str) -> Path:
    file = folder / "x.yml"
    file.write_text(content, encoding="utf-8")
    return file


def problem(folder: Path, content: str) -> ConfigError:
    with pytest.raises(ConfigError) as error:
        load(write(folder, content), Example)
    return error.value


def test_a_good_file(tmp_path: Path) -> None:
    content = "name: a\ntables:\n  deals: {file: d.csv, share: 0.5}\nparts: [{file: x}]\n"
    loaded = load(write(tmp_path, content), Example)
    assert loaded.tables["deals"].share == 0.5
    assert loaded.parts[0].file == "x"


def test_unknown_keys_name_line_and_nearest(tmp_path: Path) -> None:
    error = problem(tmp_path, "name: a\ntables:\n  deals:\n    fiel: d.csv\n    file: e\n")
    assert (error.line, error.key, error.nearest) == (4, "tables.deals.fiel", "file")
    assert "x.yml, line 4, key “tables.deals.fiel”" in str(error)
    assert "Did you mean “file”?" in str(error)
    assert problem(tmp_path, "nmae: a\n").nearest == "name"
    assert problem(tmp_path, "name: a\nparts:\n- file: a\n- flie: b\n  file: c\n").line == 4
    assert problem(tmp_path, "name: a\nbest:\n  shaer: 1\n  file: c\n").nearest == "share"


def test_wrong_and_missing_values(tmp_path: Path) -> None:
    error = problem(tmp_path, "name: a\ntables:\n  deals: {file: x, share: much}\n")
    assert (error.line, error.found) == (3, "much")
    error = problem(tmp_path, "tables: {}\n")
    assert error.key == "name"
    assert "required" in str(error)
    error = problem(tmp_path, "name: bad\n")
    assert str(error).endswith("This name is bad. Found “bad”. Expected a good one.")


def test_a_file_that_is_something_else_is_not_shown_whole(tmp_path: Path) -> None:
    error = problem(tmp_path, "Id,Owner,Amount\n" + "1,Ann Berg,100\n" * 500)
    assert str(error).endswith(
        # 79 characters: the heading (15), then as YAML reads it a blank and four rows of 14, and 4 of the fifth
        "This is not a file of settings. Found “Id,Owner,Amount 1,Ann Berg,100 1,Ann Berg,100 1,Ann Berg,100 "
        "1,Ann Berg,100 1,A…”. Expected settings in YAML, such as name: …."
    )
    assert problem(tmp_path, "- a\n- b\n").found is None


def test_no_value_is_shown_at_a_letters_length(tmp_path: Path) -> None:
    shown = str(problem(tmp_path, f"name: a\ntables:\n  deals: {{file: x, share: {'x' * 1000}}}\n"))
    assert "x" * 119 + "…" in shown
    assert "x" * 120 not in shown


def test_not_yaml(tmp_path: Path) -> None:
    error = problem(tmp_path, "name: a\ntables: [\n")
    assert "not valid YAML" in str(error)
    assert error.line is not None
    assert "stands twice" in str(problem(tmp_path, "name: a\nname: b\n"))
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "none.yml", Example)
    (tmp_path / "x.yml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "x.yml", Example)


def test_texts_stay_texts(tmp_path: Path) -> None:
    # YAML 1.1 would read these as False, a date, 750 minutes, True
    data, _ = read_yaml(
        write(tmp_path, "a: NO\nb: 2017-12-31\nc: 12:30\nd: on\ne: true\nf: 2017\ng: 1.5\nh: 007\n")
    )
    assert data == {
        "a": "NO", "b": "2017-12-31", "c": "12:30", "d": "on", "e": True, "f": 2017, "g": 1.5, "h": "007",
    }  # fmt: skip


def test_errors_speak_german(tmp_path: Path) -> None:
    error = problem(tmp_path, "nmae: a\n")
    assert "Meinten Sie „name“?" in error.say(Language("de"))


def test_a_folder_is_no_file_of_settings(tmp_path):
    with pytest.raises(ConfigError, match="This is a folder, and a file is wanted"):
        load(tmp_path, Example)
