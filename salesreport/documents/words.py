"""What decks, documents and workbooks say themselves."""

from salesreport.documents.content import Content, Part
from salesreport.language import Language, text

WORDS = {
    "agenda": text("Agenda"),
    "appendix": text("In detail"),
    "lacking": text("What these data do not tell"),
}


def data_line(content: Content, language: Language) -> str:
    """The dataset and its as-of date; nothing where the notebook says neither."""
    if content.as_of is None:
        return ""
    return language.say(text("Data: {dataset}, as of {day}", dataset=content.dataset, day=content.as_of))


def source_line(content: Content, part: Part, language: Language) -> str:
    """Dataset, as-of date, and what the figure means where the section rests on one."""
    meant = [
        language.labelled(title, formula) for title, formula in part.definitions if len(part.definitions) == 1
    ]
    return " · ".join(one for one in (data_line(content, language), *meant) if one)
