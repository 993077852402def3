"""Tables of web pages → rows of texts. Many CRMs call a page `.xls`, and spreadsheet programs open it.

Imported by the process that reads workbooks (`workbook_child`), so nothing but the standard library is used.
Nothing that a page points at is fetched, and its scripts and styles are passed over.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

MOST_CELLS = 20_000_000
"""More cells than so many, those that others span counted, no page may have."""

_WIDEST = 1_000
"""More columns than so many no cell spans: what HTML itself allows."""

_TALLEST = 65_534
_UNSEEN = {"script", "style", "template", "noscript", "head", "title"}
_BREAKS = {"br", "p", "div", "li"}


@dataclass
class HtmlTable:
    """A table of a page.

    Attributes:
        rows: its rows, each with its cells; None where a cell is empty, or another spans it.
        merged: the cells that span several rows: first row, column, last row, from 0.
        heading: the row of the headings, from 0, where the page marks one.
        outer: whether it holds another table: it is there for the layout.
    """

    rows: list[list[str | None]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    heading: int | None = None
    outer: bool = False


def tables_of(page: str) -> list[HtmlTable]:
    """The tables of a page, in the order they begin.

    Raises:
        MemoryError: they have more cells than can be.

    Examples:
        >>> page = "<table><tr><th>Id<th>Name</tr><tr><td>1<td>Caf&eacute;<script>x()</script></table>"
        >>> tables_of(page)[0].rows, tables_of(page)[0].heading
        ([['Id', 'Name'], ['1', 'Café']], 0)
        >>> tables_of("<table><tr><td colspan=2>Deals<td rowspan=2>B</tr><tr><td>1<td>2</table>")[0]
        HtmlTable(rows=[['Deals', None, 'B'], ['1', '2']], merged=[(0, 2, 1)], heading=None, outer=False)
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    while reader.open:
        reader.end_table()
    return reader.tables


def of_data(tables: list[HtmlTable]) -> list[int]:
    """Which tables hold data: several rows and columns, and no other table; where none does, all with a cell."""
    filled = [at for at, table in enumerate(tables) if table.rows]
    data = [
        at
        for at in filled
        if not tables[at].outer and len(tables[at].rows) > 1 and max(map(len, tables[at].rows)) > 1
    ]
    return data or filled


@dataclass
class _Open:
    """A table whose end has not come yet: where its next cell goes, and the cell that is being read."""

    table: HtmlTable
    spans: dict[int, int] = field(default_factory=dict)  # column → rows that a cell above still spans
    row: list[str | None] | None = None
    marked: list[bool] = field(default_factory=list)  # of the row's cells, which are headings
    cell: list[str] | None = None
    place: int = 0
    wide: int = 1
    tall: int = 1
    in_head: bool = False
    begun: bool = False  # whether a row of data was there


class _Reader(HTMLParser):
    """Fills `tables`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[HtmlTable] = []
        self.open: list[_Open] = []
        self.cells = 0
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            if self.open:
                self._begin_cell(tag, dict(attrs))
        elif tag in _UNSEEN:
            self.unseen += 1
        elif tag == "table":
            # a page may forget to end its head
            self.unseen = 0
            if self.open:
                self.open[-1].table.outer = True
            self.tables.append(HtmlTable())
            self.open.append(_Open(self.tables[-1]))
        elif self.open and tag in ("thead", "tbody", "tfoot"):
            self._end_row()
            self.open[-1].in_head = tag == "thead"
        elif self.open and tag == "tr":
            self._end_row()
            self._begin_row()
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            if self.open:
                self._end_cell()
        elif tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif not self.open:
            return
        elif tag == "table":
            self.end_table()
        elif tag in ("tr", "thead", "tbody", "tfoot"):
            self._end_row()
            if tag == "thead":
                self.open[-1].in_head = False

    def updatepos(self, i: int, j: int) -> int:
        """Lines need not be counted."""
        return j

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].cell is not None and not self.unseen:
            self.open[-1].cell.append(data)

    def end_table(self) -> None:
        """The innermost table ends here."""
        self._end_row()
        ended = self.open.pop().table
        if ended.heading == len(ended.rows) - 1:
            ended.heading = None  # headings of nothing

    def _begin_row(self) -> None:
        self.open[-1].row, self.open[-1].marked = [], []

    def _begin_cell(self, tag: str, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        now = self.open[-1]
        if now.row is None:
            self._begin_row()
        now.cell = []
        now.marked.append(tag == "th")
        now.wide = now.tall = 1
        if attributes:
            now.wide = _span(attributes.get("colspan"), _WIDEST)
            now.tall = _span(attributes.get("rowspan"), _TALLEST)

    def _end_cell(self) -> None:
        now = self.open[-1]
        if now.cell is None or now.row is None:
            return
        while now.spans.get(len(now.row), 0):
            self._add(now.row, None)
        if now.tall > 1:
            first = len(now.table.rows)
            now.table.merged.append((first, len(now.row), first + now.tall - 1))
        for at in range(now.wide):
            if now.tall > 1:
                now.spans[-1 - len(now.row)] = now.tall - 1  # from the next row on
            self._add(now.row, (" ".join("".join(now.cell).split()) or None) if at == 0 else None)
        now.cell = None

    def _add(self, row: list[str | None], cell: str | None) -> None:
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise MemoryError
        row.append(cell)

    def _end_row(self) -> None:
        self._end_cell()
        now = self.open[-1]
        if now.row is None:
            return
        if not now.begun and (now.in_head or (len(now.marked) > 1 and all(now.marked))):
            now.table.heading = len(now.table.rows)
        else:
            now.begun = now.begun or sum(cell is not None for cell in now.row) > 1
        now.table.rows.append(now.row)
        now.spans = {at: rows - 1 for at, rows in now.spans.items() if at >= 0 and rows > 1} | {
            -1 - at: rows for at, rows in now.spans.items() if at < 0
        }
        now.row = None


def _span(written: str | None, most: int) -> int:
    """How many rows or columns a cell takes; 1 where the page says no number above 1."""
    try:
        return max(1, min(int(written or 1), most))
    except ValueError:
        return 1
