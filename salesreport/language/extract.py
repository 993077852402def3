"""Collect the texts of the code into the catalogues: `python -m salesreport.language.extract` (`make texts`).

Every literal in `text("…")` and `ntext("…", "…")` becomes an entry, and every text of the coaching rules. What is
translated stays translated, what the code no longer says is dropped, what is new is left empty; a test fails until
it is filled in.
"""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from salesreport.language.language import LANGUAGES

PACKAGE = Path(__file__).resolve().parent.parent
RULES = "report/sections/coaching/rules.yml"
"""The coaching rules that come with the kit."""

CATALOGUES = Path(__file__).resolve().parent / "catalogue"


@cache
def texts_of_the_code(package: Path = PACKAGE) -> Catalog:
    """All texts in the code's order, with the modules that say them; no line numbers, for they change often."""
    found = Catalog(project="salesreport")
    said = extract_from_dir(
        package,
        method_map=[("**.py", "python"), (RULES, cast(str, _texts_of_rules))],  # a function will do, too
        keywords={"text": None, "ntext": (1, 2)},
        strip_comment_tags=True,
    )
    for file, _, message, _, _ in sorted(said, key=lambda one: (one[0], one[1])):
        if message:
            found.add(message, locations=[(Path(file).as_posix(), 0)])
    return found


def _texts_of_rules(file: IO[bytes], *_: Any, **__: Any) -> Iterator[tuple[int, str, str, list[str]]]:
    """The texts of a file of coaching rules, as Babel wants them of a method."""
    for rule in yaml.safe_load(file)["rules"]:
        for name in ("about", "say", "because", "ask", "good"):
            said = rule.get(name, [])
            yield from ((0, "text", one, []) for one in ([said] if isinstance(said, str) else said))


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands; of one that has none yet, an empty one."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, old: Catalog | None = None) -> bytes:
    """The catalogue of a language with today's texts: the content its file should have.

    Args:
        language: its code. old: where translations come from; by default the catalogue as it stands.
    """
    old = read_catalogue(language) if old is None else old
    new = Catalog(locale=language, project="salesreport", fuzzy=False)
    new.mime_headers = [("Plural-Forms", plural_forms(language))]
    for message in texts_of_the_code():
        if not message.id:
            continue
        known = old.get(message.id)
        new.add(message.id, string=_translation(known), locations=sorted(set(message.locations)))
    out = io.BytesIO()
    write_po(out, new, width=0, omit_header=False, include_lineno=False, sort_by_file=False)
    kept = [line for line in out.getvalue().splitlines() if not line.startswith(_CHANGES_OFTEN)]
    return b"\n".join(kept) + b"\n"


def plural_forms(language: str) -> str:
    """How a catalogue tells which of a text's forms a number takes.

    Babel counts one form where nouns do not change after a number (Hungarian); sentences may, and the code says
    two of each.

    Examples:
        >>> plural_forms("fr"), plural_forms("hu")
        ('nplurals=2; plural=(n > 1);', 'nplurals=2; plural=(n != 1);')
    """
    known = get_plural(language)
    forms, rule = known if known[0] > 1 else get_plural("en")
    return f"nplurals={forms}; plural={rule};"


_CHANGES_OFTEN = (
    b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Report-Msgid-Bugs-To',
    b'"Last-Translator', b'"Language-Team', b"# ",
)  # fmt: skip
"""Lines of a catalogue's head that say when and by what it was written; comments of entries begin otherwise."""


def _translation(known: Message | None) -> str | tuple[str, ...]:
    if known is None or not known.string:
        return ""
    return known.string if isinstance(known.string, str) else tuple(known.string)


def main() -> None:
    """Update every catalogue and say what still wants translating."""
    for language in LANGUAGES:
        if language == "en":
            continue
        (CATALOGUES / f"{language}.po").write_bytes(updated(language))
        empty = [message.id for message in read_catalogue(language) if message.id and not _complete(message)]
        print(f"{language}: {len(empty)} texts to translate")


def _complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings)


if __name__ == "__main__":
    main()
