import datetime as dt
import json
from pathlib import Path
from typing import Any

import nbformat
import papermill.parameterize
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workshop import HOSTILE, write_notebook, write_pack

from salesreport.errors import ConfigError
from salesreport.pack.notebook import find_notebook, project_folder, read_notebook
from salesreport.pack.packfile import load_pack, yaml_value

PLACE: dict[str, Any] = {"file": "pack.yml", "line": 3, "key": "k"}


def declared(tmp_path: Path, parameters: str) -> Any:
    return read_notebook(write_notebook(tmp_path / "n.ipynb", parameters=parameters))


def test_annotations_and_plain_assignments_declare_parameters(tmp_path: Path) -> None:
    notebook = declared(
        tmp_path, "rep: str = 'x'\nmost = 3\nshare: float = .5\nflag = True\nwhatever = max(1, 2)\n"
    )
    assert notebook.names == ["rep", "most", "share", "flag", "whatever"]
    assert notebook.check("rep", "R1", PLACE) == "R1"
    assert notebook.check("share", 1, PLACE) == 1.0
    assert notebook.check("whatever", ["x"], PLACE) == ["x"]


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        ("str", "5", 5),
        ("int", 5, "5"),
        ("int", 5, True),
        ("int | None", None, 1.5),
        ("Optional[float]", None, "x"),
        ("bool", True, 1),
        ("list[str]", ["a"], ["a", 1]),
        ("dict[str, int]", {"a": 1}, {"a": "1"}),
        ("Literal['a', 'b']", "a", "c"),
    ],
)
def test_values_have_the_declared_type(tmp_path: Path, annotation: str, good: Any, bad: Any) -> None:
    notebook = declared(tmp_path, f"value: {annotation} = None")
    assert notebook.check("value", good, PLACE) == good
    with pytest.raises(ConfigError) as caught:
        notebook.check("value", bad, PLACE)
    assert (caught.value.file, caught.value.line, caught.value.key) == ("pack.yml", 3, "k")


@pytest.mark.parametrize(
    ("annotation", "written", "value"),
    [("str", "007", "007"), ("int", "7", 7), ("float", "2.5", 2.5), ("bool", "true", True),
     ("list[str]", "[a, b]", ["a", "b"]), ("int | None", "null", None), ("str | None", "x: y", "x: y")],
)  # fmt: skip
def test_texts_become_what_the_notebook_declares(
    tmp_path: Path, annotation: str, written: str, value: Any
) -> None:
    assert declared(tmp_path, f"value: {annotation} = None").read("value", written, PLACE) == value


@pytest.mark.parametrize("written", [".nan", ".inf", "-.inf", "[1, [.nan]]", "{a: .inf}"])
def test_a_value_that_no_notebook_can_hold(tmp_path: Path, written: str) -> None:
    notebook = declared(tmp_path, "value: Any = None")
    with pytest.raises(ConfigError, match="cannot hold this value of its parameter “value”") as caught:
        notebook.check("value", yaml_value(written), PLACE)
    assert (caught.value.file, caught.value.line) == (PLACE["file"], PLACE["line"])
    assert "finite numbers" in str(caught.value)


def test_a_date_is_no_value_of_a_notebook(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot hold") as caught:
        declared(tmp_path, "value: Any = None").check("value", dt.date(2025, 1, 31), PLACE)
    assert caught.value.found == "datetime.date(2025, 1, 31)"


def test_numbers_that_are_none_on_the_command_line_and_in_a_row(tmp_path: Path) -> None:
    notebook = declared(tmp_path, "share: float = 0.5")
    for written in ("nan", ".nan", ".inf"):
        with pytest.raises(ConfigError):
            notebook.read("share", written, PLACE)


def test_an_ill_typed_text_and_an_unknown_parameter(tmp_path: Path) -> None:
    notebook = declared(tmp_path, "smallest: int = 1")
    with pytest.raises(ConfigError, match="valid integer") as caught:
        notebook.read("smallest", "ten", PLACE)
    assert caught.value.found == "ten"
    with pytest.raises(ConfigError) as caught:
        notebook.check("smalest", 1, PLACE)
    assert caught.value.nearest == "smallest"


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ("rep: str =", "no valid Python"),
        ("rep: Rep = None", "cannot be understood"),
        ("rep: open('x') = 1", "cannot be understood"),
    ],
)
def test_declarations_that_cannot_be_understood(tmp_path: Path, parameters: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        declared(tmp_path, parameters)


def test_not_a_notebook_and_no_parameters_cell(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="not a notebook"):
        read_notebook(tmp_path / "n.ipynb")
    bare = write_notebook(tmp_path / "n.ipynb")
    content = json.loads(bare.read_text(encoding="utf-8"))
    content["cells"][0]["metadata"] = {}
    bare.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigError, match="exactly one code cell"):
        read_notebook(bare)


def test_a_name_is_looked_up_beside_the_pack_file_then_above_then_here_then_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = load_pack(write_pack(tmp_path / "client" / "packs" / "p.yml", tmp_path, notebook="rep_review"))
    monkeypatch.chdir(tmp_path)
    packaged = project_folder("notebooks") / "rep_review.ipynb"
    if packaged.is_file():
        assert find_notebook(pack) == packaged
    for nearer in (tmp_path, tmp_path / "client", tmp_path / "client" / "packs"):
        expected = write_notebook(nearer / "notebooks" / "rep_review.ipynb")
        assert find_notebook(pack) == expected


def test_a_path_is_relative_to_the_pack_file(tmp_path: Path) -> None:
    expected = write_notebook(tmp_path / "mine" / "n.ipynb")
    assert find_notebook(
        load_pack(write_pack(tmp_path / "packs" / "p.yml", tmp_path, notebook="../mine/n.ipynb"))
    ) == (expected)


@pytest.mark.parametrize(("written", "nearest"), [("tny", "tiny"), ("../nowhere/x.ipynb", None)])
def test_a_missing_notebook(folder: Path, company: Any, written: str, nearest: str | None) -> None:
    file = write_pack(folder / "packs" / "pack.yml", company.path, notebook=written)
    with pytest.raises(ConfigError) as caught:
        find_notebook(load_pack(file))
    assert (caught.value.file, caught.value.line, caught.value.nearest) == (file, 1, nearest)


NASTY = [
    HOSTILE,
    "\"'\\",
    "a\nb\r\n\tc",
    "{rep} {0} {{",
    r"\N{BULLET} \x41 é",
    "日本\u202e\u2028",
    '"""',
    "\\",
    "\x00\x1b",
]


def injected(value: Any) -> Any:
    """The value that a notebook sees when papermill gives it one: the cell it adds, run by Python itself."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata |= {"kernelspec": {"name": "python3", "language": "python"}, "papermill": {}}
    made = papermill.parameterize.parameterize_notebook(notebook, {"value": value})
    seen: dict[str, Any] = {}
    exec(made.cells[0].source, seen)
    return seen["value"]


@pytest.mark.parametrize("name", NASTY)
def test_hostile_names_reach_the_notebook_unharmed(name: str) -> None:
    assert injected(name) == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_any_value_that_yaml_can_say_reaches_the_notebook_unharmed(value: Any) -> None:
    assert injected(value) == value
