"""A word of one's own to each subject: Markdown, from the pack file, a file of its own, or a row's column."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salesreport.config import misfit, read_yaml
from salesreport.errors import ConfigError, nearest
from salesreport.kpi.facts.called import matching
from salesreport.language import text
from salesreport.pack.packfile import Pack
from salesreport.pack.subjects import Subject, some

LONGEST = 5_000
"""Characters of a note."""


def notes_of(pack: Pack, subjects: list[Subject], others: Mapping[str, str]) -> dict[str, str]:
    """The note to each subject, by id.

    Args:
        pack: whose setting `notes` says them: subject (id or name) → Markdown, or a file that holds that.
        subjects: those that get a report. others: id → name of all that the dataset knows; a note to
            one of them who gets no report this time may wait.

    Raises:
        ConfigError: the file cannot be read, a note is none, or there is no such subject.
    """
    written, file = pack.settings.notes, None
    if isinstance(written, str):
        file = pack.file("notes")
        written = read_yaml(file)[0]
        if not isinstance(written, dict):
            raise misfit(
                file, (), text("These are no notes."), expected=text("a subject and its note on each line")
            )
    known = {one.id: one.name for one in subjects}
    found: dict[str, str] = {}
    for who, note in (written or {}).items():
        ids = matching(str(who), known)
        if not ids and matching(str(who), others):
            continue
        if len(ids) != 1:
            raise _wrong(pack, file, str(who), known)
        found[ids[0]] = checked(note, _place(pack, file, str(who)))
    return found


def checked(note: Any, where: Mapping[str, Any]) -> str:
    """A note as it is shown.

    Raises:
        ConfigError: it is no text, or too long.
    """
    if not isinstance(note, str) or len(note) > LONGEST:
        raise ConfigError(
            text("This is no note."),
            **where,
            expected=text("a text of at most {n} characters", n=LONGEST),
        )
    return note.strip()


def _wrong(pack: Pack, file: Path | None, who: str, known: Mapping[str, str]) -> ConfigError:
    near = nearest(who, {*known, *known.values()})
    several = len(matching(who, known)) > 1
    return ConfigError(
        text("Several subjects are called so; name one by its id.")
        if several
        else text("The pack has no report for this subject."),
        **_place(pack, file, who),
        found=who,
        nearest=None if several else near,
        expected=None if near or several else text("one of {names}", names=some(known.values())),
    )


def _place(pack: Pack, file: Path | None, who: str) -> dict[str, Any]:
    if file is None:
        return pack.where("notes", who)
    return {"file": file, "line": read_yaml(file)[1].get((who,)), "key": who}
