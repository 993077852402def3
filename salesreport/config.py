"""YAML files → validated settings; every error names the file, the line, the key and the nearest valid name."""

import datetime as dt
import json
import re
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from salesreport.errors import ConfigError, nearest
from salesreport.language import LANGUAGES, Language, Text, text
from salesreport.language.readable import brief


def language_of(code: str, key: str = "language") -> Language:
    """The language of a code.

    Args:
        code: such as `de`. key: where it was written, for messages.

    Raises:
        ConfigError: there is no catalogue for it.

    Examples:
        >>> language_of("de").code
        'de'
    """
    try:
        return Language(code)
    except ValueError:
        raise ConfigError(
            text("There is no catalogue for this language."), key=key, found=code,
            expected=text("one of {names}", names=list(LANGUAGES)), nearest=nearest(code, LANGUAGES),
        ) from None  # fmt: skip


class Settings(BaseModel):
    """Base of every configuration model: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_FEW_WORDS = 80
"""How much is shown of a file that is something else; it may hold anybody's data."""

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[Any, ...]


def load(path: Path | str, model: type[Model]) -> Model:
    """Read a YAML file into a pydantic model.

    Args:
        path: the file, UTF-8.
        model: a `Settings` subclass.

    Raises:
        ConfigError: no such file, not YAML, or not what the model declares.
    """
    data, lines = read_yaml(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise explain(error, model, path, lines) from None


def read_yaml(path: Path | str) -> tuple[Any, dict[Place, int]]:
    """A YAML file's content, and the line (from 1) of every key and item in it.

    Only `true` and `false` are booleans (so the country `NO` stays a text), and dates stay texts.
    """
    path = Path(path)
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(text("There is no such file."), file=path) from None
    except IsADirectoryError:
        raise ConfigError(text("This is a folder, and a file is wanted."), file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(text("The file cannot be read: {reason}.", reason=str(error)), file=path) from None
    return parse_yaml(content, path)


def parse_yaml(content: str, path: Path | None = None) -> tuple[Any, dict[Place, int]]:
    """What a text in YAML holds, and the line of every key and item; `path` is only named in errors."""
    lines: dict[Place, int] = {}
    try:
        loader = _Loader(content)
        node = loader.get_single_node()
        data = _build(loader, node, (), lines, path) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(
            text("This is not valid YAML: {reason}.", reason=str(error.problem or error.context)),
            file=path,
            line=mark.line + 1 if mark else None,
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(text("This is not valid YAML: {reason}.", reason=str(error)), file=path) from None
    return data, lines


def misfit(
    path: Path | str | None,
    place: Place,
    problem: Text,
    *,
    found: Any = None,
    expected: Text | str | None = None,
    nearest: str | None = None,
) -> ConfigError:
    """What is wrong with a setting that was read well but fits nothing else, with its line in the file.

    Args:
        path: the file; None: it came from none. place: keys and numbers down to the setting. problem, found,
            expected, nearest: see `ConfigError`.
    """
    lines = read_yaml(path)[1] if path is not None else {}
    return ConfigError(
        problem,
        file=path,
        line=next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None),
        key=".".join(str(part) for part in place),
        found=found,
        expected=expected,
        nearest=nearest,
    )


def setting_line(key: str, value: Any) -> str:
    """A setting as a line of YAML that people can copy.

    Examples:
        >>> setting_line("won", ["Closed Won", "true"]), setting_line("values", {"amount": {"n/k": ""}})
        ("won: [Closed Won, 'true']", "values: {amount: {n/k: ''}}")
        >>> print(setting_line("name", "two\\nlines"))
        name: "two\\nlines"
    """
    written = yaml.safe_dump(
        {key: value}, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000
    ).strip()
    if "\n" in written:  # a text of several lines; escaped, it is one
        written = "{" + key + ": " + json.dumps(value, ensure_ascii=False) + "}"
    return written[1:-1]


def explain(
    error: ValidationError,
    model: type[BaseModel],
    path: Path | str | None,
    lines: dict[Place, int] | None = None,
) -> ConfigError:
    """The most telling of what pydantic found wrong, with its line and the nearest valid name."""
    errors = error.errors(include_url=False)
    # a mistyped key explains the one that is missing, so it is the better message
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    problem = first.get("ctx", {}).get("error")
    place: Place = first["loc"] + (problem.place if isinstance(problem, TextError) else ())
    key = ".".join(str(part) for part in place) or None
    # a setting written alone may stand for a list of one: its number is not in the file
    written = [place, tuple(part for part in place if not isinstance(part, int))]
    found_lines = [
        next((lines[one[:end]] for end in range(len(one), 0, -1) if one[:end] in lines), None)
        for one in written
        if lines
    ]
    line = max((one for one in found_lines if one is not None), default=None)
    if first["type"] == "extra_forbidden":
        valid = _keys_at(model, place[:-1])
        near = nearest(str(place[-1]), valid)
        expected = text("one of {names}", names=sorted(valid)) if near is None and valid else None
        return ConfigError(
            text("There is no such setting."), file=path, line=line, key=key, expected=expected, nearest=near
        )
    if first["type"] == "missing":
        return ConfigError(text("This setting is required but missing."), file=path, line=line, key=key)
    found = first.get("input")
    if not first["loc"] and problem is None:  # no mapping at all: some other file
        wanted = sorted(name for name, one in model.model_fields.items() if one.is_required())
        return ConfigError(
            text("This is not a file of settings."),
            file=path,
            found=brief(found, _FEW_WORDS) if isinstance(found, str) else None,
            expected=text("settings in YAML, such as {names}", names=[f"{name}: …" for name in wanted]),
        )
    shown = found if isinstance(found, str | int | float | bool) else None
    if isinstance(problem, TextError):
        shown = shown if problem.found is None else problem.found
        return ConfigError(
            problem.problem, file=path, line=line, key=key, found=shown, expected=problem.expected,
            nearest=problem.nearest,
        )  # fmt: skip
    return ConfigError(
        text("This value does not fit: {reason}.", reason=first["msg"]),
        file=path,
        line=line,
        key=key,
        found=shown,
    )


class TextError(ValueError):
    """For validators of settings: says what is wrong as a `Text`, so that it can be translated.

    A validator of several settings names the `place` of the one it means, from where it stands itself, and what
    was `found` there.
    """

    def __init__(
        self,
        problem: Text,
        expected: Text | str | None = None,
        nearest: str | None = None,
        place: Place = (),
        found: str | int | float | None = None,
    ) -> None:
        super().__init__(str(problem))
        self.problem, self.expected, self.nearest, self.place = problem, expected, nearest, place
        self.found = found


def no_such(problem: Text, found: object, valid: Iterable[str], place: Place = ()) -> TextError:
    """That a name is none of those there are: with the nearest of them, or where none is near with all.

    Examples:
        >>> error = no_such(text("There is no such colour."), "reed", ["red", "blue"])
        >>> error.nearest, error.expected
        ('red', None)
    """
    names = list(valid)
    near = nearest(str(found), names)
    return TextError(problem, None if near else text("one of {names}", names=names), near, place)


def _as_day(value: Any) -> Any:
    """A day written 2024-06-30; anything else (a year alone, a number) is no day."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise TextError(text("This is not a day."), text("a day such as 2024-06-30")) from None


Day = Annotated[dt.date, BeforeValidator(_as_day)]
"""A day in a settings file."""


class _Loader(yaml.SafeLoader):
    """SafeLoader without YAML 1.1's surprises (no/off/yes, dates, 12:30 as a number)."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] in {"null", "float", "merge"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile("^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


def _build(loader: _Loader, node: yaml.Node, place: Place, lines: dict[Place, int], path: Path | None) -> Any:
    """Construct a node's value, noting the line of each key on the way; duplicate keys are errors."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str | int | float | bool):
                raise ConfigError(text("A key must be a plain word."), file=path, line=line)
            if key in mapping:
                raise ConfigError(text("This key stands twice."), file=path, line=line, key=str(key))
            lines[(*place, key)] = line
            mapping[key] = _build(loader, value_node, (*place, key), lines, path)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*place, index)] = item.start_mark.line + 1
            items.append(_build(loader, item, (*place, index), lines, path))
        return items
    return loader.construct_object(node, deep=True)


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that may stand at a place of a model: follows fields, mappings, lists and optionals."""
    here: Any = model
    for part in place:
        here = _unwrap(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            if part not in fields:
                continue  # pydantic adds the member of a union to the place
            here = fields[str(part)].annotation
        else:
            arguments = [one for one in typing.get_args(here) if one is not Ellipsis]
            here = arguments[-1] if arguments else here
    here = _unwrap(here)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return [field.alias or name for name, field in here.model_fields.items()]
    return []


def _unwrap(annotation: Any) -> Any:
    """The model inside Optional, Union and Annotated."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _unwrap(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            member = _unwrap(member)
            if isinstance(member, type) and issubclass(member, BaseModel):
                return member
        return next(member for member in typing.get_args(annotation) if member is not type(None))
    return annotation
