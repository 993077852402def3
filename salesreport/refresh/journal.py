"""What a round has done, so that the next one goes on where it stopped."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from salesreport.files import make_folder, safe_names, write_text
from salesreport.pack.packfile import Pack

FILE = "journal.json"
LOG = "log.jsonl"
STATE = ".refresh"
"""The folder, beside the packs, that holds a folder per pack file: its journal and the log of its rounds."""


class Done(BaseModel):
    """A step that was done. `inputs` is the checksum of what it was done from, `result` of what came out."""

    inputs: str
    result: str = ""
    at: dt.datetime


class Journal(BaseModel):
    """The steps that were done last, by name."""

    made_by: Literal["salesreport refresh"] = "salesreport refresh"
    format: Literal[1] = 1
    pack: str
    steps: dict[str, Done] = {}

    @classmethod
    def read(cls, folder: Path, pack: Pack) -> "Journal":
        """The journal in a folder; an empty one where there is none that can be read: then all is done again."""
        try:
            return cls.model_validate_json((folder / FILE).read_bytes())
        except (OSError, ValidationError):
            return cls(pack=str(pack.path.absolute()))

    def has(self, step: str, inputs: str, result: str = "") -> bool:
        """Whether a step was done from these inputs, and what came out is still there."""
        done = self.steps.get(step)
        return done is not None and bool(inputs) and (done.inputs, done.result) == (inputs, result)

    def note(self, folder: Path, step: str, inputs: str, result: str = "") -> None:
        """Note that a step is done, at once on the disk."""
        self.steps[step] = Done(inputs=inputs, result=result, at=dt.datetime.now().astimezone())
        write_text(folder / FILE, self.model_dump_json(indent=2) + "\n")

    def forget(self, folder: Path, step: str) -> None:
        """A step is begun: until it is done, nobody may take it for done."""
        if self.steps.pop(step, None) is not None:
            write_text(folder / FILE, self.model_dump_json(indent=2) + "\n")


def state_folder(pack: Pack) -> Path:
    """The folder of a pack file's journal and log, made where it is missing."""
    path = str(pack.path.absolute())
    name = f"{safe_names([pack.path.stem])[pack.path.stem]}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"
    folder = pack.shelf / STATE / name
    make_folder(folder)
    return folder


def checksum(*parts: object) -> str:
    """One checksum of what a step is done from."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
