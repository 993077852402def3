"""A manager's bundle: the reports of the own people and an index of them alone, as one ZIP file."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from salesreport.language import Language
from salesreport.pack.index import index_html
from salesreport.pack.manifest import INDEX, Manifest, ReportEntry
from salesreport.report.dressed import Dress

FOLDER = "bundles"
"""Where a pack's folder has the bundles."""

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The moment that all files of a bundle are of: the same reports give the same bytes."""


def make_bundle(
    manifest: Manifest,
    entries: Sequence[ReportEntry],
    failed: Sequence[ReportEntry],
    contents: Mapping[str, bytes],
    dress: Dress | None = None,
) -> bytes:
    """The bytes of a bundle.

    Args:
        manifest: of the pack. entries: the reports to put in. failed: those to say that they could not be made.
        contents: a report's file in the pack's folder → what the reader gets of it. dress: of the index.
    """
    own = manifest.model_copy(update={"reports": [_alone(entry) for entry in [*entries, *failed]]})
    page = index_html(own, Language(manifest.pack.language))
    index = (page if dress is None else dress.put_on(page)).encode("utf-8", "xmlcharrefreplace")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in [(INDEX, index), *sorted(contents.items())]:
            one = zipfile.ZipInfo(name, _MOMENT)
            one.compress_type, one.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            bundle.writestr(one, content)
    return made.getvalue()


def _alone(entry: ReportEntry) -> ReportEntry:
    """An entry of which the bundle has the report and nothing else."""
    return entry.model_copy(update={"documents": [], "notebook": None})
