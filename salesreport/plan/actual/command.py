"""What `salesreport plan --against` does between reading options and printing."""

from pathlib import Path

from rich.table import Table

from salesreport.errors import ConfigError
from salesreport.files import write_text
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import frame_as_csv, with_names
from salesreport.language import Language, text
from salesreport.language.readable import printable
from salesreport.plan.actual import output
from salesreport.plan.actual.compared import Compared
from salesreport.plan.out_file import form_of

FORMATS = {".csv": "csv", ".json": "json"}
"""The form of a file, by how its name ends."""


def shown(
    compared: Compared, facts: Facts, format: str, language: Language, one: str | None
) -> tuple[list[str | Table], list[str]]:
    """What is printed, and what is said beside it.

    Args:
        compared, facts: what was compared. format: `table`, `csv` or `json`. language: of texts.
        one: the rep whose lines are shown in `table`; None: a line per rep.

    Raises:
        ConfigError: another form.
    """
    notes = [printable(language.say(note)) for note in output.explanations(compared, facts)]
    if format == "json":
        return [output.as_json(compared, facts, language)], []
    if format == "csv":
        return [frame_as_csv(output.plain(with_names(compared.lines, facts)))], notes
    if format != "table":
        raise ConfigError(
            text("Plan against actual is not written in this form."), key="--format", found=format,
            expected=text("one of {names}", names=["table", *FORMATS.values()]),
        )  # fmt: skip
    if one is None:
        return [output.as_table(compared, facts, language)], notes
    return [output.lines_as_table(compared.lines, facts, language)], notes


def write(path: Path, compared: Compared, facts: Facts, language: Language) -> None:
    """Write the comparison to a file, in the form its name asks for.

    Raises:
        ConfigError: a name of another kind, or a folder that is not there.
    """
    format = form_of(path, FORMATS, text("Plan against actual is not written in this form."))
    (content,), _ = shown(compared, facts, format, language, None)
    write_text(path, str(content))
