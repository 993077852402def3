"""Sections → HTML: values a notebook shows and a report keeps.

- `salesreport.report.review`: `Review`, the one object of a notebook
- `salesreport.report.section`: what a section is
- `salesreport.report.sections`: the sections, one module per subject, and the one list of them
- `salesreport.report.extensions`, `salesreport.report.peers`: metrics, sections and peers of one's own
- `salesreport.report.shared`, `salesreport.report.context`: figures of everybody, once; the slice of one subject
- `salesreport.report.names`: names of other reps in texts from the data
- `salesreport.report.chart`, `salesreport.report.charts`, `salesreport.report.charts_moves`: figures as inline SVG
- `salesreport.report.marks`, `salesreport.report.canvas`: the form each meaning has, and where charts are drawn
- `salesreport.report.page`: templates and style
- `salesreport.report.export`: an executed notebook → one HTML file

What a section of one's own needs is here: `Context`, `Section`, `Chart`, `own_style`, `PeerGroup`.
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from

if TYPE_CHECKING:
    from salesreport.report.chart import Chart
    from salesreport.report.context import Context
    from salesreport.report.peers import PeerGroup
    from salesreport.report.section import Section

__all__ = ["Chart", "Context", "PeerGroup", "Section", "own_style"]

# imported on first use: what only reads figures needs no matplotlib
__getattr__ = names_from(
    __name__,
    {
        "Chart": "chart",
        "Context": "context",
        "PeerGroup": "peers",
        "Section": "section",
        "own_style": "own_figure",
    },
)
