"""Lines for the user: results on stdout, notes and errors on stderr. Never wrapped, one line each.

Of several processes that paint together the first one speaks; another reports only what stops it.
"""

import sys
from collections.abc import Sequence

from impasto.distributed.join import process_info


def say(text: str = "") -> None:
    """Print a result on stdout."""
    if process_info().rank == 0:
        print(text, flush=True)


def say_rows(rows: Sequence[tuple[str, str]], indent: str = "") -> None:
    """Print results as rows of a label and a value, the values below each other."""
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        say(f"{indent}{label:{width}}  {value}")


def note(text: str) -> None:
    """Print a note on stderr: something to know that is no error."""
    if process_info().rank == 0:
        _print("note:", "yellow", text)


def error(text: str) -> None:
    """Write an error to stderr, as one line."""
    _print("error:", "red", text)


def _print(label: str, color: str, text: str) -> None:
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble((label, f"bold {color}"), " ", " ".join(text.splitlines()))
    Console(file=sys.stderr, soft_wrap=True, highlight=False).print(line)
