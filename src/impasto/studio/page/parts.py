"""Small elements that several regions use."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

QUIET = "flat dense no-caps"


def button(
    text: str, action: Callable[[], Any], icon: str = "", *, tip: str = "", strong: bool = False
) -> ui.button:
    """A button with a text. strong: whether it is the one that matters here."""
    made = ui.button(text, on_click=action, icon=icon or None, color=None)
    made.props("unelevated no-caps" if strong else QUIET)
    made.classes("strong" if strong else "quiet")
    if tip:
        made.tooltip(tip)
    return made


def heading(text: str) -> None:
    """The name of a part of the page."""
    ui.label(text).classes("heading").props("role=heading aria-level=2")


def tool(icon: str, label: str, action: Callable[[], Any] | None = None) -> ui.button:
    """A button that is only an icon; its label is for screen readers, and shown when it is pointed at."""
    made = ui.button(icon=icon, on_click=action, color=None).props("flat dense round")
    set_label(made, label)
    made.tooltip(label)
    return made.classes("tool")


def confirm(question: str, yes: str, no: str, action: Callable[[], Any]) -> None:
    """Ask a question before something is lost, and call `action` when the answer is yes."""

    def confirmed() -> None:
        action()
        dialog.close()

    with ui.dialog() as dialog, ui.card().classes("asking"):
        ui.label(question)
        with ui.element("div").classes("row"):
            button(yes, confirmed, strong=True)
            button(no, dialog.close)
    dialog.open()


def folded(*draw: Callable[[], Any]) -> None:
    """A section "More", drawn when it is opened for the first time: a page with all of it takes long to make."""
    with ui.expansion("More").classes("more") as more:
        inside = ui.element("div")

    def fill() -> None:
        if more.value and not inside.default_slot.children:
            with inside:
                for one in draw:
                    one()

    more.on_value_change(fill)


def img(classes: str, alt: str = "") -> Element:
    """A picture; its address is set with `set_img`."""
    made = ui.element("img").classes(classes)
    made._props["alt"] = alt
    made._props["draggable"] = "false"
    return made


def set_img(element: Element, url: str) -> None:
    """Show the picture at this address."""
    if element._props.get("src") != url:
        element._props["src"] = url
        element.update()


def set_label(element: Element, label: str) -> None:
    """Set the name that screen readers read. It is text, whatever is in it."""
    element._props["aria-label"] = label
    element.update()
