"""Owners who are no person: those the source spec declares, and those who look like a queue or an integration."""

import re
from collections.abc import Mapping

import pandas as pd

from salesreport.dataset import DatasetSettings
from salesreport.ingest.cells.headings import plain_words
from salesreport.language import Quantity, Text, ntext, text

LARGE = 0.5
"""Whoever owns more than this part of the deals, among several, is asked about."""

FEWEST_DEALS, FEWEST_OWNERS = 20, 3
"""With fewer deals or owners a large part says nothing."""

ANYWHERE = (
    # English, German, French, Spanish, Italian, Portuguese, Hungarian, Russian
    "unassigned", "not assigned", "no owner", "queue", "house account", "integration", "integration user", "api",
    "automation", "web form", "webform", "service account", "default user", "test user", "deactivated user",
    "nicht zugewiesen", "nicht zugeordnet", "warteschlange", "schnittstelle", "ohne besitzer", "non attribue",
    "non assigne", "file d attente", "sin asignar", "no asignado", "sin propietario", "non assegnato",
    "nao atribuido", "sem responsavel", "nincs hozzarendelve", "varolista", "не назначен", "без ответственного",
    "очередь",
)  # fmt: skip
"""What is in the names of such owners, without accents; whole words."""

ALONE = (
    "nobody", "none", "unknown", "pool", "system", "bot", "admin", "administrator", "import", "migration",
    "website", "crm", "crm user", "user", "unbekannt", "inconnu", "desconocido", "sconosciuto", "desconhecido",
    "ismeretlen", "неизвестно", "администратор", "робот",
)  # fmt: skip
"""Likewise, but people are called so, too: the whole name."""

_NAMES = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in ANYWHERE))


def looks_like_no_person(name: str) -> bool:
    """Whether a name is that of a queue, an integration or nobody rather than of a person.

    Examples:
        >>> [looks_like_no_person(name) for name in ("UNASSIGNED", "Lead-Queue EMEA", "Admin 2", "Non attribué")]
        [True, True, True, True]
        >>> [looks_like_no_person(name) for name in ("Ann Pool", "Apia Queueva", "Robin System")]
        [False, False, False]
    """
    plain = _plain(name)
    return bool(_NAMES.search(plain)) or re.sub(r"[\d ]+$", "", plain) in ALONE


def about_owners(frames: Mapping[str, pd.DataFrame], settings: DatasetSettings) -> list[Text]:
    """Notes on owners: declared ones who do not occur, and others who look like no person.

    Args:
        frames: the canonical tables, `reps` complete. settings: has the ids or names of owners who are none.
    """
    reps, notes = frames["reps"], list[Text]()
    names = dict(zip(reps["rep_id"], _names(reps), strict=True))
    known = {word.casefold() for pair in names.items() for word in pair}
    if absent := [one for one in settings.not_people if one.casefold() not in known]:
        notes.append(
            ntext(
                "“not_people” names {names}, who is no rep of this export.",
                "“not_people” names {names}, who are no reps of this export.",
                n=len(absent),
                names=absent,
            )
        )
    sold = next((frames[name] for name in ("deals", "orders") if name in frames), None)
    owners = reps["rep_id"].iloc[:0] if sold is None else sold["rep_id"].dropna()
    if isinstance(owners.dtype, pd.CategoricalDtype):
        owners = owners.cat.set_categories(owners.unique())  # those that occur, as they do
    parts = owners.value_counts(normalize=True)
    for rep, part in parts.items():
        name = names[str(rep)]
        large = part > LARGE and len(owners) >= FEWEST_DEALS and len(parts) >= FEWEST_OWNERS
        if (looks_like_no_person(name) or large) and not settings.is_no_person(str(rep), name):
            notes.append(_asked(name, float(part)))
    return notes


def _names(reps: pd.DataFrame) -> pd.Series:
    """What people call the reps, else their id."""
    return reps["name"].fillna(reps["rep_id"]) if "name" in reps else reps["rep_id"]


def _asked(name: str, part: float) -> Text:
    return text(
        "“{name}” owns {share} of what was offered or sold. If that is no person but a queue, an integration or "
        "nobody, say so in the source spec: “not_people: [{name}]”. It then counts in totals, but is no peer and "
        "gets no report.",
        name=name,
        share=Quantity(part, "share"),
    )


def _plain(name: str) -> str:
    """Without accents and letter case; what is not a letter or digit is a space."""
    return " ".join(plain_words(str(name)))
