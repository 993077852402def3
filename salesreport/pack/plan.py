"""A pack file and its dataset → checked jobs; everything that can fail before a report runs fails here."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from salesreport.brand import PLAIN, Look, look_of
from salesreport.config import read_yaml
from salesreport.dataset import Dataset
from salesreport.documents.formats import PRINTED, documents_of
from salesreport.errors import ConfigError, nearest
from salesreport.files import safe_names
from salesreport.kpi.facts.called import matching
from salesreport.language import Language, Text, text
from salesreport.pack.inputs import checksum_of_inputs
from salesreport.pack.languages import LANGUAGE, languages_of
from salesreport.pack.lines import with_note, with_sections
from salesreport.pack.make import Job
from salesreport.pack.manifest import package_version
from salesreport.pack.notebook import Notebook, find_notebook, read_notebook
from salesreport.pack.notes import notes_of
from salesreport.pack.packfile import DIMENSIONS, PERIOD, SETTINGS, Pack
from salesreport.pack.rows import read_rows
from salesreport.pack.span import check_period
from salesreport.pack.subjects import Subject, ids_of, some, subjects, values
from salesreport.period import Period
from salesreport.relative import Asked
from salesreport.report.agreed import FILES, NOTHING, read_agreed
from salesreport.report.extensions import digest_of, load_extensions
from salesreport.report.shared import Shared

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
        asked, comparison: what is reported and how that was asked for, and what it is compared with.
        title: of the index.
        folder: where the pack goes. jobs: the reports to make. every: all reports the pack has; more than `jobs`
            when only some were asked for.
    """

    pack: Pack
    notebook: Notebook
    dataset: Dataset
    asked: Asked
    comparison: Period
    title: Text
    folder: Path
    jobs: tuple[Job, ...]
    every: tuple[Job, ...]
    look: Look = PLAIN

    @property
    def period(self) -> Period:
        """What is reported."""
        return self.asked.period

    @property
    def language(self) -> Language:
        """The pack's own language, that of its index."""
        return Language(self.pack.settings.own_language)


class Draft(NamedTuple):
    """A report to come: what it is about, the parameters that only it gets, the note on it, its language."""

    subject: Subject
    parameters: Mapping[str, Any]
    note: str = ""
    language: str = ""


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
    notebook = _notebook(pack)
    dataset = Dataset.open(pack.file("dataset"))
    asked = _period(dataset, settings.period, pack.where("period"))
    period = asked.period
    files = {name: pack.file(name) for name in FILES if getattr(settings, name)}
    agreed = read_agreed(Shared.of(dataset).facts, period, files) if files else NOTHING
    digests = [*map(digest_of, extensions), *(f"{name} {one}" for name, one in sorted(agreed.digests.items()))]
    if asked.written:
        digests.append(f"period {asked.written} as of {asked.as_of}")
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
    folder = pack.output(period)
    stems = _stems([draft.subject for draft in drafts])
    languages = languages_of(pack, dataset, [(_rep(draft), draft.parameters) for draft in drafts])
    others = values(dataset, settings.each) if settings.notes and settings.each in DIMENSIONS else {}
    notes = notes_of(pack, [draft.subject for draft in drafts], others)
    drafts = [
        draft._replace(language=spoken, note=notes.get(draft.subject.id, draft.note))
        for draft, spoken in zip(drafts, languages, strict=True)
    ]
    every = tuple(
        replace(
            _job(pack, notebook, dataset, draft, common, stem, digests),
            folder=folder,
            asked=asked.written if "period" not in draft.parameters else "",
            formats=tuple(one for one in documents if one != PRINTED),
            look=look,
            paper=paper,
        )
        for draft, stem in zip(drafts, stems, strict=True)
    )
    chosen = _only(every, only) if only else _changed(pack, dataset, period, every)
    return Plan(pack, notebook, dataset, asked, comparison, _title(pack, period), folder, chosen, every, look)


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


def _notebook(pack: Pack) -> Notebook:
    """The pack's notebook, with the sections that the pack file wants."""
    notebook = read_notebook(find_notebook(pack))
    if not pack.settings.sections:
        return notebook
    content = with_sections(notebook.content, pack.settings.sections, pack.where("sections"))
    return replace(notebook, content=content)


