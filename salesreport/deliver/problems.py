"""Everything that is wrong with a list of recipients, as one message."""

from collections.abc import Sequence
from pathlib import Path

from salesreport.errors import SalesreportError
from salesreport.language import Language, Text, ntext, text


class RecipientsError(SalesreportError):
    """Recipients who cannot be used; nobody is sent anything then.

    Attributes:
        problems: what is wrong, in order. file: where the recipients come from. hint: what to do about it.
    """

    def __init__(self, problems: Sequence[Text], file: Path | str, hint: Text | None = None) -> None:
        super().__init__(
            ntext(
                "{n} thing is wrong with the recipients, and nothing is sent.",
                "{n} things are wrong with the recipients, and nothing is sent.",
                n=len(problems),
            )
        )
        self.problems, self.file, self.hint = list(problems), file, hint

    def say(self, language: Language) -> str:
        """The message: where, how many, each of them, what to do."""
        numbered = [f"({number}) {language.say(one)}" for number, one in enumerate(self.problems, start=1)]
        said = [language.labelled(str(self.file), language.say(self.problem)), *numbered]
        if self.hint is not None:
            said.append(language.say(self.hint))
        return " ".join(said)


def said_with_nearest(problem: Text, near: str | None) -> Text:
    """A problem with a name, and the name that may have been meant."""
    if near is None:
        return problem
    return text("{problem} Did you mean “{name}”?", problem=problem, name=near)
