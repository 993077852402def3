"""That something cannot be told from the data, and why."""

from salesreport.language import Text


class Unavailable(Exception):
    """A figure cannot be told from this data; `reason` says why, as the end of "unavailable: …"."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason
