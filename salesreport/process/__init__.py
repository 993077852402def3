"""How a company sells: milestones in order, the evidence of each, and customer-base categories.

A process file (YAML, docs/process.md) says it; a dataset carries its text. Where there is none, the CRM's
own stages are the milestones.

- `model`: processes, milestones, and the signs by which the data show them
- `base`: categories of customers as rules
- `files`: reading a process file, and checking it against data
- `derive`: the process of a dataset, given or learnt
"""

from salesreport.process.categories import CATEGORIES, Category, Condition
from salesreport.process.derive import derived_process, process_of
from salesreport.process.files import check_process, load_process, parse_process
from salesreport.process.model import Milestone, Process, ProcessFile, StageSign, Won

__all__ = [
    "CATEGORIES",
    "Category",
    "Condition",
    "Milestone",
    "Process",
    "ProcessFile",
    "StageSign",
    "Won",
    "check_process",
    "derived_process",
    "load_process",
    "parse_process",
    "process_of",
]
