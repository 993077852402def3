"""What a new client folder holds, as texts: the templates of a language, filled in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from salesreport.language import Language

TEMPLATES = Path(__file__).parent / "templates"


def filled(language: Language, values: Mapping[str, Any]) -> dict[str, str]:
    """Every template of a language, filled in.

    Args:
        language: of the texts; a language without templates has the English ones.
        values: name → what stands in its place.

    Returns:
        Path in `templates/LANGUAGE/`, with `/` → text.
    """
    folder = TEMPLATES / language.locale.language
    if not folder.is_dir():
        folder = TEMPLATES / "en"
    # texts and YAML, no HTML: nothing is to be escaped for markup
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    return {
        file.relative_to(folder).as_posix(): environment.from_string(file.read_text(encoding="utf-8")).render(
            values
        )
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
