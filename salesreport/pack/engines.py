"""The engines there are, and the choice between them."""

from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.pack import kernels, warm
from salesreport.pack.engine import Engine
from salesreport.pack.limits import DEFAULT_LIMITS, Limits
from salesreport.pack.machine import can_fork, default_workers

ENGINES = ["warm", "papermill"]
"""The engines there are, by name: the first is taken where the system can fork, else the second."""


def make_engine(name: str | None = None, workers: int | None = None, limits: Limits | None = None) -> Engine:
    """The engine of a name.

    Args:
        name: one of `ENGINES`; None: the best this system can run. workers: reports made at a time; None: as many
            as there are processors. limits: what one report may take.

    Raises:
        ConfigError: there is no such engine, or not on this system.
    """
    if name not in (None, *ENGINES):
        raise ConfigError(
            text("There is no such engine."),
            key="--engine",
            found=name,
            expected=text("one of {names}", names=ENGINES),
        )
    if name == "warm" and not can_fork():
        raise ConfigError(
            text("This system cannot fork processes safely, so there is no warm engine."),
            key="--engine",
            hint=text("Leave it out, or use “papermill”."),
        )
    workers, limits = workers or default_workers(), limits or DEFAULT_LIMITS
    if name == "papermill" or not can_fork():
        return kernels.PapermillEngine(workers, limits)
    return warm.WarmEngine(workers, limits)
