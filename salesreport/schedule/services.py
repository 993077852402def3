"""Entries for CI services that run jobs by the clock: GitHub Actions and GitLab."""

import shlex
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from salesreport.documents.formats import DOCUMENTS, PRINTED
from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.pack.manifest import relative
from salesreport.schedule.command import LOGIN, Command
from salesreport.schedule.cron import cron_time
from salesreport.schedule.when import When

PYTHON = "3.12"
"""The version that jobs run with."""

_CHROMIUM = "apt-get update && apt-get install -y --no-install-recommends chromium"
"""Installs the browser that prints PDFs in the images of Python, which are Debian's."""

_CHROME = "command -v google-chrome || (sudo apt-get update && sudo apt-get install -y chromium-browser)"
"""GitHub's machines have Chrome; should they lose it, Ubuntu's Chromium is installed."""


def github_workflow(command: Command, when: When, repository: Path, made: Path) -> str:
    """A workflow; its file belongs into `.github/workflows/`. GitHub's clock is UTC.

    The pack file's path travels as an environment variable, so that nothing in it is read by the shell.

    Args:
        repository: its folder. made: the folder of the packs, which is handed on.

    Raises:
        ConfigError: the pack file, or this folder, is not in the repository.
    """
    pack, outputs = _in_repository(command.pack, repository), _in_repository(made, repository)
    environment = {"PACK": _without_expressions(pack)}
    if command.mails:
        environment |= {name: f"${{{{ secrets.{name} }}}}" for name in LOGIN}
    steps: list[dict[str, Any]] = [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/setup-python@v5", "with": {"python-version": PYTHON}},
        *([{"run": _CHROME}] if PRINTED in command.formats else []),
        {"run": _install(command)},
        {"run": 'salesreport refresh "$PACK" --log json', "env": environment},
        {
            "if": "always()",
            "uses": "actions/upload-artifact@v4",
            "with": {"name": command.name, "path": _without_expressions(f"{outputs}/")},
        },
    ]
    workflow = {
        "name": command.name,
        "on": {"schedule": [{"cron": cron_time(when)}], "workflow_dispatch": {}},
        "permissions": {"contents": "read"},
        "concurrency": {"group": command.name},
        "jobs": {"refresh": {"runs-on": "ubuntu-latest", "steps": steps}},
    }
    heading = f"# Settings, Secrets and variables, Actions: {' and '.join(LOGIN)}\n" if command.mails else ""
    return heading + _as_yaml(workflow)


def gitlab_job(command: Command, when: When, repository: Path, made: Path) -> str:
    """A job for `.gitlab-ci.yml`; the time itself is set in the project, Build, Pipeline schedules.

    Args:
        repository: its folder. made: the folder of the packs, which is handed on.

    Raises:
        ConfigError: the pack file, or this folder, is not in the repository.
    """
    pack, outputs = _in_repository(command.pack, repository), _in_repository(made, repository)
    job = {
        "image": f"python:{PYTHON}",
        "rules": [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}],
        "resource_group": command.name,
        "script": [
            *([_CHROMIUM] if PRINTED in command.formats else []),
            _install(command),
            f"salesreport refresh {shlex.quote(pack)} --log json",
        ],
        "artifacts": {"when": "always", "paths": [f"{outputs}/"]},
    }
    heading = f"# Build, Pipeline schedules, New schedule: interval pattern {cron_time(when)}\n"
    if command.mails:
        heading += f"# Settings, CI/CD, Variables, masked: {' and '.join(LOGIN)}\n"
    return heading + _as_yaml({command.name: job})


def _install(command: Command) -> str:
    """What installs all that the reports' formats need."""
    wanted = set(command.formats)
    extras = {"documents": wanted & set(DOCUMENTS) - {PRINTED}, "pdf": wanted & {PRINTED}}
    named = ",".join(name for name, formats in extras.items() if formats)
    return f'pip install "salesreport[{named}]"' if named else "pip install salesreport"


def _in_repository(path: Path, repository: Path) -> str:
    way = relative(path, repository.absolute())
    if PurePosixPath(way).is_absolute() or ".." in PurePosixPath(way).parts:
        raise ConfigError(
            text("A job of a CI service can only read and write what is in its repository."),
            found=str(path),
            expected=text("a place below {folder}", folder=str(repository.absolute())),
        )
    return way


def _without_expressions(written: str) -> str:
    """A text in which GitHub finds no expression."""
    return written.replace("${{", "${{ '${{' }}")


def _as_yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110))
