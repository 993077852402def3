"""Ids → what another file of the export says they mean."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.headings import find_heading
from salesreport.ingest.cells.raw import Raw, RawColumn, joined_texts
from salesreport.ingest.files.readers import read
from salesreport.ingest.spec.spec import TableSpec
from salesreport.ingest.spec.spec_parts import LookupSpec
from salesreport.language import Text, ntext
from salesreport.provenance import SourceFile
from salesreport.titles import column_title, table_title


class Lookups:
    """The files that say what ids mean, each read once.

    Args:
        root: folder of the export.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[LookupSpec, tuple[dict[str, str], Raw]] = {}

    @property
    def files(self) -> list[SourceFile]:
        """The files read so far."""
        raws = {raw.file: raw for _, raw in self._known.values()}
        return [SourceFile("lookup", raw.file, raw.sha256, raw.bytes) for raw in raws.values()]

    def meanings(
        self, cells: RawColumn, spec: LookupSpec, table: str, column: str
    ) -> tuple[RawColumn, list[Text]]:
        """What cells mean; an id that the file does not know stays, and is told.

        Args:
            cells: the ids. spec: where they are explained. table, column: the canonical ones, for messages.

        Returns:
            The cells, and notes.

        Raises:
            DataError: the file cannot be read, or lacks a heading.
        """
        if spec not in self._known:
            self._known[spec] = self._read(spec, table)
        known, raw = self._known[spec]
        texts = cells.texts
        at = pc.index_in(texts, value_set=pa.array(list(known), pa.string()))
        meant = pa.array(list(known.values()), pa.string()).take(at)
        unknown = pc.unique(texts.filter(pc.and_(pc.is_valid(texts), pc.is_null(at)))).drop_null().to_pylist()
        notes: list[Text] = []
        if unknown:
            shown = [*unknown[:5], *(["…"] if len(unknown) > 5 else [])]
            notes.append(
                ntext(
                    "{n} value among the {column} of {table} is not in {file} and stays so: {values}.",
                    "{n} values among the {column} of {table} are not in {file} and stay so: {values}.",
                    n=len(unknown),
                    column=column_title(column),
                    table=table_title(table),
                    file=raw.file,
                    values=shown,
                )
            )
        return RawColumn(pc.coalesce(meant, texts)), notes

    def _read(self, spec: LookupSpec, table: str) -> tuple[dict[str, str], Raw]:
        here = TableSpec(file=spec.file, sheet=spec.sheet, encoding=spec.encoding, separator=spec.separator)
        raw = read(here, self._root, table, [spec.key, *spec.value])
        return meanings_of(raw, spec.key, spec.value, table), raw


def meanings_of(raw: Raw, key: str, value: Sequence[str], table: str) -> dict[str, str]:
    """What the ids of a file mean; of an id that stands twice the first.

    Args:
        raw: the file. key: heading of the ids. value: headings of what they mean, joined by a space. table: for
            messages.

    Raises:
        DataError: a heading is not there.
    """
    keys = raw.columns[find_heading(key, raw, table)].texts.to_pylist()
    values = [raw.columns[find_heading(heading, raw, table)].texts for heading in value]
    known: dict[str, str] = {}
    for one, meant in zip(keys, joined_texts(values, " ").to_pylist(), strict=True):
        if one is not None and meant is not None:
            known.setdefault(one, meant)
    return known
