"""What a pack is made from changes while it is made: each report is of one dataset and of one notebook."""

import random
import time
from pathlib import Path

from chaos_pack import PARAMETERS, Company, check, finished, make_company, write_data, write_notebook
from killing import Row

from salesreport.dataset import Dataset
from salesreport.pack.manifest import read_manifest

FIRST = """\
from salesreport.dataset import Dataset

opened = Dataset.open(dataset)
seen = [*opened.table("deals")["amount"].unique()]
edition = [1]
"""
LAST = """\
import time
from IPython.display import display

time.sleep(0.1)
seen += [*Dataset.open(dataset).table("deals")["amount"].unique()]
edition += [1]
about = {"subject": {"kind": "rep", "id": rep, "name": rep}, "period": period, "fingerprint": opened.fingerprint,
         "verdict": f"data {sorted({int(one) for one in seen})}, notebook {edition}"}
display({"application/vnd.salesreport.report+json": about, "text/plain": rep}, raw=True)
"""

REPORTS = 12
REPLACED = "The dataset was replaced while the pack was made; make it again."


def begun(company: Company) -> float:
    """Make a pack undisturbed; the seconds it takes from its first sign on."""
    command = company.start(1)
    command.wait_for(lambda: (company.out / ".lock").exists())
    since = time.monotonic()
    assert command.wait() == 0, command.said()
    return time.monotonic() - since


def swaps(scratch: Path, times: int, seed: int) -> list[Row]:
    """Replace the dataset while the pack is made: its reports are of the dataset that was there at first."""
    chance, row = random.Random(seed), Row("dataset replaced while a pack is made")
    company = make_company(scratch, REPORTS, "warm")
    write_notebook(company.notebook, PARAMETERS, FIRST, LAST)
    length = begun(company)
    amount = 1
    for _ in range(times):
        with row.moment():
            jobs = company.jobs(1)
            fingerprint = Dataset.open(company.dataset).fingerprint
            command = company.start(1, force=True)
            command.wait_for(lambda: (company.out / ".lock").exists())
            time.sleep(chance.uniform(0, length))
            write_data(company.dataset, REPORTS, amount + 1)
            code = command.wait()
            known = check(company.out, [jobs])
            manifest = read_manifest(company.out)
            assert manifest is not None
            assert manifest.pack.dataset.fingerprint == fingerprint
            assert {entry.reason for entry in manifest.failed} <= {REPLACED}
            assert code == (1 if manifest.failed else 0), command.said()
            assert len(known) + len(manifest.failed) == REPORTS
            assert {f"reports/{path.name}" for path in (company.out / "reports").glob("*.html")} == set(known)
            verdicts = {entry["verdict"] for entry in known.values()}
            assert verdicts <= {f"data [{amount}], notebook [1, 1]"}, verdicts
            amount += 1
            assert company.finish(1) == (REPORTS, 0)
            verdicts = {entry["verdict"] for entry in finished(company.out).values()}
            assert verdicts == {f"data [{amount}], notebook [1, 1]"}, verdicts
            row.found["reports of the old one"] += len(known)
            row.found["reports not made, and said so"] += len(manifest.failed)
    return [row]


def edits(scratch: Path, times: int, seed: int) -> list[Row]:
    """Edit the notebook while the pack is made: its reports are of the notebook as it was at first."""
    chance, row = random.Random(seed), Row("notebook edited while a pack is made")
    company = make_company(scratch, REPORTS, "warm")
    write_notebook(company.notebook, PARAMETERS, FIRST, LAST)
    length = begun(company)
    for edition in range(2, times + 2):
        with row.moment():
            jobs = company.jobs(1)
            before, now = f"[{edition - 1}]", f"[{edition}]"
            content = company.notebook.read_text(encoding="utf-8").replace(before, now)
            command = company.start(1, force=True)
            command.wait_for(lambda: (company.out / ".lock").exists())
            time.sleep(chance.uniform(0, length))
            company.notebook.write_text(content[: len(content) // 2], encoding="utf-8")
            time.sleep(chance.uniform(0, length / 4))  # an editor that is slow, or that was interrupted
            company.notebook.write_text(content, encoding="utf-8")
            assert command.wait() == 0, command.said()
            known = check(company.out, [jobs])  # which also compares their inputs
            assert set(known) == set(jobs)
            verdicts = {entry["verdict"] for entry in known.values()}
            assert verdicts == {f"data [1], notebook [{edition - 1}, {edition - 1}]"}, verdicts
            assert company.finish(1) == (REPORTS, 0)
            verdicts = {entry["verdict"] for entry in finished(company.out).values()}
            assert verdicts == {f"data [1], notebook [{edition}, {edition}]"}, verdicts
            row.found["reports of the old one"] += len(known)
            row.found["reports of the new one then"] += REPORTS
    return [row]
