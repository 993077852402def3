"""What a report is made from, as one checksum; while it stays the same, the report need not be made again."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from salesreport.pack.subjects import Subject

_PLACES = ("dataset", "extensions", "strategy", "plan", "pay", "account_plans")
"""Parameters that only say where something lies."""


def checksum_of_inputs(
    *,
    notebook: str,
    fingerprint: str,
    version: str,
    subject: Subject,
    period: str,
    language: str,
    parameters: Mapping[str, Any],
    further: Sequence[str] = (),
) -> str:
    """The checksum of everything that a report depends on.

    Where the dataset lies does not matter, only what is in it; neither does what people call the subject (the
    dataset or the parameters say that), nor the order of the parameters.

    Args:
        notebook: checksum of its file. fingerprint: of the dataset. version: of this package.
        subject: what the report is about. period: its written form. language: of the report.
        parameters: what the notebook is given. further: checksums of the files it also depends on; where these
            lie does not matter, either.

    Returns:
        64 hexadecimal digits.

    Examples:
        >>> ann = dict(notebook="a1", fingerprint="f1", version="1.0", subject=Subject("rep", "R1", "Ann"),
        ...            period="2017-Q4", language="en")
        >>> here = checksum_of_inputs(**ann, parameters={"dataset": "/here", "smallest": 3})
        >>> here == checksum_of_inputs(**ann, parameters={"smallest": 3, "dataset": "/there"})
        True
        >>> here == checksum_of_inputs(**ann, parameters={"dataset": "/here", "smallest": "3"})
        False
    """
    given = sorted((name, repr(value)) for name, value in parameters.items() if name not in _PLACES)
    everything = (notebook, fingerprint, version, subject.kind, subject.id, period, language, given, *further)
    # repr: tells 3 from "3" and knows every value that YAML has, and it spells lone surrogates out
    return hashlib.sha256(repr(everything).encode("utf-8")).hexdigest()
