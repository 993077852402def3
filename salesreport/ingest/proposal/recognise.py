"""Which CRM an export comes from, which table each of its files is, and what their columns mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from salesreport.errors import ConfigError
from salesreport.ingest.presets.presets import (
    AUTO,
    GENERIC,
    Aliases,
    Preset,
    PresetTable,
    aliases,
    all_presets,
    load_preset,
)
from salesreport.ingest.proposal.look import Sheet
from salesreport.ingest.proposal.mapping import Fit, Mapped, find, helper_of, map_sheet, origin_of
from salesreport.ingest.spec.spec import STAGE
from salesreport.ingest.table.reshape import names_of_stages
from salesreport.language import text

_FEW = 2
"""A file that is known by so few headings is not missed for one."""

_KNOWN_WEIGHT = 3
"""How much a heading that a file is known by counts beside one that is only mapped."""


@dataclass(frozen=True)
class Recognised:
    """What an export is.

    Attributes:
        name, preset: the CRM. mapped: the tables. unused: sheets that no table takes and that explain no ids.
    """

    name: str
    preset: Preset
    mapped: list[Mapped]
    unused: list[Sheet]


def _refuse_strangers(name: str, preset: Preset, sheets: Sequence[Sheet]) -> None:
    """A preset must fit at least one file of deals, or of orders."""
    if name == GENERIC or any(table in ("deals", "orders") for table, _, _ in _fits(preset, sheets)):
        return
    best, other = _best(sheets)
    needed = [aliases(names)[0] for kind in preset.tables.get("deals", ()) for names in kind.known_by]
    raise ConfigError(
        text("No file has the headings of deals in {title}.", title=preset.title),
        key="--preset",
        found=[heading for sheet in sheets for heading in sheet.raw.headings if heading][:20],
        expected=text("headings such as {names}", names=needed),
        hint=None
        if best == GENERIC
        else text("They look like {title}: “--preset {name}”.", title=other.title, name=best),
    )


def recognise(sheets: Sequence[Sheet], wanted: str = AUTO) -> Recognised:
    """Find the preset whose tables fit best, and map each sheet by it.

    Args:
        sheets: all that was given. wanted: a preset's name or file; `auto`: whichever fits.

    Raises:
        ConfigError: several presets fit equally well.
    """
    if wanted != AUTO:
        name, preset = wanted, load_preset(wanted)
        _refuse_strangers(name, preset, sheets)
    else:
        name, preset = _best(sheets)
    fits = _with_lists(_fits(preset, sheets), preset, sheets)
    if name == GENERIC and not any(table in ("deals", "orders") for table, _, _ in fits):
        # nothing is known of it: it is asked about as a table of deals
        fits = [*fits, ("deals", preset.tables["deals"][-1], sheets[0])]
    mapped = [map_sheet(table, kind, sheet, preset, fits, sheets) for table, kind, sheet in fits]
    for one in mapped:
        if name == GENERIC and one.table == "deals":
            for title, names in near_misses(one.sheet.raw.headings):
                missing = aliases(names)[0]
                one.remarks.append(
                    text("looks like {title}, but lacks “{heading}”: add it there", title=title, heading=missing)
                )
        one.elsewhere = {heading for other in mapped if other.sheet is one.sheet for heading in other.used}
    taken = {id(sheet) for _, _, sheet in fits}
    helping = [helper_of(preset, helper, sheets) for helper in preset.helpers]
    taken |= {id(sheet) for sheet in helping if sheet is not None}
    unused = [sheet for sheet in sheets if id(sheet) not in taken]
    _refuse_another_crm(name, preset, unused, {sheet.file for sheet in sheets if id(sheet) in taken})
    return Recognised(name, preset, mapped, unused)


def _refuse_another_crm(name: str, preset: Preset, unused: Sequence[Sheet], used: set[str]) -> None:
    """A file of which nothing is used may be a list of something else, but not the deals of another CRM.

    Raises:
        ConfigError: it is.
    """
    if name == GENERIC:
        return
    for sheet in unused:
        best = [] if sheet.file in used else _ranked([sheet])
        if best:
            raise _of_another(sheet.file, load_preset(best[0]), preset)


def _of_another(file: str, its: Preset, others: Preset) -> ConfigError:
    return ConfigError(
        text(
            "This file looks like {title}, and the others like {other}: a dataset is of one CRM.",
            title=its.title,
            other=others.title,
        ),
        file=file,
        hint=text("Ingest it on its own, into another folder."),
    )


def _with_lists(fits: list[Fit], preset: Preset, sheets: Sequence[Sheet]) -> list[Fit]:
    """Sheets that no table of the preset takes may still be lists of reps, customers or targets."""
    taken = {id(sheet) for _, _, sheet in fits}
    taken |= {id(one) for name in preset.helpers if (one := helper_of(preset, name, sheets)) is not None}
    rest = [sheet for sheet in sheets if id(sheet) not in taken]
    have = {table for table, _, _ in fits} | {"deals"}
    return [*fits, *(fit for fit in _fits(load_preset(GENERIC), rest) if fit[0] not in have)]


def near_misses(headings: Sequence[str]) -> list[tuple[str, Aliases]]:
    """The CRMs that a file of deals would be of if it had one heading more, and the names of that heading."""
    near = []
    for _, preset in all_presets():
        for kind in preset.tables.get("deals", ()):
            missing = [names for names in kind.known_by if find(names, headings) is None]
            if len(missing) == 1 and len(kind.known_by) > _FEW and not _score_of_unknown(kind, headings):
                near.append((preset.title, missing[0]))
    return near


def _score_of_unknown(kind: PresetTable, headings: Sequence[str]) -> bool:
    """Whether too little of a kind of file is there for it to be meant."""
    found = [
        names for choices in kind.columns.values() for one in choices if (names := find(one.heading, headings))
    ]
    return len(set(found)) * 2 < len([heading for heading in headings if heading])


def _best(sheets: Sequence[Sheet]) -> tuple[str, Preset]:
    best = _ranked(sheets)
    if not best:
        return GENERIC, load_preset(GENERIC)
    if len(best) > 1:
        one, other = map(load_preset, best[:2])
        files = [{sheet.file for _, _, sheet in _fits(preset, sheets)} for preset in (one, other)]
        if files[0].isdisjoint(files[1]):
            raise _of_another(min(files[1]), other, one)
        raise ConfigError(
            text("The headings fit several CRMs equally well."),
            key="--preset",
            found=[load_preset(name).title for name in best],
            expected=text("one of {names}", names=best),
        )
    return best[0], load_preset(best[0])


def _ranked(sheets: Sequence[Sheet]) -> list[str]:
    """The presets that fit sheets with deals or orders best, all equally well; none where none fits."""
    scores: dict[str, int] = {}
    for name, preset in all_presets():
        fits = _fits(preset, sheets)
        if any(table in ("deals", "orders") for table, _, _ in fits):
            scores[name] = sum(_score(kind, sheet) for _, kind, sheet in fits)
    return [name for name, score in scores.items() if score == max(scores.values())]


def _fits(preset: Preset, sheets: Sequence[Sheet]) -> list[Fit]:
    """Each sheet as each table that it can be; of a table's kinds the first."""
    fits: list[Fit] = []
    for name, kinds in preset.tables.items():
        of_table: list[Fit] = []
        for kind in kinds:
            taken = {id(sheet) for _, _, sheet in of_table}
            if not (kind.instead and of_table):
                new = [one for one in sheets if id(one) not in taken and _is_of(kind, one.raw.headings)]
                of_table += [(name, kind, sheet) for sheet in new]
        fits += of_table
    return fits


def _is_of(kind: PresetTable, headings: Sequence[str]) -> bool:
    def there(names: Aliases) -> bool:
        if STAGE in names:
            return bool(names_of_stages(headings, aliases(names)))
        return find(names, headings) is not None

    return bool(kind.known_by) and all(map(there, kind.known_by)) and not any(map(there, kind.unless))


def _score(kind: PresetTable, sheet: Sheet) -> int:
    found = [
        origin_of(choice, sheet.raw.headings, None) for choices in kind.columns.values() for choice in choices
    ]
    return _KNOWN_WEIGHT * len(kind.known_by) + sum(one is not None for one in found)
