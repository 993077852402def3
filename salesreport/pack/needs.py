"""What the machine of a cluster's worker must have for a pack, and a look at whether it has."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from salesreport.dataset import Dataset
from salesreport.errors import SalesreportError
from salesreport.files import file_checksum
from salesreport.language import Text, text
from salesreport.pack.make import Job
from salesreport.pack.owner import MARK, stands


@dataclass(frozen=True)
class Needs:
    """What a worker must see, under the same paths as the command.

    Attributes:
        dataset, fingerprint: the dataset's folder and what its content is. notebook, sha256: likewise.
        mark: a file in the pack's folder, which says its own name.
    """

    dataset: Path
    fingerprint: str
    notebook: Path
    sha256: str
    mark: Path

    @classmethod
    def of(cls, job: Job, mark: Path) -> "Needs":
        """What the jobs of a pack need."""
        sha256 = file_checksum(job.notebook)
        return cls(Path(job.parameters["dataset"]), job.fingerprint, job.notebook, sha256, mark)


def problem_here(needs: Needs) -> Text | None:
    """What this machine lacks; None when it has all."""
    try:
        if Dataset.open(needs.dataset).fingerprint != needs.fingerprint:
            return text("Its dataset in {folder} is another one.", folder=str(needs.dataset))
    except SalesreportError as error:
        return text("It does not see the dataset: {reason}", reason=str(error))
    try:
        if file_checksum(needs.notebook) != needs.sha256:
            return text("Its notebook {file} is another one.", file=str(needs.notebook))
    except OSError as error:
        return text("It does not see the notebook: {reason}", reason=str(error))
    pack = needs.mark.parent
    if not stands(needs.mark):
        return text("It does not see the pack's folder {folder}.", folder=str(pack))
    try:
        for folder in (pack, pack / "reports", pack / "notebooks"):
            if folder.is_dir():
                with NamedTemporaryFile(dir=folder, prefix=MARK):
                    pass
    except OSError as error:
        return text("It cannot write into the pack's folder: {reason}", reason=str(error))
    return None
