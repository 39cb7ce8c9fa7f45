"""Asking for a grid of small pictures: which settings vary, with which values, how large."""

from nicegui import ui

from impasto.errors import SettingsError
from impasto.explore.grid import own_values
from impasto.settings import EXPLORE_SIZE, SCHEMA, Settings
from impasto.studio.page.knob import label_of
from impasto.studio.page.parts import button, set_label
from impasto.studio.page.view import View, trying

_NONE = ""


def open_explore(view: View) -> None:
    """Ask. Raises SettingsError: the desk is not ready for a painting."""
    view.atelier.desk.order()
    recipe = view.atelier.desk.settings.recipe
    rows = [row for row in Settings.schema() if row.explore.get(recipe)]
    names = {row.name: label_of(row) for row in rows}
    with ui.dialog() as dialog, ui.card().classes("asking"):
        ui.label("A grid of small pictures shows what one or two settings do.")
        axes = [_Axis(names, recipe, "strength"), _Axis({_NONE: "nothing more", **names}, recipe, _NONE)]
        size = ui.number("Long side in pixels", value=EXPLORE_SIZE, min=SCHEMA["size"].low, step=64)
        size.props("dense outlined")

        def paint() -> None:
            vary = [one.text for one in axes if one.text]
            record = trying(lambda: view.atelier.explore(vary, _whole(size.value)))
            if record is not None:
                dialog.close()
                view.show(record.id)

        with ui.element("div").classes("row"):
            button("Paint the grid", paint, "grid_view", strong=True)
            button("Cancel", dialog.close)
    dialog.on("hide", dialog.delete)
    dialog.open()


class _Axis:
    """A setting that varies, and its values."""

    def __init__(self, names: dict[str, str], recipe: str, chosen: str):
        self._recipe = recipe
        with ui.element("div").classes("axis"):
            self._name = ui.select(names, value=chosen, on_change=self._fill)
            self._name.props("dense outlined options-dense")
            self._values = ui.input().props("dense outlined")
        set_label(self._name, "What varies")
        set_label(self._values, "Its values, with commas between them")
        self._fill()

    def _fill(self) -> None:
        name = self._name.value
        self._values.set_visibility(bool(name))
        self._values.set_value(",".join(own_values(name, self._recipe)) if name else "")

    @property
    def text(self) -> str:
        """The axis as `impasto explore --vary` takes it; empty where nothing varies."""
        name, values = self._name.value, (self._values.value or "").strip()
        return "" if not name else f"{name}={values}" if values else name


def _whole(value: float | None) -> int:
    if value is None or value != int(value):
        raise SettingsError(f"size is a whole number of pixels, got {value}")
    return int(value)
