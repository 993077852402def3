"""A pack file and its dataset → checked jobs; everything that can fail before a report runs fails here."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from salesreport.brand import PLAIN, Look, look_of
from salesreport.config import read_yaml
from salesreport.dataset import Dataset
from salesreport.documents.formats import PRINTED, documents_of
from salesreport.errors import ConfigError, nearest
from salesreport.files import safe_names
from salesreport.kpi import Facts
from salesreport.kpi.facts.called import matching
from salesreport.language import Language, Text, text
from salesreport.pack.inputs import checksum_of_inputs
from salesreport.pack.make import Job
from salesreport.pack.manifest import package_version
from salesreport.pack.notebook import Notebook, find_notebook, read_notebook
from salesreport.pack.packfile import DIMENSIONS, SETTINGS, Pack
from salesreport.pack.rows import read_rows
from salesreport.pack.span import check_period
from salesreport.pack.subjects import Subject, ids_of, some, subjects, values
from salesreport.period import Period
from salesreport.report.agreed import FILES, NOTHING, read_agreed
from salesreport.report.extensions import digest_of, load_extensions

_TITLES = {
    "rep": text("Reviews by rep"),
    "team": text("Reviews by team"),
    "manager": text("Reviews by manager"),
    "segment": text("Reviews by segment"),
    "product_line": text("Reviews by product line"),
    "account": text("Reviews by customer"),
    "lead_source": text("Reviews by lead source"),
    "pipeline": text("Reviews by pipeline"),
}


@dataclass(frozen=True)
class Plan:
    """What a pack is going to be.

    Attributes:
        pack: the pack file. notebook: what runs. dataset: what it runs on.
        period, comparison: what is reported, and what it is compared with. title: of the index.
        folder: where the pack goes. jobs: the reports to make. every: all reports the pack has; more than `jobs`
            when only some were asked for.
    """

    pack: Pack
    notebook: Notebook
    dataset: Dataset
    period: Period
    comparison: Period
    title: Text
    folder: Path
    jobs: tuple[Job, ...]
    every: tuple[Job, ...]
    look: Look = PLAIN

    @property
    def language(self) -> Language:
        """The reports' language."""
        return Language(self.pack.settings.language)


def make_plan(pack: Pack, only: Sequence[str] = ()) -> Plan:
    """Check everything that can be checked before a report runs.

    Args:
        pack: a pack file, read.
        only: ids or names of subjects; no others get a report.

    Raises:
        ConfigError: an unknown notebook, parameter, dimension, value, subject; a value of the wrong type; a period
            without data.
        DataError: there is no dataset.
    """
    settings = pack.settings
    extensions = pack.files("extensions")
    for number, file in enumerate(extensions):
        load_extensions([file], pack.where("extensions", number))
    notebook = read_notebook(find_notebook(pack))
    dataset = Dataset.open(pack.file("dataset"))
    period = _period(dataset, settings.period, pack.where("period"))
    files = {name: pack.file(name) for name in FILES if getattr(settings, name)}
    agreed = read_agreed(Facts.of(dataset), period, files) if files else NOTHING
    digests = [*map(digest_of, extensions), *(f"{name} {one}" for name, one in sorted(agreed.digests.items()))]
    documents = documents_of(settings.formats, **pack.where("formats"))
    look = _look(pack)
    if documents:  # without any, a report is made from the same as ever
        digests.append("formats " + " ".join(documents))
    if not look.is_plain:
        digests.append("brand " + look.digest)
    paper = settings.paper if PRINTED in documents else ""
    if paper:
        digests.append("paper " + paper)
    comparison = _comparison(dataset, period, settings.compare_to, pack.where("compare_to"))
    common = _common(pack, notebook, dataset, period, files)
    drafts = _subjects(pack, notebook, dataset, [period, comparison])
    folder = pack.file("output")
    stems = _stems([subject for subject, _ in drafts])
    every = tuple(
        replace(
            _job(pack, notebook, dataset, subject, {**common, **own}, stem, digests),
            formats=tuple(one for one in documents if one != PRINTED),
            look=look,
            paper=paper,
        )
        for (subject, own), stem in zip(drafts, stems, strict=True)
    )
    chosen = _only(every, only) if only else every
    title = Text(settings.title.replace("{", "{{").replace("}", "}}")) if settings.title else _title(pack)
    return Plan(pack, notebook, dataset, period, comparison, title, folder, chosen, every, look)


