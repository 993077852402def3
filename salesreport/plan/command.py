"""What `salesreport plan` does between reading options and printing."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.files import write_text
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import frame_as_csv
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Language, text
from salesreport.language.readable import printable
from salesreport.plan import output
from salesreport.plan.action import ActionPlan, action_plan
from salesreport.plan.out_file import form_of
from salesreport.plan.sentences import sentences_of, titles_of
from salesreport.plan.strategy_files import check_strategy, load_strategy
from salesreport.plan.written import as_targets, plan_yaml

FORMATS = {".yml": "yaml", ".yaml": "yaml", ".csv": "csv", ".json": "json"}
"""The form of a file, by how its name ends."""


def make_plan(
    dataset: Dataset, strategy: Path | None, period: str, reps: Sequence[str], as_of: dt.date | None
) -> tuple[ActionPlan, Facts]:
    """The plans, and what they were made from.

    Raises:
        ConfigError: the strategy file, the period or a rep is not what it should be.
    """
    facts = Facts.of(dataset, as_of)
    wanted = None
    if strategy is not None:
        wanted = load_strategy(strategy)
        check_strategy(wanted, facts, strategy)
    return action_plan(facts, wanted, dataset.asked_period(period, facts.as_of).period, reps), facts


def shown(
    plan: ActionPlan, facts: Facts, format: str, language: Language, one: str | None
) -> tuple[list[str | Table], list[str]]:
    """What is printed, and what is said beside it.

    Args:
        plan, facts: from `make_plan`. format: `table`, `csv`, `json` or `yaml`. language: of texts.
        one: the rep whose steps are shown, too, in `table`.
    """
    titles = titles_of(process_file(facts))
    notes = output.explanations(plan, language)
    if format == "json":
        return [output.as_json(plan, titles, language)], []
    if format == "csv":
        return [frame_as_csv(as_targets(plan))], notes
    if format == "yaml":
        return [plan_yaml(plan)], notes
    if one is None or one not in set(plan.reps["rep_id"]):
        return [output.as_table(plan, titles, language)], notes
    told = "\n".join(printable(language.say(sentence)) for sentence in sentences_of(plan, one, titles)) + "\n\n"
    parts: list[str | Table] = [told, output.steps_as_table(plan, one, titles, language)]
    if (plan.cadence["rep_id"] == one).any() or (plan.accounts["rep_id"] == one).any():
        parts += ["\n", output.cadence_as_table(plan, one, language)]
    return parts, notes


def write_plan(path: Path, plan: ActionPlan, facts: Facts, language: Language, force: bool = False) -> None:
    """Write the plans to a file, in the form its name asks for.

    Args:
        path: the file. plan, facts: from `make_plan`. language: of texts.
        force: whether YAML, which people change by hand, is written over though something else stands in it.

    Raises:
        ConfigError: a name of another kind, a folder that is not there, or a file in which something else stands.
    """
    format = form_of(path, FORMATS, text("Plans are not written in this form."))
    (content,), _ = shown(plan, facts, format, language, None)
    if format == "yaml" and not force and path.exists() and not _holds(path, str(content)):
        raise ConfigError(
            text("This file holds what people filled in, and is not written over."), key="--out", found=str(path),
            expected=text("another name, or --force"),
        )  # fmt: skip
    write_text(path, str(content))


def _holds(path: Path, content: str) -> bool:
    """Whether a file holds just this; what cannot be read is something else."""
    try:
        return path.read_text(encoding="utf-8") == content
    except (OSError, UnicodeDecodeError):
        return False
