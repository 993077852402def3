"""Words, numbers, money and dates in the reader's language.

Code states *what* it says with `text("{n} deals won", n=5)`: a value, not yet a sentence. Whoever shows it
renders it with `Language.say`, which translates the template and formats every field: whole numbers get the
language's separators, dates its order, a `Quantity` its unit. English is the source language; the others are
gettext catalogues in `salesreport/language/catalogue/` (see `salesreport.language.catalogue`).
"""

from salesreport.language.language import LANGUAGES, Language
from salesreport.language.text import Day, Either, Fixed, Month, Quantity, Range, Text, bounds, ntext, text

__all__ = [
    "LANGUAGES",
    "Day",
    "Either",
    "Fixed",
    "Language",
    "Month",
    "Quantity",
    "Range",
    "Text",
    "bounds",
    "ntext",
    "text",
]