def _look(pack: Pack) -> Look:
    """The brand of reports and documents, its logo read."""
    brand, file = pack.settings.brand, pack.brand_file
    if brand is None or brand.logo is None:
        return look_of(brand, None)
    place = (
        pack.where("brand", "logo")
        if file is None
        else {"file": file, "line": read_yaml(file)[1].get(("logo",)), "key": "logo"}
    )
    folder = pack.folder("brand") if file is None else file.parent
    return look_of(brand, Path(os.path.normpath(folder.absolute() / Path(brand.logo).expanduser())), **place)


def _job(
    pack: Pack,
    notebook: Notebook,
    dataset: Dataset,
    subject: Subject,
    parameters: dict[str, Any],
    stem: str,
    further: Sequence[str],
) -> Job:
    language = pack.settings.language
    inputs = checksum_of_inputs(
        notebook=notebook.sha256,
        fingerprint=dataset.fingerprint,
        version=package_version(),
        subject=subject,
        period=parameters["period"],
        language=language,
        parameters=parameters,
        further=further,
    )
    return Job(
        subject=subject,
        notebook=notebook.path,
        parameters=parameters,
        folder=pack.file("output"),
        stem=stem,
        fingerprint=dataset.fingerprint,
        period=parameters["period"],
        language=language,
        inputs=inputs,
        content=notebook.content,
    )


def _period(dataset: Dataset, written: str, where: dict[str, Any]) -> Period:
    try:
        period = dataset.period(written)
    except ConfigError as error:
        raise _placed(error, where) from None
    check_period(dataset, period, **where)
    return period


def _comparison(dataset: Dataset, period: Period, compare_to: str, where: dict[str, Any]) -> Period:
    try:
        return period.comparison(compare_to, dataset.as_of)
    except ConfigError as error:
        error.expected = text("`previous`, `year_before`, or a period")
        error.nearest = nearest(compare_to, ["previous", "year_before"])
        raise _placed(error, where) from None


def _placed(error: ConfigError, where: dict[str, Any]) -> ConfigError:
    """The error of a floor below, with the place that this floor knows."""
    error.file, error.line, error.key = where.get("file"), where.get("line"), where.get("key")
    return error


def _common(
    pack: Pack, notebook: Notebook, dataset: Dataset, period: Period, files: Mapping[str, Path]
) -> dict[str, Any]:
    """The parameters that every report gets."""
    settings = pack.settings
    given: dict[str, Any] = {
        "dataset": os.path.abspath(dataset.path),  # noqa: PTH100 - resolve() would also follow links
        "period": period.name,
        "compare_to": settings.compare_to,
        "language": settings.language,
    }
    for name in ("compare_to", "language"):
        stated = (name,) in pack.lines or name in pack.overridden
        if not notebook.declares(name) and not stated:
            del given[name]
    if settings.extensions:
        given["extensions"] = [str(file) for file in pack.files("extensions")]
    given |= {name: str(file) for name, file in files.items()}
    for name, value in given.items():
        notebook.check(name, value, pack.where(name))
    for name, value in settings.parameters.items():
        _refuse_setting(pack, name, pack.where("parameters", name))
        given[name] = notebook.check(name, value, pack.where("parameters", name))
    for name, written in pack.raw_parameters.items():
        where: dict[str, Any] = {"key": f"--set {name}"}
        _refuse_setting(pack, name, where)
        if not notebook.declares(name):
            names = [*SETTINGS, *notebook.names]
            near = nearest(name, names)
            raise ConfigError(
                text("There is no such setting, and the notebook {notebook} has no such parameter.",
                     notebook=notebook.path.name),
                **where,
                nearest=near,
                expected=None if near else text("one of {names}", names=list(dict.fromkeys(names))),
            )  # fmt: skip
        given[name] = notebook.read(name, written, where)
    return given