def _job(
    pack: Pack,
    notebook: Notebook,
    dataset: Dataset,
    draft: Draft,
    common: Mapping[str, Any],
    stem: str,
    further: Sequence[str],
) -> Job:
    subject, note, language = draft.subject, draft.note, draft.language
    parameters, own = {**common, **draft.parameters}, pack.settings.own_language
    if language != own:  # then the index says in the pack's language what the report says in another
        parameters[LANGUAGE] = notebook.check(LANGUAGE, language, pack.where(LANGUAGE))
        further = [*further, f"index in {own}"]
    inputs = checksum_of_inputs(
        notebook=notebook.sha256,
        fingerprint=dataset.fingerprint,
        version=package_version(),
        subject=subject,
        period=parameters["period"],
        language=language,
        parameters=parameters,
        further=[*further, *([f"note {note}"] if note else [])],
    )
    return Job(
        subject=subject,
        notebook=notebook.path,
        parameters=parameters,
        folder=Path(),
        stem=stem,
        fingerprint=dataset.fingerprint,
        period=parameters["period"],
        language=language,
        inputs=inputs,
        content=with_note(notebook.content, note) if note else notebook.content,
        index_language=own if language != own else "",
    )


def _rep(draft: Draft) -> str:
    """The rep whom a report is about; empty: it is about no rep."""
    subject = draft.subject
    return subject.id if subject.kind == "rep" else str(draft.parameters.get("rep") or "")


def _period(dataset: Dataset, written: str, where: dict[str, Any]) -> Asked:
    try:
        asked = dataset.asked_period(written)
    except ConfigError as error:
        raise _placed(error, where) from None
    check_period(dataset, asked.period, **where)
    return asked


def _comparison(dataset: Dataset, period: Period, compare_to: str, where: dict[str, Any]) -> Period:
    """What is compared with; a period that somebody wrote has data, and is another than the one reported.

    `previous` and `year_before` may lie before the data: what a report then cannot compare, it says itself.
    """
    try:
        comparison = period.comparison(compare_to, dataset.as_of)
    except ConfigError as error:
        error.expected = text("`previous`, `year_before`, or a period")
        error.nearest = nearest(compare_to, ["previous", "year_before"])
        raise _placed(error, where) from None
    if compare_to in ("previous", "year_before"):
        return comparison
    shorter, longer = sorted([period, comparison], key=lambda one: one.days)
    if longer.start <= shorter.start and shorter.end <= longer.end:
        raise ConfigError(
            text("The period {period} has to be compared with other days than its own.", period=period.name),
            **where,
            found=compare_to,
            expected=text("`previous`, `year_before`, or a period"),
        )
    check_period(dataset, comparison, **where)
    return comparison


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
        "language": settings.own_language,
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


def _subjects(pack: Pack, notebook: Notebook, dataset: Dataset, periods: list[Period]) -> list[Draft]:
    """Who gets a report, with what only that report gets."""
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
        return [Draft(one, {each: notebook.check(each, one.id, pack.where("each"))}) for one in found]
    if pack.settings.where:
        raise ConfigError(
            text("“where” chooses among reps, teams, segments …, so it needs “each” to be one of them."),
            **pack.where("where"),
        )
    if each is None:
        return [Draft(Subject("company", "", dataset.settings.name), {})]
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
        own, period = dict(row.parameters), periods[0]
        if "period" in own:
            period = _period(dataset, own["period"], {**row.where, "key": "period"}).period
            own["period"] = period.name
        if "compare_to" in own:
            _comparison(dataset, period, own["compare_to"], {**row.where, "key": "compare_to"})
        elif "period" in own:
            _comparison(dataset, period, pack.settings.compare_to, {**row.where, "key": "period"})
        drafts.append(Draft(row.subject, own, row.note))
    return drafts


def _where(pack: Pack, dataset: Dataset) -> dict[str, list[str]]:
    """`where` as ids; names of reps and customers are understood too."""

    def place(dimension: str) -> Callable[[int], dict[str, Any]]:
        return lambda index: pack.where("where", dimension, index)

    return {
        dimension: ids_of(dataset, dimension, written, place(dimension))
        for dimension, written in pack.settings.where.items()
    }


def _changed(pack: Pack, dataset: Dataset, period: Period, every: tuple[Job, ...]) -> tuple[Job, ...]:
    """The jobs of those of whom something changed, where the pack file wants only these."""
    if pack.settings.only is None:
        return every
    if pack.settings.each != "rep":
        raise ConfigError(
            text("Whether something changed is known of reps only."), **pack.where("only"), expected="each: rep"
        )
    from salesreport import Review  # here, for it takes long to import, and few packs ask for it

    return tuple(job for job in every if Review(dataset, period.name, rep=job.subject.id).has_changed)


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
    names = safe_names(labels, spelled_out=True)
    stems = [names[label] for label in labels]
    assert len(set(stems)) == len(every), "two reports would share a file"
    return stems


def _title(pack: Pack, period: Period) -> Text:
    """What the index is called; people's own words hold no places to fill in but the period's."""
    if pack.settings.title:
        plain = pack.settings.title.replace("{", "{{").replace("}", "}}")
        return Text(plain.replace(f"{{{PERIOD}}}", PERIOD), fields={"period": period.label})
    return _TITLES.get(pack.settings.each or "", text("Reviews"))
