"""What a pack file may say, and where it says it."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from salesreport.brand import Brand
from salesreport.config import Place, Settings, TextError, explain, load, no_such, parse_yaml, read_yaml
from salesreport.documents.formats import FORMATS, documents_of
from salesreport.documents.printing import PAPERS
from salesreport.errors import ConfigError
from salesreport.language import LANGUAGES, Language, text
from salesreport.pack.rounds import Delivery, Refresh
from salesreport.period import Period

CHANGED = "changed"
"""The choice of those to whom there is something new to say."""


def known_language(code: str) -> str:
    """The code of a language with a catalogue, as locales are written: `fr-CH` is `fr_CH`.

    Raises:
        TextError: there is no catalogue.

    Examples:
        >>> known_language("de"), known_language("FR-ch")
        ('de', 'fr_CH')
    """
    try:
        return Language(code.strip().replace("-", "_")).code
    except ValueError:
        raise TextError(
            text("There is no such language."), text("one of {names}", names=list(LANGUAGES))
        ) from None


DIMENSIONS = ("rep", "team", "manager", "segment", "product_line", "account", "lead_source", "pipeline")
"""What a pack can make a report for each of."""


class Languages(Settings):
    """The language of a pack, and of each report by whom it is about; a language alone is that of all.

    Attributes:
        source: whom it comes from: `rep`, by column `language` of the table reps. otherwise: of the index, and of
            reports about whoever has none there.
    """

    source: Literal["rep"] | None = Field(default=None, alias="from")
    otherwise: str = "en"

    @field_validator("otherwise")
    @classmethod
    def _known_language(cls, value: str) -> str:
        return known_language(value)


PERIOD = "{period}"
"""What stands in `output` and `title` where the period's name is to be."""


