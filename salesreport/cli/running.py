"""Making a pack from the command line, with a progress bar."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import typer

from salesreport.cli.app import FAILED, language_of
from salesreport.language import text
from salesreport.pack.loading import loading_for_reports
from salesreport.terminal import errors_console, say


class EngineName(StrEnum):
    """What can run a pack's notebooks."""

    warm = "warm"
    papermill = "papermill"


def run_pack(
    context: typer.Context,
    file: Path,
    changes: list[str],
    only: list[str],
    workers: int | None,
    engine: EngineName | None = None,
    time_limit: int = 120,
    force: bool = False,
    scheduler: str | None = None,
    formats: Sequence[str] = (),
    replace: bool = False,
) -> None:
    """Make a pack, and say how it goes; `salesreport pack` and `demo` do.

    Raises:
        typer.Exit: some reports failed.
    """
    language = language_of(context)
    with loading_for_reports():
        from salesreport.pack import load_pack, make_pack, make_plan
        from salesreport.pack.engines import make_engine
        from salesreport.pack.limits import Limits
        from salesreport.pack.manifest import INDEX
        from salesreport.pack.progress import PackProgress

        plan = make_plan(load_pack(file, changes, formats), only)
    limits = Limits(seconds=time_limit)
    runner = make_engine(engine and engine.value, workers, limits)
    if scheduler is not None:
        from salesreport.pack.cluster import ClusterEngine

        runner = ClusterEngine(scheduler, limits)
        runner.check(plan.jobs)
    with PackProgress(errors_console(), language) as progress:
        manifest = make_pack(plan, runner, progress, force=force, replace=replace)
    say(text("Index: {file}", file=str(plan.folder / INDEX)), language)
    if manifest.failed:
        raise typer.Exit(FAILED)
