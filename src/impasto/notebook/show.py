"""`impasto.show`: paint where the user looks, to the end or until it is stopped."""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli.display import make_reporter
from impasto.cli.interrupt import Interruption, finishing_the_step
from impasto.cli.reporter import Reporter, Title
from impasto.inputs.style_sources import joined_names

if TYPE_CHECKING:
    from impasto import Painting, Result

_PATIENCE = 1.0  # seconds within which a front end begins its subshell, or never


def show(painting: "Painting", *, side: int = 512) -> "Result":
    """Paint to the end, and show the painting meanwhile: the picture, its cost, how far it is, the time left.

    In a notebook all of it is in the cell's output. Interrupting the kernel (the button ■), or the button "Stop" where
    ipywidgets is installed, ends the painting after the step that is being taken and returns the picture so far;
    `impasto.show(painting)` then goes on. A second interrupt stops at once: a KeyboardInterrupt, after which
    `painting.result()` is the picture after the last whole step. On a terminal the display is that of
    `impasto stylize`, and Ctrl-C is the interrupt.

    >>> result = impasto.show(stylizer.paint("photo.jpg", "painting.jpg"))  # doctest: +SKIP

    Args:
        painting: what `Stylizer.paint` began, at any step.
        side: long side, in pixels, of the picture shown, from 1 on.

    Returns:
        The result, or the picture so far. As the last value of a cell it would be shown once more: assign it.

    Raises:
        KeyboardInterrupt: it was stopped before the first step, when there is no picture yet.
        ImpastoError: as the iteration of a `Painting`.
    """
    display = _display(painting, side)
    with display, stoppable(display.stopping) as stop:
        for text in painting.notes:
            display.note(text)
        display.begin(_title(painting), 0.0)
        for event in painting.events():
            if isinstance(event, impasto.Step):
                display.step(event)
            else:
                display.event(event)
            if stop.asked:
                break
        try:
            return painting.result()
        except impasto.CheckpointError:
            if stop.asked:
                raise KeyboardInterrupt from None
            raise


def _display(painting: "Painting", side: int) -> Reporter:
    """The display in the cell of a notebook; elsewhere that of the command line."""
    if not in_notebook():
        return make_reporter(quiet=False)
    from impasto.notebook.cell import Cell

    return Cell(painting, side)


def in_notebook() -> bool:
    """Whether this runs in a kernel that a notebook shows the output of."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


def _title(painting: "Painting") -> Title:
    inputs = painting.metadata["inputs"]
    styles = [one["name"] for role, one in inputs.items() if re.fullmatch(r"style( \d+)?", role)]
    return Title(inputs["content"]["name"], joined_names(styles), "a picture", painting.size)


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
