"""`impasto.show`: paint where the user looks, to the end or until it is stopped."""

import re
from typing import TYPE_CHECKING

import impasto
from impasto.cli.reporter import Reporter, Title, make_reporter
from impasto.inputs.style_sources import joined_names
from impasto.notebook.stopping import stoppable

if TYPE_CHECKING:
    from impasto import Painting, Result


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
