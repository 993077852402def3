"""Templates and style of everything this kit shows as HTML: Jinja with autoescape on, one style sheet."""

from functools import lru_cache
from importlib import resources

import jinja2
from markupsafe import Markup

from salesreport.language import Language
from salesreport.language.readable import readable


def environment(language: Language, *packages: str) -> jinja2.Environment:
    """The Jinja environment of packages' `templates/` folders; the report's templates are there for everybody.

    Everything is escaped unless it is `Markup`. In templates, `say(text)` translates a `Text`, `readable` is for
    texts from data; the filters `number`, `exact`, `count`, `percent`, `money`, `date`, `quantity`, `show` format
    as `Language` does.
    """
    return _environment(language.code, packages)  # whom a language may name is no matter of templates


@lru_cache
def _environment(code: str, packages: tuple[str, ...]) -> jinja2.Environment:
    language = Language(code)
    loaders = [jinja2.PackageLoader(name) for name in dict.fromkeys([*packages, "salesreport.report"])]
    made = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals.update(
        say=language.say,
        labelled=language.labelled,
        apart=language.apart,
        colon=language.colon,
        css=css,
        margin_css=margin_css,
        lang=language.locale.language,
    )
    made.filters["readable"] = readable
    for name in ("number", "exact", "count", "percent", "money", "date", "quantity", "show"):
        made.filters[name] = getattr(language, name)
    return made


@lru_cache
def css() -> Markup:
    """The style sheet, to be put into a `<style>` element; it is ours, so it is not escaped."""
    return Markup((resources.files("salesreport.report") / "style.css").read_text(encoding="utf-8"))  # noqa: S704


def margin_css(name: str) -> Markup:
    r"""Print a name in the margin of every page, beside the page's number; for a `<style>` element.

    Examples:
        >>> print(margin_css("Åsa “</style>” \\"))
        @media print { @page { @bottom-left { content: "Åsa “\00003c\00002fstyle\00003e” \00005c"; } } }
    """
    return Markup(f'@media print {{ @page {{ @bottom-left {{ content: "{css_string(name)}"; }} }} }}')  # noqa: S704


def css_string(text: str) -> str:
    """A text within the quotes of a CSS string, on one line: whatever could end it stands there as its code."""
    return "".join(
        one if one.isalnum() or one in _HARMLESS else f"\\{ord(one):06x}" for one in " ".join(text.split())
    )


_HARMLESS = frozenset(" .,:·-–—’“”&()")
"""Characters besides letters and digits that mean nothing in a CSS string, nor in HTML within `<style>`."""
