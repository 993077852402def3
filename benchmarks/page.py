"""What the measured pages are written with: tables in Markdown, and a word on what is being done."""

import sys
from collections.abc import Sequence
from pathlib import Path


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def put_between(page: Path, begin: str, end: str, section: str) -> None:
    """Replace what stands between two marks of a page."""
    content = page.read_text(encoding="utf-8")
    before, after = content[: content.index(begin)], content[content.index(end) + len(end) :]
    page.write_text(f"{before}{begin}\n\n{section}\n\n{end}{after}", encoding="utf-8")


def say(step: str) -> None:
    print(step, file=sys.stderr, flush=True)
