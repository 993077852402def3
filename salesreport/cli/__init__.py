"""The command `salesreport`; it only reads options, calls the package and prints.

Heavy modules are imported inside the commands, so that `salesreport --help` is quick. Exit codes: 0 all done, 1
some reports failed, 2 bad input or usage, 3 a round was stopped by the audit, 130 stopped with Ctrl-C.
"""

# each adds its commands, in this order
from salesreport.cli import start, folders, datasets, figures, plans, pay  # noqa: F401, I001
from salesreport.cli import accounts, audit, coaching, explore, packs  # noqa: F401
from salesreport.cli import archive, refresh, schedule, delivery, sharing, manuals  # noqa: F401
from salesreport.cli.app import app
from salesreport.files import for_owner_only
from salesreport.terminal import lenient_output

__all__ = ["app", "main"]


def main() -> None:
    """Run the command."""
    lenient_output()
    for_owner_only()
    app()
