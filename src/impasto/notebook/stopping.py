"""How a painting in a notebook is stopped: by interrupting the kernel, or by a button."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from impasto.cli.interrupt import Interruption, finishing_the_step

_PATIENCE = 1.0
"""Seconds within which a front end begins its subshell, or never."""


@contextlib.contextmanager
def stoppable(on_stop: Callable[[], None]) -> Iterator[Interruption]:
    """Within this block an interrupt only sets `asked` and calls `on_stop`; a second one raises KeyboardInterrupt."""
    with contextlib.ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            stop = stack.enter_context(finishing_the_step(on_stop))
        else:  # where no signal arrives
            stop = Interruption(on_stop)
        button = _button(stop)
        if button is not None:
            stack.callback(button.close)
        yield stop


def _button(stop: Interruption) -> Any:
    """The button "Stop" above the painting, where it is heard while the cell runs; otherwise None.

    A kernel hears of a button when the cell has ended, unless the front end speaks to its widgets in a subshell (JEP
    91). JupyterLab from 4.4 on does, with ipykernel from 7 on, and begins the subshell when it meets the button.
    """
    try:
        import ipywidgets
        from IPython import display, get_ipython
    except ImportError:
        return None
    thread = getattr(getattr(get_ipython(), "kernel", None), "shell_channel_thread", None)
    if thread is None:
        return None
    tip = "Stop after this step, with the picture so far"
    button = ipywidgets.Button(description="Stop", icon="stop", tooltip=tip)

    def pressed(_: Any) -> None:
        button.disabled = True
        if not stop.asked:
            stop.ask()

    button.on_click(pressed)
    display.display(button)
    if not _comes_true(thread.manager.list_subshell):
        button.close()
        return None
    # ipykernel from 7.4 on would answer in the shell that made the button, which is the one that paints.
    vars(button.comm).pop("_reply_subshell_id", None)
    return button


def _comes_true(asked: Callable[[], object]) -> bool:
    until = time.monotonic() + _PATIENCE
    while not asked() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(asked())
