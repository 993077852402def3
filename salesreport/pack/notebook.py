"""Finding a notebook, and the parameters that it declares.

A notebook declares its parameters in one code cell tagged `parameters`, by annotated assignments::

    rep: str = "R001"
    period: str = "2025-Q4"
    smallest: int | None = None

A pack gives values to declared parameters only, and only values of the declared type.
"""

import ast
import hashlib
import json
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from pydantic import TypeAdapter, ValidationError

from salesreport.errors import ConfigError, nearest
from salesreport.language import text
from salesreport.pack.packfile import Pack, yaml_value

TAG = "parameters"
"""The tag of the cell that declares the parameters, as papermill wants it."""

_TYPES: dict[str, Any] = {
    **{kind.__name__: kind for kind in (str, int, float, bool, list, dict)},
    **{name: getattr(typing, name) for name in ("Any", "Literal", "Optional", "Union")},
    "typing": typing,
}
"""What an annotation may be made of: types whose values papermill can write into a notebook."""

FORM = "form"
"""The tag of a cell with a form to fill in: packs leave it out."""

PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Notebook:
    """A notebook that a pack can run.

    Attributes:
        path: its file. content: what the file holds. parameters: name → the type it declares.
    """

    path: Path
    content: bytes
    parameters: Mapping[str, TypeAdapter[Any]]

    @cached_property
    def sha256(self) -> str:
        """Its checksum."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def names(self) -> list[str]:
        """The names of the parameters it declares."""
        return list(self.parameters)

    def declares(self, name: str) -> bool:
        """Whether it declares a parameter."""
        return name in self.parameters

    def check(self, name: str, value: Any, where: Mapping[str, Any]) -> Any:
        """The value for a parameter.

        Args:
            name: the parameter. value: what it is to be.
            where: file, line and key, for the error.

        Raises:
            ConfigError: no such parameter, or a value of another type.
        """
        if not self.declares(name):
            near = nearest(name, self.names)
            expected = None if near else text("one of {names}", names=self.names)
            raise ConfigError(
                text("The notebook {notebook} has no parameter “{name}”.", notebook=self.path.name, name=name),
                **where,
                expected=expected,
                nearest=near,
            )
        try:
            return _writable(self.parameters[name].validate_python(value, strict=True), name, where)
        except ValidationError as error:
            raise ConfigError(
                text(
                    "This value does not fit the notebook's parameter “{name}”: {reason}.",
                    name=name,
                    reason=error.errors(include_url=False)[0]["msg"],
                ),
                **where,
                found=value if isinstance(value, str | int | float) else repr(value),
            ) from None

    def read(self, name: str, written: str, where: Mapping[str, Any]) -> Any:
        """The value for a parameter that is written as text (on a command line, in a CSV cell).

        The text itself where the parameter takes texts, else what it means in YAML.

        Raises:
            ConfigError: no such parameter, or a value of another type.
        """
        try:
            return self.check(name, written, where)
        except ConfigError:
            meant = yaml_value(written)
            if isinstance(meant, str):
                raise
            return self.check(name, meant, where)


def find_notebook(pack: Pack) -> Path:
    """The file of a pack's notebook: a path, or a name looked up in the `notebooks/` folders around.

    They are looked for beside the pack file and above it, in the working folder, and in this package.

    Raises:
        ConfigError: there is no such notebook.
    """
    written = pack.settings.notebook
    if written.endswith(".ipynb") or "/" in written or "\\" in written:
        file = pack.file("notebook")
        if not file.is_file():
            raise ConfigError(text("There is no such notebook."), **pack.where("notebook"), found=str(file))
        return file
    folders = notebook_folders(pack.path)
    for folder in folders:
        if (folder / f"{written}.ipynb").is_file():
            return folder / f"{written}.ipynb"
    names = sorted({file.stem for folder in folders for file in folder.glob("*.ipynb")})
    near = nearest(written, names)
    raise ConfigError(
        text("There is no such notebook."),
        **pack.where("notebook"),
        found=written,
        expected=text("a path, or one of {names}", names=names) if names and not near else None,
        nearest=near,
    )


def notebook_folders(pack_file: Path) -> list[Path]:
    """The folders that may hold a pack file's notebooks, nearest first."""
    above = [parent / "notebooks" for parent in pack_file.absolute().parents]
    candidates = [*above, Path.cwd() / "notebooks", project_folder("notebooks")]
    return [folder for folder in dict.fromkeys(candidates) if folder.is_dir()]


