"""The explorer of conversions: state → figures → views as plain functions, and thin widgets on top.

- `salesreport.explore.state`: what is looked at, and what can be chosen
- `salesreport.explore.figures`: the numbers of a view
- `salesreport.explore.views`: a view as a section: its sentence, its chart, its table
- `salesreport.explore.deal_table`: the deals behind a finding, or of a rep at a step
- `salesreport.explore.review`: the same views as a report of their own
- `salesreport.explore.saving`: a view as a pack file, and as the code that makes it
- `salesreport.explore.widgets`: the explorer itself
- `salesreport.explore.agreements`: a form for what is agreed with a rep
- `salesreport.explore.lab`: JupyterLab on the explorer's notebook

In a notebook::

    from salesreport.explore import Explorer

    Explorer("../outputs/datasets/sample")
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from
from salesreport.memory import arrow_gives_back

if TYPE_CHECKING:
    from salesreport.explore.agreements import Agreements
    from salesreport.explore.review import ConversionReview
    from salesreport.explore.state import State
    from salesreport.explore.views import show
    from salesreport.explore.widgets import Explorer

__all__ = ["Agreements", "ConversionReview", "Explorer", "State", "show"]

arrow_gives_back()  # a notebook of one's own opens millions of deals, too

# imported on first use: a report has no need of widgets
__getattr__ = names_from(
    __name__,
    {
        "Agreements": "agreements",
        "ConversionReview": "review",
        "Explorer": "widgets",
        "State": "state",
        "show": "views",
    },
)
