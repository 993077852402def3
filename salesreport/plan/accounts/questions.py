"""What people are asked about every account, for no export knows it."""

from collections.abc import Mapping
from typing import Literal

from salesreport.language import Text, text

Question = Literal["fit", "missing", "rivals", "promotions", "selling"]

QUESTIONS: Mapping[Question, Text] = {
    "fit": text("How far does our offer meet the need?"),
    "missing": text("What is missing in it?"),
    "rivals": text("Which weaknesses of other suppliers can we use?"),
    "promotions": text("What can we promote together?"),
    "selling": text("How does the customer sell, and how can we help him sell more?"),
}
"""The questions of an account plan, by their keys in files."""

STATES: Mapping[str, Text] = {"open": text("open"), "done": text("done"), "dropped": text("dropped")}
"""What may have become of an action."""
