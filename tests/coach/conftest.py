"""What tests of coaching share."""

from pathlib import Path

import pandas as pd
import pytest
from meetings import closed, company


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """Three reps with names, some deals, nothing agreed."""
    reps = pd.DataFrame({"rep_id": ["R1", "R2", "R3"], "name": ["Ann Berg", "Bob Cole", "Bob Cole"]})
    deals = [closed(rep, 3, 2, "2025-06-10") for rep in ("R1", "R2", "R3")]
    return company(tmp_path / "acme", deals, reps=reps).path