def _refuse_setting(pack: Pack, name: str, where: dict[str, Any]) -> None:
    if name in ("dataset", "period", "compare_to", "language", "extensions", *FILES):
        raise ConfigError(text("This is a setting of the pack itself, not a further parameter."), **where)
    if name == pack.settings.each:
        raise ConfigError(
            text("The pack gives this parameter itself, for each report."),
            **where,
            hint=text("Use --only to make some of the reports."),
        )


def _subjects(
    pack: Pack, notebook: Notebook, dataset: Dataset, periods: list[Period]
) -> list[tuple[Subject, dict[str, Any]]]:
    """Who gets a report, and the parameters that only that report gets."""
    each = pack.settings.each
    if each in DIMENSIONS:
        where = _where(pack, dataset)
        found = subjects(dataset, each, periods, where)
        if not found:
            if not values(dataset, each):
                problem = text(
                    "The dataset “{name}” has nothing of this kind, so there can be no reports for each.",
                    name=dataset.settings.name,
                )
                raise ConfigError(problem, **pack.where("each"), found=each)
            place = pack.where("where") if where else pack.where("each")
            raise ConfigError(text("There is nobody and nothing to report on."), **place)
        return [(one, {each: notebook.check(each, one.id, pack.where("each"))}) for one in found]
    if pack.settings.where:
        raise ConfigError(
            text("“where” chooses among reps, teams, segments …, so it needs “each” to be one of them."),
            **pack.where("where"),
        )
    if each is None:
        return [(Subject("company", "", dataset.settings.name), {})]
    if not each.lower().endswith(".csv"):
        near = nearest(each, DIMENSIONS)
        raise ConfigError(
            text("There cannot be a report for each of these."),
            **pack.where("each"),
            found=each,
            nearest=near,
            expected=None if near else text("one of {names}, or a CSV file", names=list(DIMENSIONS)),
        )
    drafts = []
    for row in read_rows(pack.file("each"), notebook):
        own = dict(row.parameters)
        if "period" in own:
            own["period"] = _period(dataset, own["period"], {**row.where, "key": "period"}).name
        if "compare_to" in own:
            _comparison(dataset, periods[0], own["compare_to"], {**row.where, "key": "compare_to"})
        drafts.append((row.subject, own))
    return drafts


def _where(pack: Pack, dataset: Dataset) -> dict[str, list[str]]:
    """`where` as ids; names of reps and customers are understood too."""

    def place(dimension: str) -> Callable[[int], dict[str, Any]]:
        return lambda index: pack.where("where", dimension, index)

    return {
        dimension: ids_of(dataset, dimension, written, place(dimension))
        for dimension, written in pack.settings.where.items()
    }


def _only(every: Sequence[Job], only: Sequence[str]) -> tuple[Job, ...]:
    """The jobs of some subjects, by id or name."""
    known = {job.subject.id: job.subject.name for job in every}
    chosen: set[str] = set()
    for value in only:
        ids = matching(value, known)
        if not ids:
            near = nearest(value, {*known, *known.values()})
            raise ConfigError(
                text("The pack has no report for this subject."),
                key="--only",
                found=value,
                nearest=near,
                expected=None if near else text("one of {names}", names=some(known.values())),
            )
        chosen.update(ids)
    return tuple(job for job in every if job.subject.id in chosen)


def _stems(every: Sequence[Subject]) -> list[str]:
    """File names, all different: the subject's name, and its id where others are called the same."""
    called = Counter(subject.name for subject in every)
    labels = [
        subject.name if called[subject.name] == 1 else f"{subject.name}\n{subject.id}" for subject in every
    ]  # fmt: skip
    if len(set(labels)) < len(labels):
        labels = [subject.id for subject in every]
    names = safe_names(labels)
    stems = [names[label] for label in labels]
    assert len(set(stems)) == len(every), "two reports would share a file"
    return stems


def _title(pack: Pack) -> Text:
    return _TITLES.get(pack.settings.each or "", text("Reviews"))
