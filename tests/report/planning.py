"""What tests of plans in reports share: a strategy for the small sample company."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport import Dataset, Review
from salesreport.plan import Strategy
from salesreport.provenance import Provenance
from salesreport.report.agreed import Agreed
from salesreport.report.context import Context
from salesreport.writing import write_dataset

MIX = {"A": "0.5", "B": "0.3", "C": "0.2"}


def strategy(**more: Any) -> Strategy:
    """16 million in 2026, by quarters."""
    base = {"name": "S", "goal": {"2026": 16_000_000}, "seasonality": ["0.2", "0.25", "0.2", "0.35"],
            "segments": MIX}  # fmt: skip
    return Strategy.model_validate({**base, **more})


def context_of(dataset: Dataset, wanted: Strategy | None, period: str = "2025-Q4", **about: str) -> Context:
    """The context of a report with a strategy; `language` and the subject."""
    context = Review(dataset, period, **about).context
    if wanted is None:
        return context
    return replace(context, agreed=Agreed(strategy=wanted, digests={"strategy": repr(wanted)}))


def without(sample: Dataset, folder: Path, *tables: str, **changed: pd.DataFrame) -> Dataset:
    """The sample company without some tables, and with others changed; its process needs its stages."""
    kept = {name: sample.table(name) for name in sample.tables if name not in tables} | changed
    process = "" if "stage_events" in tables else sample.settings.process
    settings = sample.settings.model_copy(update={"process": process})
    return write_dataset(folder / "other", kept, settings, Provenance("test"))
