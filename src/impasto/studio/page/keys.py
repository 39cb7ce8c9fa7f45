"""Keys of the whole page; `static/studio.js` says when they count."""

from typing import Any

from nicegui import ui

from impasto.studio.page.masks import open_masks
from impasto.studio.page.pictures import paint
from impasto.studio.page.view import DESK, View, trying


def listen(view: View) -> None:
    """Hear the keys."""

    def heard(event: Any) -> None:
        key = event.args["key"]
        if key == "space" and view.atelier.queue.work is not None:
            view.atelier.queue.work.toggle()
        elif key == "z" and view.subject == DESK:
            if view.atelier.desk.undo():
                view.atelier.changed()
        elif key == "b" and view.subject == DESK:
            trying(lambda: open_masks(view))
        elif key == "p" and view.subject == DESK:
            paint(view)
        elif key in ("ArrowLeft", "ArrowRight"):
            view.before = key == "ArrowRight"
        view.refresh()

    ui.on("studio_key", heard)
