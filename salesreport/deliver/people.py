"""Who the reps of a dataset are: their addresses, their managers, and the managers' addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from salesreport.dataset import Dataset
from salesreport.deliver.settings import ADDRESS
from salesreport.language import Text, text


@dataclass(frozen=True)
class Rep:
    """A rep as the dataset knows her today; what it does not know is empty.

    Attributes:
        id, name, address, manager: of the rep. manager_address: of the manager, in the rep's row.
        left: whether the rep has left.
    """

    id: str
    name: str
    address: str
    manager: str
    manager_address: str
    left: bool


@dataclass(frozen=True)
class People:
    """The reps of a dataset, by id.

    Attributes:
        reps: by id. fingerprint: of the dataset they were read from; empty: there was none.
    """

    reps: Mapping[str, Rep]
    fingerprint: str = ""

    @classmethod
    def read(cls, path: Path) -> "People":
        """The people of a dataset as it is now.

        Raises:
            DataError: there is no dataset.
        """
        dataset = Dataset.open(path)
        columns = ["rep_id", "name", "email", "manager", "manager_email", "left_on"]
        table = dataset.table("reps", columns)
        left = table["left_on"] <= pd.Timestamp(dataset.as_of)
        texts = table[columns[:-1]].astype("object").where(table[columns[:-1]].notna(), "")
        rows = [
            Rep(rep, name or rep, email.strip(), manager, manager_email.strip(), gone)
            for (rep, name, email, manager, manager_email), gone in zip(
                texts.itertuples(index=False), left.tolist(), strict=True
            )
        ]
        return cls({one.id: one for one in rows}, dataset.fingerprint)

    @property
    def managers(self) -> list[str]:
        """The names of all managers, in order."""
        return sorted({one.manager for one in self.reps.values() if one.manager})

    def address_of_rep(self, rep: str) -> str | Text:
        """A rep's address, or what is wrong with it."""
        known = self.reps.get(rep)
        return _checked(known.address if known else "", known.name if known else rep, "email")

    def address_of_manager(self, manager: str) -> str | Text:
        """A manager's address, or what is wrong with it: from the rows of her people, else from her own."""
        written = {one.manager_address for one in self.reps.values() if one.manager == manager}
        own = {one.address for one in self.reps.values() if manager in (one.name, one.id)}
        found = {one.casefold(): one for one in [*sorted(own), *sorted(written)] if one}
        if len(found) > 1:
            return text(
                "{name} has several addresses: {addresses}.", name=manager, addresses=sorted(found.values())
            )
        return _checked(next(iter(found.values()), ""), manager, "manager_email")

    def whose(self, address: str) -> list[Rep]:
        """The reps who have an address."""
        return [one for one in self.reps.values() if one.address.casefold() == address.casefold()]

    def managers_at(self, address: str) -> list[str]:
        """The managers who have an address, by the rows of their people."""
        written = address.casefold()
        return sorted(
            {one.manager for one in self.reps.values() if one.manager_address.casefold() == written} - {""}
        )

    def is_manager_of(self, address: str, rep: str) -> bool:
        """Whether an address is that of a rep's manager, and not the rep's own."""
        known = self.reps.get(rep)
        if known is None or not known.manager or known.address.casefold() == address.casefold():
            return False
        found = self.address_of_manager(known.manager)
        return isinstance(found, str) and found.casefold() == address.casefold()


NOBODY = People({})
"""Where there is no dataset."""


def _checked(address: str, name: str, column: str) -> str | Text:
    if not address:
        return text("{name} has no address (column “{column}” of table reps).", name=name, column=column)
    if ADDRESS.fullmatch(address) is None:
        return text("The address of {name} is none: “{address}”.", name=name, address=address)
    return address
