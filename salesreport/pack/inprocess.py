"""A papermill engine without a kernel: the cells run in this process.

Registered as papermill's engine `salesreport`, so `papermill --engine salesreport IN.ipynb OUT.ipynb` works too. A
notebook can change anything in the process it runs in; whoever runs more than one gives each a process of its own
(see `salesreport.pack.warm`).
"""

import datetime as dt
import sys
from collections.abc import Mapping
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets import Type
from traitlets.config import Config

from salesreport.pack.complete import runs

_SHOWN = ("execute_result", "display_data")
"""Outputs that hold a value in one or more forms."""


class Outputs(list[NotebookNode]):
    """The outputs of a cell, in the order they came; text printed to one stream in a row is one output."""

    def add(self, output_type: str, **content: Any) -> None:
        """Add an output of one of nbformat's types.

        nbformat checks each against its schema; texts, as sections show them, need no such check.
        """
        shown = content.get("data", {})
        plain = all(isinstance(one, str) or kind.endswith("+json") for kind, one in shown.items())
        if output_type == "stream" or (output_type in _SHOWN and plain):
            self.append(from_dict({"output_type": output_type, **content}))
        else:
            self.append(new_output(output_type, **content))

    def print(self, stream: str, text: str) -> None:
        """Add printed text."""
        if self and self[-1].output_type == "stream" and self[-1].name == stream:
            self[-1].text += text
        else:
            self.add("stream", name=stream, text=text)


class _Stream:
    """Stands in for stdout or stderr while a cell runs."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name, self.outputs = name, outputs

    def write(self, text: str) -> int:
        if text:
            self.outputs.print(self.name, text)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """There is nothing to flush."""

    def isatty(self) -> bool:
        return False


class _Publisher(DisplayPublisher):
    """What `display(…)` shows becomes an output of the cell."""

    shell: Any

    def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:  # type: ignore[override]
        self.shell.outputs.add("display_data", data=data, metadata=metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _DisplayHook(DisplayHook):
    """The value of a cell's last line becomes an output of the cell."""

    shell: Any

    def write_output_prompt(self) -> None:
        """No prompt is printed."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.add("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=None)

    def finish_displayhook(self) -> None:
        """Nothing was printed, so no line needs to be ended."""


class Shell(InteractiveShell):
    """IPython as a kernel has it, without the kernel: its outputs are collected, nothing is kept on disk."""

    displayhook_class = Type(_DisplayHook)
    display_pub_class = Type(_Publisher)
    outputs = Outputs()

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.outputs.add("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)

    def init_sys_modules(self) -> None:
        """`__main__` stays who it is: this is somebody else's process."""


def run_cell(shell: Shell, source: str) -> tuple[Outputs, BaseException | None]:
    """Run one cell.

    Returns:
        Its outputs, and what it raised, if anything.
    """
    outputs = shell.outputs = Outputs()
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
    try:
        result = shell.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
    finally:
        sys.stdout, sys.stderr = streams
    error = result.error_before_exec or result.error_in_exec
    if error is not None and not any(output.output_type == "error" for output in outputs):
        outputs.add("error", ename=type(error).__name__, evalue=str(error), traceback=[])
    return outputs, error


_ready: list[Shell] = []
"""A shell that nothing has run in, where one was made ahead."""


def new_shell() -> Shell:
    """A shell with nothing defined in it yet."""
    if _ready:
        return _ready.pop()
    config = Config()
    config.HistoryManager.enabled = False  # no database, no thread
    config.InteractiveShell.colors = "nocolor"
    Shell.clear_instance()
    return Shell.instance(config=config, user_ns={"__name__": "__main__"})


def shell_ahead() -> None:
    """Make the shell of the next notebook now: forks of this process have it, each its own.

    A notebook of one cell is run first, in another: what IPython and papermill load and make for the first time
    takes as long as the cells of a report.
    """
    first = new_notebook(cells=[new_code_cell("0", metadata={"tags": ["parameters"]})])
    run_notebook(loaded(nbformat.writes(first)), {"rep": ""})
    shell = new_shell()
    if shell.display_formatter is not None:
        shell.display_formatter.format(None)  # type: ignore[no-untyped-call]  # makes what shows values
    _ready[:] = [shell]


def loaded(content: str) -> NotebookNode:
    """A notebook as a file has it, the way papermill loads it: checked, and with a place for what it notes."""
    from papermill.iorw import load_notebook_node

    return load_notebook_node(nbformat.reads(content, as_version=4))


def run_notebook(
    notebook: NotebookNode,
    parameters: Mapping[str, Any],
    cwd: str | None = None,
    running: list[NotebookNode] | None = None,
) -> NotebookNode:
    """Run a notebook in this process, as `papermill.execute_notebook` does with this engine.

    Left out of papermill's steps are a warning of parameters that the notebook does not have, and the last one: it
    writes the notebook as JSON, and checks it, also where there is no file.

    Args:
        notebook: as `loaded`; is not changed. parameters: what its parameters are to be. cwd: the folder it runs
            in. running: as in `InProcessEngine.execute_managed_notebook`.

    Raises:
        PapermillExecutionError: a cell raised.
    """
    from papermill.execute import raise_for_execution_errors, remove_error_markers
    from papermill.parameterize import parameterize_notebook
    from papermill.utils import chdir

    names = {"kernel_name": "python3", "language": "python"}
    node = from_dict(notebook)  # a copy
    if parameters:
        node = parameterize_notebook(node, dict(parameters), **names)
    node.metadata.papermill.update(input_path=None, output_path=None)
    node = remove_error_markers(node)
    with chdir(cwd):
        node = InProcessEngine.execute_notebook(node, "python3", progress_bar=False, running=running)
    raise_for_execution_errors(node, None)
    return node


class InProcessEngine:
    """papermill's engine `salesreport`.

    No subclass of papermill's `Engine`, but of its form: papermill imports the engines registered with it while it
    is being imported itself, so this module cannot import it.
    """

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """Run a notebook the way papermill's engines do: with its progress bar, saving and time stamps."""
        from papermill.engines import Engine

        return Engine.execute_notebook.__func__(cls, nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """The kernel a notebook asks for; it is noted, not started."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """The language a notebook is written in."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, running: list[NotebookNode] | None = None, **_: Any
    ) -> None:
        """Run a notebook's code cells in order, up to the first that raises.

        Args:
            nb_man: papermill's manager of the notebook. kernel_name: is not needed. running: where to put the
                notebook, for those who want to see how far it came.
        """
        if running is not None:
            running.append(nb_man.nb)
        shell = new_shell()
        sys.path.insert(0, "")  # modules beside the notebook, as in a kernel
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                if not runs(cell):
                    continue
                nb_man.cell_start(cell, index)
                cell.execution_count = shell.execution_count
                cell.outputs, error = run_cell(shell, cell.source)
                for output in cell.outputs:
                    if output.output_type == "execute_result":
                        output.execution_count = cell.execution_count
                if error is not None:
                    nb_man.cell_exception(cell, cell_index=index, exception=error)
                    break
                _complete(nb_man, cell, index)
        finally:
            sys.path.remove("")
            Shell.clear_instance()


def _complete(nb_man: Any, cell: NotebookNode, index: int) -> None:
    """Tell papermill's manager that a cell is complete.

    It reads the time when the cell began with a parser for dates in any form, which takes as long as running it.
    """
    noted = cell.metadata.papermill
    began = noted.pop("start_time")
    nb_man.cell_complete(cell, cell_index=index)
    took = dt.datetime.fromisoformat(noted["end_time"]) - dt.datetime.fromisoformat(began)
    noted.update(start_time=began, duration=took.total_seconds())
