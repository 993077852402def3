"""What a scheduler runs: the round of a pack file, by the Python that this runs in."""

import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

from salesreport.deliver.settings import PASSWORD, USER
from salesreport.errors import ConfigError
from salesreport.files import safe_names
from salesreport.language import text

LOGIN = (USER, PASSWORD)
"""The environment variables that a round needs where it sends mails by a server that wants a login."""


class Command(NamedTuple):
    """A round as it is run.

    Attributes:
        pack: the pack file, absolute. words: program and arguments; they need no working folder.
        name: of the entry; its own for each pack file.
        mails: whether the round sends mails. formats: what its reports are made as.
    """

    pack: Path
    words: tuple[str, ...]
    name: str
    mails: bool = False
    formats: tuple[str, ...] = ()


def command_of(pack: Path, python: str = sys.executable) -> Command:
    """The command of a pack file's round.

    Raises:
        ConfigError: its path, or Python's, has a line break or other sign that no scheduler takes.

    Examples:
        >>> command_of(Path("/home/ann/my packs/reviews.yml"), "/usr/bin/python3").words
        ('/usr/bin/python3', '-m', 'salesreport', 'refresh', '/home/ann/my packs/reviews.yml')
    """
    path = pack.absolute()
    for one in (str(path), python):
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in one):
            raise ConfigError(
                text("A scheduler cannot run this: the path has a line break or another sign that is no letter."),
                found=one,
            )
    stem = safe_names([path.stem])[path.stem]
    name = f"salesreport-{stem}-{hashlib.sha256(str(path).encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return Command(path, (python, "-m", "salesreport", "refresh", str(path)), name)
