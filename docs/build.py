"""Make the parts of the documentation that come out of running the code.

    python docs/build.py walkthrough      run docs/walkthrough.md; write its printed results and its pictures
    python docs/build.py notebook         write docs/walkthrough.ipynb from what the line above has written
    python docs/build.py command-line     write docs/command-line.md from the help texts of the commands

The tests use the functions below, too: what is published is what is tested.
"""

import base64
import contextlib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
WALKTHROUGH = DOCS / "walkthrough.md"
NOTEBOOK = DOCS / "walkthrough.ipynb"
COMMAND_LINE = DOCS / "command-line.md"

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[^\n]*)\n(?P<code>.*?)^(?P=indent)```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block of a Markdown text: its code without indentation, and where it stands.

    line: of its first line of code, from 1. start, end: of the code, in characters.
    """

    language: str
    code: str
    line: int
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    """Every fenced block, in order."""
    return [
        Block(
            language=match["language"].strip(),
            code=re.sub(f"^{match['indent']}", "", match["code"], flags=re.M),
            line=text.count("\n", 0, match.start("code")) + 1,
            start=match.start("code"),
            end=match.end("code"),
        )
        for match in _FENCE.finditer(text)
    ]


def run_python(block: Block, path: Path, namespace: dict[str, Any]) -> str:
    """Run a block in `namespace`; returns what it prints. Tracebacks name the line of the document."""
    printed = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.code, str(path), "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    return printed.getvalue()


def run_walkthrough(text: str) -> str:
    """Run its Python blocks in order; returns the text with what they print in the blocks after them.

    Pictures are written to the folder `walkthrough` of the current folder.
    Raises ValueError when a block prints and no ```text block follows it.
    """
    namespace: dict[str, Any] = {"__name__": "walkthrough"}
    found = blocks(text)
    parts, done = [], 0
    for block, following in zip(found, [*found[1:], None], strict=True):
        printed = run_python(block, WALKTHROUGH, namespace) if block.language == "python" else ""
        if not printed:
            continue
        if following is None or following.language != "text":
            raise ValueError(
                f"{WALKTHROUGH.name}, line {block.line}: give what is printed a ```text block after it"
            )
        parts += [text[done : following.start], printed]
        done = following.end
    return "".join([*parts, text[done:]])


_PRINTED = re.compile(r"\A```text\n(.*?)^```\n*", re.M | re.S)
_SHOWN = re.compile(r"\A!\[([^]]*)\]\((walkthrough/([\w-]+)\.jpg)\)\n*")


def notebook(text: str) -> str:
    """The walkthrough as a notebook, in JSON: what its blocks print and show is the output of its cells.

    A picture is inside the notebook where the cell before it ends in `show("its name", ...)`.
    """
    import jupytext
    import nbformat

    made = jupytext.reads(text, fmt="md")
    made.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    for number, (cell, following) in enumerate(zip(made.cells, [*made.cells[1:], None], strict=True), 1):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code" and following is not None:
            cell.outputs, following.source = _outputs(cell.source, following.source)
    made.cells = [cell for cell in made.cells if cell.source]
    made.nbformat_minor = 5
    return nbformat.writes(made) + "\n"


def _outputs(code: str, text: str) -> tuple[list[Any], str]:
    """What a cell printed and showed, taken out of the text after it; and what is left of that."""
    from nbformat import v4

    outputs = []
    printed = _PRINTED.match(text)
    if printed:
        outputs.append(v4.new_output("stream", name="stdout", text=printed[1]))
        text = text[printed.end() :]
    shown = _SHOWN.match(text)
    if shown and f'show("{shown[3]}"' in code.splitlines()[-1]:
        picture = base64.b64encode((DOCS / shown[2]).read_bytes()).decode("ascii")
        data = {"image/jpeg": picture, "text/plain": shown[1]}
        outputs.append(v4.new_output("display_data", data=data))
        text = f"*{shown[1]}*\n\n{text[shown.end() :]}".strip()
    return outputs, text


def command_line() -> str:
    """The reference of the command line, in Markdown."""
    from typer.main import get_command

    from impasto.cli.app import app

    group: Any = get_command(app)
    parts = [
        "# The command line",
        "<!-- Made by `python docs/build.py command-line` from the help texts: change those. -->",
        "Every command answers to `--help` with what stands here. A setting in brackets is what is taken "
        "when the option is not given; where the recipes differ, both are named.",
    ]
    for command in [group, *group.commands.values()]:
        path = "impasto" if command is group else f"impasto {command.name}"
        parts += _command(command, path)
    return "\n\n".join(parts) + "\n"


def _command(command: Any, path: str) -> Iterator[str]:
    """Heading, usage, what it does, and its arguments and options, a table a panel."""
    arguments = [one.metavar for one in command.params if one.param_type_name == "argument"]
    rest = ["COMMAND"] if hasattr(command, "commands") else arguments
    yield f"## {path}"
    yield command.help
    yield f"    {' '.join([path, '[OPTIONS]', *rest])}"
    panels: dict[str, list[str]] = {}
    for one in command.params:
        if not one.hidden:
            panel = getattr(one, "rich_help_panel", None) or f"{one.param_type_name.title()}s"
            panels.setdefault(panel, []).append(f"| {_names(one)} | {_meaning(one)} |")
    for panel, rows in panels.items():
        yield "\n".join([f"| {panel} | |", "|---|---|", *rows])


def _names(one: Any) -> str:
    """As it is typed: an argument's name, or an option's names and what follows them."""
    if one.param_type_name == "argument":
        return f"`{one.metavar}`"
    names = ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts])
    return names if one.is_flag else f"{names} `{one.metavar}`".replace("|", r"\|")


def _meaning(one: Any) -> str:
    """Its help text, and the default where `--help` adds it."""
    text = one.help.replace(r"\[", "[").replace("|", r"\|")
    has_default = one.default is not None and not getattr(one, "is_flag", False)
    return f"{text} [default: {one.default}]" if has_default and one.show_default else text


def main(arguments: list[str]) -> int:
    """Write what is asked for."""
    if arguments == ["walkthrough"]:
        with contextlib.chdir(DOCS):
            WALKTHROUGH.write_text(run_walkthrough(WALKTHROUGH.read_text("utf-8")), "utf-8")
    if arguments in (["walkthrough"], ["notebook"]):
        NOTEBOOK.write_text(notebook(WALKTHROUGH.read_text("utf-8")), "utf-8")
    elif arguments == ["command-line"]:
        COMMAND_LINE.write_text(command_line(), "utf-8")
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
