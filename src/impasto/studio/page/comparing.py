"""Two paintings of the studio side by side."""

from functools import partial

from nicegui import ui

from impasto.studio.page.view import View
from impasto.studio.record import Record


def comparable(view: View) -> list[Record]:
    """The paintings that can be laid beside the one that is looked at, newest first."""
    found = [one for one in view.atelier.queue.records.values() if one.version and one.id != view.subject]
    return sorted(found, key=lambda one: -one.created)


def draw_menu(view: View) -> None:
    """The menu that chooses one of them; drawn again whenever it is opened."""
    with ui.menu() as menu:
        pass

    def choose(id: str) -> None:
        view.beside = id
        menu.close()
        view.refresh()

    def fill() -> None:
        menu.clear()
        with menu:
            if view.beside:
                ui.menu_item("Only this one", partial(choose, ""))
            for record in comparable(view):
                ui.menu_item(
                    f"{record.title}, {record.size[0]} × {record.size[1]}", partial(choose, record.id)
                )

    menu.on("before-show", fill)
    view.watch(lambda: (view.subject, view.beside, view.atelier.queue.version), fill)
