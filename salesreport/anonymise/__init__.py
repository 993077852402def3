"""A dataset that can be shown: other names, ids, amounts and dates, the same rates."""

from salesreport.anonymise.key import Key
from salesreport.anonymise.make import anonymise
from salesreport.anonymise.pseudonyms import restored

__all__ = ["Key", "anonymise", "restored"]
