"""How a process is set up that makes reports, while it loads the libraries they need."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from salesreport.later import loading
from salesreport.memory import arrow_gives_back
from salesreport.pack.machine import ONE_THREAD


@contextmanager
def loading_for_reports() -> Iterator[None]:
    """Set this process up for making reports, while the libraries that it concerns are loaded.

    Numerical libraries are told not to split the work of reports made side by side. Arrow gives back what it
    frees. As to garbage, see `loading`.
    """
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    arrow_gives_back()
    with loading():
        yield
