"""Words as they stand in a process file: names, and titles that may be translated."""

from math import isfinite
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, StringConstraints

from salesreport.config import TextError
from salesreport.language import Text, text


def _word(value: Any) -> Any:
    """A name as the text it shows as: YAML reads 1 as a number and true as a boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    number = isinstance(value, int) or (isinstance(value, float) and isfinite(value))
    return str(value) if number else value


def _title(value: Any) -> Text | str:
    if isinstance(value, Text):
        return value
    word = _word(value)
    if not isinstance(word, str) or not word.strip():
        raise TextError(text("A title is a word or a few."))
    return word


Word = Annotated[str, BeforeValidator(_word), StringConstraints(min_length=1)]
"""A name that stands in the data or that people use; never empty."""

Title = Annotated[str | Text, PlainValidator(_title), PlainSerializer(str, return_type=str)]
"""What people call something; the package's own titles are translated, a company's are not."""
