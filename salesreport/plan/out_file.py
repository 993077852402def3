"""Where plans are written to: the form that a file's name asks for, in a folder that is there."""

from collections.abc import Mapping
from pathlib import Path

from salesreport.errors import ConfigError
from salesreport.language import Text, text


def form_of(path: Path, forms: Mapping[str, str], problem: Text) -> str:
    """The form that a file's name asks for.

    Args:
        path: the file. forms: how names end → form. problem: what is said of another name.

    Raises:
        ConfigError: a name of another kind, or a folder that is not there.
    """
    form = forms.get(path.suffix.lower())
    if form is None:
        raise ConfigError(
            problem, key="--out", found=path.name, expected=text("one of {names}", names=sorted(forms))
        )
    if not path.parent.is_dir():
        raise ConfigError(text("There is no such folder."), key="--out", found=str(path.parent))
    return form
