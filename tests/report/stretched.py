"""The command in a language that nobody speaks: English, its words two fifths longer, with accents on them.

What finds room in it finds room in every language, and what it leaves as it is was never given to a catalogue.
"""

import re

from babel.support import Translations

from salesreport.language import language

_LONGER = str.maketrans({"a": "áâ", "e": "éê", "i": "íî", "o": "óô", "u": "úû", "y": "ýŷ", "A": "Áâ", "E": "Éê",
                         "I": "Íî", "O": "Óô", "U": "Úû", "s": "šs"})  # fmt: skip
_KEPT = re.compile(r"(\{[^}]*\}|`[^`]*`)")
"""Places to fill, and what is typed as it is."""


def stretched(said: str) -> str:
    """A text, stretched.

    Examples:
        >>> stretched("Win rate of {name}")
        'Wíîn ráâtéê óôf {name}'
    """
    return "".join(
        part if number % 2 else part.translate(_LONGER) for number, part in enumerate(_KEPT.split(said))
    )


class Stretched(Translations):
    """A catalogue that stretches what it is asked for."""

    def gettext(self, message: str) -> str:
        """The stretched text."""
        return stretched(message)

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> str:
        """The stretched text, by English's rule."""
        return stretched(msgid1 if num == 1 else msgid2)


def main() -> None:
    """Run the command; processes that are forked from it speak the same."""
    from salesreport.cli import app

    catalogue = Stretched()
    language._translations = lambda code: catalogue  # type: ignore[assignment]
    app()


if __name__ == "__main__":
    main()
