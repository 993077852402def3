"""What the measured pages are written with: tables in Markdown, and a word on what is being done."""

import sys
from collections.abc import Sequence


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def say(step: str) -> None:
    print(step, file=sys.stderr, flush=True)
