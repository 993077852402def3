"""What `salesreport anonymise` does and says."""

import os
from pathlib import Path

import pandas as pd

from salesreport.anonymise.key import Key
from salesreport.anonymise.make import Made, anonymise, check_key_file, check_out, prepared
from salesreport.anonymise.pseudonyms import restored
from salesreport.anonymise.risks import Risk, risks
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi.frames import frame_as_csv
from salesreport.language import Text, text
from salesreport.language.readable import printable

_SHOWN = 5
"""How many values of a risk are shown."""

_OTHERS = 0o077


def make(
    dataset: Path, out: Path, key_file: Path, coarse: bool, same_order: bool
) -> tuple[Made, list[Risk], list[Text]]:
    """Anonymise a dataset with the key of a file, which is made where there is none.

    Returns:
        What was made, what may still identify somebody, and what is to be said.

    Raises:
        DataError: no dataset, or a folder that must not be written to. ConfigError: no key, or one that would
            travel with the dataset.
    """
    original = Dataset.open(dataset)
    check_out(original, out)
    check_key_file(key_file, out)
    key, said = Key.read(key_file), []
    is_new = key is None
    if key is None:
        key = Key.new()
        if not key_file.parent.is_dir():
            raise ConfigError(text("There is no such folder."), key="--key", found=str(key_file.parent))
        key.write(key_file)
        said.append(text("A new key was written to {file}: keep it, and keep it to yourself.", file=str(key_file)))
    elif os.name == "posix" and key_file.stat().st_mode & _OTHERS:
        said.append(text("Others may read {file}: who has it can tell who is who.", file=str(key_file)))
    try:
        made = anonymise(original, out, key, coarse, same_order)
    except BaseException:
        if is_new:  # it opens nothing
            key_file.unlink(missing_ok=True)
        raise
    tables = {name: made.dataset.table(name, list(made.dataset.columns(name))) for name in made.dataset.tables}
    return made, risks(tables), [*said, *_notes(made, coarse, same_order)]


def who(
    dataset: Path, key_file: Path, wanted: list[str], coarse: bool, same_order: bool
) -> tuple[pd.DataFrame, list[Text]]:
    """What pseudonyms stand for, by the original dataset and the key.

    Args:
        dataset: the original. key_file: the key's. wanted: pseudonyms. coarse, same_order: as they were made.

    Returns:
        `kind`, `pseudonym`, `original`; and by what amounts and days were moved.

    Raises:
        ConfigError: there is no key, or nothing that any of them stands for.
    """
    original, key = Dataset.open(dataset), Key.read(key_file)
    if key is None:
        raise ConfigError(text("There is no such file."), key="--key", found=str(key_file))
    _, pseudonyms, shift = prepared(original, key, coarse, same_order)
    frame = restored(pseudonyms, wanted)
    known = set(frame["pseudonym"].str.casefold())
    unknown = [one for one in wanted if one.strip().casefold() not in known]
    if unknown:
        raise ConfigError(
            text("With this key and dataset that stands for nothing."),
            key="--restore",
            found=unknown,
            hint=text("Name the original dataset, its key, and the same options as then."),
        )
    told = text(
        "Amounts are the original ones times {factor}; days the original ones plus {weeks} weeks.",
        factor=f"{key.factor:.6g}", weeks=str(shift.weeks),
    )  # fmt: skip
    return frame, [told]


def risk_in_words(risk: Risk) -> Text:
    """A risk: what, how many, which."""
    shown = [printable(value) for value in risk.values[:_SHOWN]]
    if len(risk.values) > _SHOWN:
        shown.append("…")
    return text("- may identify: {what} ({n}): {values}", what=risk.what, n=risk.n, values=", ".join(shown))


def restored_as_text(frame: pd.DataFrame) -> str:
    """Who is who, as CSV."""
    return frame_as_csv(frame)


def _notes(made: Made, coarse: bool, same_order: bool) -> list[Text]:
    shift = made.shift
    said = [
        text(
            "As of {before} became {after}: weekdays, months, quarters and fiscal years stay what they are.",
            before=shift.day_back(made.dataset.as_of), after=made.dataset.as_of,
        )
    ]  # fmt: skip
    if not shift.same_clock:
        said.append(text("Summer time began and ended on other days then: an hour may differ."))
    if made.dropped:
        said += [note for note in made.dataset.provenance.notes if note.fields.get("n") == made.dropped][:1]
    if coarse:
        said.append(
            text("Rare categories were merged and large amounts cut: figures are not those of the original.")
        )
    else:
        said.append(
            text("Rates, tests and intervals are those of the original; money is multiplied by a secret factor.")
        )
    if same_order and not coarse:
        said.append(text("Ids are in the order of the original ones: who knows that order can tell who is who."))
    elif not coarse:
        said.append(
            text("Of what chance or equal shares decide, a little may differ (“--same-order” keeps that, too).")
        )
    said.append(
        text("Who knows the company may still recognise people by their figures: these are personal data.")
    )
    return said
