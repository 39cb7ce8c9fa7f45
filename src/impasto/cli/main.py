"""Where `impasto` starts, and where every error becomes one line."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from impasto.batch.process import how_to_wait
from impasto.cli.interrupt import FAILED, INTERRUPTED
from impasto.errors import ImpastoError, RankError

if TYPE_CHECKING:
    import impasto

    Encoder = Callable[..., impasto.VGG19]

_NO_MEMORY = re.compile(r"not enough memory|can't allocate memory|out of memory|bad_alloc", re.IGNORECASE)
_WANTED = re.compile(r"tried to allocate ([\d.]+) ?(bytes|[KMG]i?B)", re.IGNORECASE)


def main(arguments: Sequence[str] | None = None, *, encoder: "Encoder | None" = None) -> int:
    """Run one command and return its exit code: 0, 2 for an error, reported in one line, 130 after Ctrl-C.

    arguments: without the program's name; `sys.argv` when None. Without any, the help is shown.
    encoder: what makes the network, called as VGG19 is; see `impasto.encoders_made_by`.
    Errors of the system about a file are reported, too. Any other exception is a bug, and passes with its traceback.
    """
    if arguments is None:  # impasto is the program
        prepare_process()
    for stream in (sys.stdout, sys.stderr):
        # File names may hold bytes that are no text, and consoles lack characters.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
        if encoder is None:
            return _run(words)
        import impasto

        with impasto.encoders_made_by(encoder):
            return _run(words)
    except RankError as error:
        return _complain(str(error)) if error.speaks else FAILED
    except ImpastoError as error:
        return _complain(str(error))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            _leave_the_pipe()
            return 0
        if error.filename is None:
            raise
        return _complain(f"'{error.filename}' cannot be used ({error.strerror}): check the path and the disk")
    except (MemoryError, RuntimeError) as error:
        if not (isinstance(error, MemoryError) or _NO_MEMORY.search(str(error))):
            raise
        return _complain(_memory_line(str(error)))
    except KeyboardInterrupt:
        return INTERRUPTED


def prepare_process() -> None:
    """Have torch's threads sleep soon while they wait, and the C library return large pieces of memory at once.

    Only where impasto is the program and not a guest in one, and before torch is imported.
    """
    if "torch" not in sys.modules:
        os.environ |= how_to_wait(os.environ)
    from impasto.memory.process import return_at_once

    return_at_once()


def _run(arguments: list[str]) -> int:
    import typer

    from impasto.cli.app import app

    # Where typer keeps this class differs between its versions.
    usage_error: Any = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "UsageError")
    try:
        return app(arguments, prog_name="impasto", standalone_mode=False) or 0
    except usage_error as error:
        return _complain(_usage_line(error))
    except typer.Abort:
        return INTERRUPTED


def _usage_line(error: Exception) -> str:
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "impasto"
    return f"{' '.join(text.split()).rstrip('.')}; see {command} --help"


def _memory_line(message: str) -> str:
    wanted, amount = _WANTED.search(message), ""
    if wanted and wanted[2] == "bytes":
        amount = f" ({float(wanted[1]) / 1e9:.1f} GB more were needed)"
    elif wanted:
        amount = f" ({wanted[1]} {wanted[2]} more)"
    return (
        f"there is not enough memory for this{amount}: "
        "try a smaller --size (half the size takes a quarter of the memory) or a smaller --history"
    )


def _complain(line: str) -> int:
    from impasto.cli.messages import error

    error(line)
    return FAILED


def _leave_the_pipe() -> None:
    """The reader is gone, as `| head` goes: what is still buffered must not fail at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
