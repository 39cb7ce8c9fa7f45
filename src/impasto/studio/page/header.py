"""The top line: the name, and what is of the whole page."""

from nicegui import ui

from impasto.studio.page.parts import tool
from impasto.studio.page.view import View

_MODES = (
    (None, "brightness_auto", "Light or dark as the system has it"),
    (False, "light_mode", "Light"),
    (True, "dark_mode", "Dark"),
)
_KEYS = (
    ("space", "pause and go on"),
    ("← →", "compare with the photograph"),
    ("b", "brush over the photograph"),
    ("z", "undo the last turn of a knob, or in the brush the last stroke"),
    ("p", "paint"),
)


def draw_header(view: View) -> None:
    """The header."""
    with ui.element("header").classes("top"):
        ui.label("impasto").classes("name")
        problem = ui.label().classes("problem")
        others = view.atelier.queue.unreadable
        stay = f"{others} in the folder cannot be read by this version, and stay as they are"
        unreadable = stay if others else ""
        ui.space()
        _keys()
        _mode()

    def draw() -> None:
        problem.set_text(view.atelier.problem or unreadable)

    view.watch(lambda: view.atelier.problem, draw)


def _keys() -> None:
    opened = tool("keyboard", "Keys")
    with opened, ui.menu().classes("keys"), ui.element("dl"):
        for key, meaning in _KEYS:
            with ui.element("dt"):
                ui.label(key)
            with ui.element("dd"):
                ui.label(meaning)


def _mode() -> None:
    dark = ui.dark_mode(None)
    position = [0]

    def turn() -> None:
        position[0] = (position[0] + 1) % len(_MODES)
        value, icon, label = _MODES[position[0]]
        dark.set_value(value)
        made.props(f"icon={icon}")
        made._props["aria-label"] = label
        made.update()

    made = tool("brightness_auto", "Light or dark", turn)