def project_folder(name: str) -> Path:
    """`notebooks` or `params` as they come with the package: in a wheel, or in the checkout it runs from."""
    packaged = PACKAGE / "_project" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def read_notebook(path: Path) -> Notebook:
    """Read which parameters a notebook declares.

    Raises:
        ConfigError: not a notebook, no parameters cell, or a declaration that cannot be understood.
    """
    content = path.read_bytes()
    try:
        notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:
        # nbformat raises what its parser and validator raise, of several libraries
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(text("This is not a notebook: {reason}.", reason=reason), file=path) from None
    cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and TAG in cell.get("metadata", {}).get("tags", [])
    ]
    if len(cells) != 1:
        raise ConfigError(
            text("A pack's notebook declares its parameters in one cell."),
            file=path,
            expected=text("exactly one code cell with the tag “{tag}”", tag=TAG),
            found=len(cells),
        )
    return Notebook(path, content, _declared(cells[0].source, path))


def without_forms(content: bytes) -> bytes:
    """A notebook's file without the cells tagged as forms; what is no such notebook is left as it is.

    Examples:
        >>> cell = {"cell_type": "code", "metadata": {"tags": ["form"]}, "source": "Form()"}
        >>> without_forms(json.dumps({"cells": [cell]}).encode())
        b'{"cells": []}'
    """
    if f'"{FORM}"'.encode() not in content:
        return content
    try:
        notebook = json.loads(content)
        cells = [one for one in notebook["cells"] if FORM not in one.get("metadata", {}).get("tags", [])]
    except (ValueError, KeyError, TypeError, AttributeError):
        return content
    return json.dumps({**notebook, "cells": cells}).encode()


def _writable(value: Any, name: str, where: Mapping[str, Any]) -> Any:
    """The value, if a notebook can hold it: notebooks are JSON, which knows neither NaN nor infinity, nor dates.

    Raises:
        ConfigError: it cannot.
    """
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise ConfigError(
            text("A notebook cannot hold this value of its parameter “{name}”.", name=name),
            **where,
            found=value if isinstance(value, float) else repr(value),
            expected=text("texts, finite numbers, true, false, nothing, or lists of them"),
        ) from None
    return value


def _declared(source: str, path: Path) -> dict[str, TypeAdapter[Any]]:
    """Name → type, from the parameters cell; a plain assignment declares its value's type."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ConfigError(
            text("The parameters cell is no valid Python: {reason}.", reason=error.msg),
            file=path,
            line=error.lineno,
        ) from None
    types: dict[str, Any] = {}
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            types[statement.target.id] = _type(statement.annotation, statement.target.id, path)
        elif isinstance(statement, ast.Assign):
            types |= dict.fromkeys(_plain_names(statement.targets), _type_of(statement.value))
    return {name: TypeAdapter(kind) for name, kind in types.items()}


def _type(annotation: ast.expr, name: str, path: Path) -> Any:
    written = ast.unparse(annotation)
    holder = type("Declared", (), {"__annotations__": {name: written}})
    try:
        return typing.get_type_hints(holder, globalns={"__builtins__": {}}, localns=_TYPES)[name]
    except Exception:
        # whatever an expression can raise that is no type
        raise ConfigError(
            text("The type of the notebook's parameter “{name}” cannot be understood.", name=name),
            file=path,
            found=written,
            expected=text("a type made of {names}", names=["str", "int", "float", "bool", "list", "dict", "None"]),
        ) from None


def _type_of(value: ast.expr) -> Any:
    try:
        default = ast.literal_eval(value)
    except ValueError:
        return Any
    return type(default) if isinstance(default, str | int | float | bool | list | dict) else Any


def _plain_names(targets: Iterable[ast.expr]) -> list[str]:
    return [target.id for target in targets if isinstance(target, ast.Name)]