class PackFile(Settings):
    """The settings of a pack; paths are relative to the file that holds them.

    Attributes:
        notebook: a name in `notebooks/`, or a path. dataset: the folder of a dataset.
        each: one report for each rep, team, manager, segment, product_line, pipeline, account or lead_source, or
            for each row of a CSV file of parameters; without it, only one.
        where: one of the same names → values; only subjects that have one of the values get a report.
        period: what is reported, such as 2017, 2017-H1, 2017-Q4, 2017-12, 2017-W50 or 2017-01-01..2017-03-31.
            Years, halves and quarters are fiscal ones, named after the calendar year that the fiscal year ends in.
            Or seen from the dataset's as-of date: this-month, last-month, last-4-weeks; units are week, month,
            quarter, half, year, and `last` means complete ones (see monthly.md).
        compare_to: what it is compared with: `previous`, `year_before` or a period of other days that the
            dataset has data for; where `period` is not over on the as-of day, up to the same day of it.
        language: of index and reports: en, de, fr or hu, or with a country (fr-CH), else en; or each rep's own.
        output: the folder of the pack; `{period}` in it stands for the period. title: of the index, likewise.
        parameters: further parameters of the notebook.
        extensions: Python files with metrics, sections and peers of one's own (see extending.md); they are code.
        strategy: a strategy file (see plan.md). plan: the period's plan, as `salesreport plan` wrote it.
        pay: a pay plan (see pay.md).
        formats: what each report is made as: html (always), and beside it pdf, pptx, docx, xlsx (see
            documents.md). paper: of PDFs: `a4` or `letter`.
        only: `changed`: of reps only those whose metrics moved beyond chance since the last review, or with whom
            something was agreed that is open.
        sections: what the reports show, in this order: names of sections as in the notebook; or `-name` of each
            that they are to leave out.
        notes: a word of your own to a subject: id or name → Markdown; or a YAML file that holds that.
        brand: of reports and documents: a file such as brand.yml, or its settings (see brand.md).
        account_plans: account plans that were filled in (see accounts.md).
        refresh: the monthly round, `salesreport refresh` (see monthly.md). deliver: its last step.
        retention: so many of the newest periods a round keeps; the reports of older ones are removed, and it is
            said which. Without it all stay.
    """

    notebook: str
    dataset: str
    each: str | None = None
    where: dict[str, list[str]] = Field(default_factory=dict)
    period: str
    compare_to: str = "previous"
    language: Languages = Languages()
    output: str
    title: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    extensions: list[str] = Field(default_factory=list)
    strategy: str | None = None
    plan: str | None = None
    pay: str | None = None
    account_plans: str | None = None
    formats: list[str] = Field(default_factory=lambda: ["html"])
    paper: str = "a4"
    only: str | None = None
    sections: list[str] = Field(default_factory=list)
    notes: str | dict[str, str] | None = None
    brand: Brand | None = None
    refresh: Refresh | None = None
    deliver: Delivery | None = None
    retention: int | None = Field(default=None, ge=1)

    @field_validator("period", "compare_to", mode="before")
    @classmethod
    def _year(cls, value: Any) -> Any:
        """YAML reads the year in `period: 2017` as a number."""
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("where", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        """A single value needs no brackets, and a number among the values is the text people wrote."""
        if not isinstance(value, dict):
            return value
        lists = {key: values if isinstance(values, list) else [values] for key, values in value.items()}
        return {
            key: [str(one) if isinstance(one, int) else one for one in values] for key, values in lists.items()
        }

    @field_validator("where")
    @classmethod
    def _dimensions(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for name in value:
            if name not in DIMENSIONS:
                raise no_such(text("“{name}” is nothing to choose by.", name=name), name, DIMENSIONS)
        return value

    @field_validator("output")
    @classmethod
    def _only_the_period(cls, value: str) -> str:
        for name in re.findall(r"\{([^{}]*)\}", value):
            if name != "period":
                raise no_such(text("A folder's name cannot hold “{name}”.", name=f"{{{name}}}"), name, ["period"])
        return value

    @model_validator(mode="after")
    def _kept_apart(self) -> "PackFile":
        if self.retention is not None and PERIOD not in self.output:
            raise TextError(
                text("Periods are kept only where each has a folder of its own."),
                text("“{sign}” in the setting “output”", sign=PERIOD),
                place=("retention",),
                found=self.retention,
            )
        return self

    @field_validator("formats")
    @classmethod
    def _known_formats(cls, value: list[str]) -> list[str]:
        for name in value:
            if name not in FORMATS:
                raise no_such(text("A report cannot be made as “{name}”.", name=name), name, FORMATS)
        return value

    @field_validator("sections")
    @classmethod
    def _some_sections(cls, value: list[str]) -> list[str]:
        twice = next((one for one in value if value.count(one) > 1), None)
        if twice is not None:
            raise TextError(text("The section “{name}” stands twice.", name=twice), None)
        return value

    @field_validator("only")
    @classmethod
    def _known_choice(cls, value: str | None) -> str | None:
        if value not in (None, CHANGED):
            raise no_such(text("Reports cannot be limited to “{name}”.", name=value), value, [CHANGED])
        return value

    @field_validator("paper")
    @classmethod
    def _known_paper(cls, value: str) -> str:
        if value.lower() not in PAPERS:
            raise no_such(text("A report cannot be printed on “{name}”.", name=value), value, PAPERS)
        return value.lower()

    @field_validator("language", mode="before")
    @classmethod
    def _one_language(cls, value: Any) -> Any:
        return {"otherwise": known_language(value)} if isinstance(value, str) else value

    @property
    def own_language(self) -> str:
        """The language of the index, and of every report that has none of its own."""
        return self.language.otherwise


_YAML = (
    "where", "parameters", "extensions", "formats", "brand", "sections", "refresh", "retention", "deliver",
    "language",
)  # fmt: skip
"""Settings of which `--set` gives YAML."""

SETTINGS = tuple(PackFile.model_fields)
"""The names of the settings."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Pack:
    """A pack file as it was read, with what the command line changed.

    Attributes:
        path: the file. settings: its content, changed by `--set`. lines: place → line in the file.
        overridden: what `--set` gave: settings of the pack, by name.
        raw_parameters: what `--set` gave for the notebook, as text; it becomes a value once the notebook says of
            which type.
        brand_file: the file that says the brand; None: there is none, or the pack file says it.
    """

    path: Path
    settings: PackFile
    lines: Mapping[Place, int]
    overridden: Mapping[str, Any] = field(default_factory=dict)
    raw_parameters: Mapping[str, str] = field(default_factory=dict)
    brand_file: Path | None = None

    def folder(self, setting: str) -> Path:
        """The folder that a setting's relative path starts from: the file's, or here where `--set` gave it."""
        return Path.cwd() if setting in self.overridden else self.path.parent

    def file(self, setting: str) -> Path:
        """The path that a setting names, absolute."""
        return self._absolute(setting, getattr(self.settings, setting))

    def output(self, period: Period) -> Path:
        """The pack's folder for a period, absolute."""
        return self._absolute("output", self.settings.output.replace(PERIOD, period.file_name))

    @property
    def shelf(self) -> Path:
        """The folder that holds the packs of all periods, absolute."""
        written = Path(self.settings.output)
        at = next((at for at, part in enumerate(written.parts) if PERIOD in part), len(written.parts) - 1)
        return self._absolute("output", str(Path(*written.parts[:at])))

    def beside(self, setting: str, written: str) -> Path:
        """A path that stands inside of a setting, absolute."""
        return self._absolute(setting, written)

    def files(self, setting: str) -> list[Path]:
        """The paths that a setting lists, absolute."""
        return [self._absolute(setting, written) for written in getattr(self.settings, setting)]

    def _absolute(self, setting: str, written: str) -> Path:
        return Path(os.path.normpath(self.folder(setting).absolute() / Path(written).expanduser()))

    def where(self, *place: Any) -> dict[str, Any]:
        """File, line and key of a place, as the arguments of an error."""
        key = ".".join(str(part) for part in place)
        if place[0] in self.overridden or (place[0] == "parameters" and place[-1] in self.raw_parameters):
            return {"key": "--set " + key}
        line = next(
            (self.lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self.lines), None
        )
        return {"file": self.path, "line": line, "key": key}


def load_pack(path: Path | str, overrides: Sequence[str] = (), formats: Sequence[str] = ()) -> Pack:
    """Read a pack file.

    Args:
        path: the YAML file.
        overrides: `key=value` texts: a setting of the pack, or a parameter of the notebook.
        formats: what reports are made as beside what the file says.

    Raises:
        ConfigError: not a file, not YAML, a setting that does not exist or does not fit.
    """
    path = Path(path)
    data, lines = read_yaml(path)
    data, brand_file = _with_brand(data, path.parent)
    settings = validate(data, PackFile, path, lines)
    changed, raw = _overrides(overrides, settings)
    if "brand" in changed:
        changed, brand_file = _with_brand(changed, Path.cwd())
    if formats:
        documents_of(formats, key="--format")
        changed["formats"] = [*changed.get("formats", settings.formats), *formats]
    if changed:
        settings = validate({**settings.model_dump(by_alias=True), **changed}, PackFile)
    return Pack(path, settings, lines, changed, raw, brand_file)


def _with_brand(data: Any, folder: Path) -> tuple[Any, Path | None]:
    """Settings whose brand, where a file says it, is what the file says; and that file."""
    if not isinstance(data, dict) or not isinstance(data.get("brand"), str):
        return data, None
    file = Path(os.path.normpath(folder.absolute() / Path(data["brand"]).expanduser()))
    return {**data, "brand": load(file, Brand).model_dump()}, file


def validate(
    data: Any, model: type[Model], path: Path | None = None, lines: Mapping[Place, int] | None = None
) -> Model:
    """The data as a model, or the `ConfigError` that says what is wrong with it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise explain(error, model, path, dict(lines or {})) from None


def yaml_value(written: str) -> Any:
    """What a text means in YAML: `3` is a number, `[a, b]` a list; a text that is no YAML stays a text."""
    try:
        return parse_yaml(written)[0] if written.strip() else written
    except ConfigError:
        return written


def _overrides(overrides: Iterable[str], settings: PackFile) -> tuple[dict[str, Any], dict[str, str]]:
    """`key=value` texts → settings of the pack, and raw texts for parameters of the notebook."""
    changed: dict[str, Any] = {}
    raw: dict[str, str] = {}
    for override in overrides:
        key, sign, written = override.partition("=")
        key = key.strip()
        if not sign or not key:
            raise ConfigError(
                text("This is not a setting and its value."),
                key="--set",
                found=override,
                expected=text("the form {form}", form="key=value"),
            )
        if key.startswith("where."):
            where = changed.setdefault("where", dict(settings.where))
            where[key.removeprefix("where.")] = yaml_value(written)
        elif key in _YAML:
            changed[key] = yaml_value(written)
        elif key in SETTINGS:
            changed[key] = written
        else:
            raw[key.removeprefix("parameters.")] = written
    return changed, raw
