"""What a brand put into a finished page, found again, so that another page can be dressed alike.

A pack's folder has no brand, only pages in one (`salesreport.report.dressed`): its style before the end of the
head, its name and logo at the beginning of the page, its footer at the end. Whoever knows the page without a
brand can tell these three apart, and whether anything else differs.
"""

import re
from typing import NamedTuple

_MAIN = re.compile(r"<main[^>]*>")


class _Parts(NamedTuple):
    """A page in four parts: up to the end of its head, from there to what it shows, that, and the rest."""

    head: str
    between: str
    shown: str
    end: str


class Dress(NamedTuple):
    """What was put in: at the end of the head, before what the page shows, and after it."""

    style: str
    before: str
    after: str

    @classmethod
    def of(cls, plain: str, page: str) -> "Dress | None":
        """What a page has beyond the plain one; None where it differs in anything else.

        Examples:
            >>> plain = "<head></head><main>x</main>"
            >>> Dress.of(plain, "<head><style></style></head><main>A x</main>")
            Dress(style='<style></style>', before='A ', after='')
            >>> Dress.of(plain, "<head></head><main>y</main>")
        """
        one, other = _parts(plain), _parts(page)
        if one is None or other is None or not other.head.startswith(one.head):
            return None
        before, found, after = other.shown.partition(one.shown)
        if not found or (one.between, one.end) != (other.between, other.end):
            return None
        return cls(other.head[len(one.head) :], before, after)

    def put_on(self, plain: str) -> str:
        """A page dressed alike.

        Examples:
            >>> Dress("<style></style>", "A ", "").put_on("<head></head><main>y</main>")
            '<head><style></style></head><main>A y</main>'
        """
        one = _parts(plain)
        if one is None:
            return plain
        return one.head + self.style + one.between + self.before + one.shown + self.after + one.end


def _parts(page: str) -> _Parts | None:
    found = _MAIN.search(page)
    head, end = page.find("</head>"), page.rfind("</main>")
    if found is None or not 0 <= head < found.start() < found.end() <= end:
        return None
    return _Parts(page[:head], page[head : found.end()], page[found.end() : end], page[end:])
