"""The knobs of the next painting, and the buttons that paint it, or a grid in which one or two settings vary."""

from functools import partial

from nicegui import ui

from impasto.errors import SettingsError
from impasto.explore.grid import own_values
from impasto.settings import EXPLORE_SIZE, GROUPS, SCHEMA, Settings
from impasto.settings.values import bytes_text
from impasto.studio.page.knob import Knob, label_of
from impasto.studio.page.parts import button, folded, heading, set_label
from impasto.studio.page.pictures import paint
from impasto.studio.page.view import View, trying
from impasto.ui.progress import duration

IN_FRONT = ("recipe", "strength", "style_scale", "colour", "size", "steps")
NOT_HERE = ("bits", "weights")
"""A download says how many bits; files of this machine are named on the command line."""
_NONE = ""


def draw_knobs(view: View) -> None:
    """Draw the knobs, and the buttons below them."""
    desk = view.atelier.desk
    rows = Settings.schema()
    knobs: dict[str, Knob] = {}

    def draw_more() -> None:
        for group in GROUPS:
            others = [row for row in rows if row.group == group and row.name not in (*IN_FRONT, *NOT_HERE)]
            if others:
                heading(group)
            for row in others:
                knobs[row.name] = Knob(row, desk.turn)

    def draw() -> None:
        settings, named = desk.settings, desk.contents.named
        for name, knob in knobs.items():
            knob.show(getattr(settings, name), name in named)

    with ui.element("div").classes("scroll"):
        heading("Next painting")
        for name in IN_FRONT:
            knobs[name] = Knob(SCHEMA[name], desk.turn, resettable=name != "recipe")
        folded(draw_more, draw)

    view.watch(lambda: desk.version, draw)
    _draw_paint(view)


def _draw_paint(view: View) -> None:
    look, desk = view.atelier.look, view.atelier.desk
    with ui.element("div").classes("foot"):
        forecast = ui.label().classes("hint")
        with ui.element("div").classes("row"):
            ask = partial(trying, _open_explore, view)
            explore = button("Explore", ask, "grid_view", tip="A grid of small pictures")
            made = button("Paint", lambda: paint(view), "brush", strong=True, tip="Paint at full size (p)")

    def draw() -> None:
        plan = look.plan
        if look.problem:
            text = ""
        elif look.plan_problem:
            text = look.plan_problem
        elif not desk.settings.paints:
            text = "recoloured within seconds: nothing is painted"
        elif plan is None:
            text = "computing time and memory …"
        else:
            height, width = plan.scales[-1].scale.size
            about = f"about {duration(plan.seconds)}, " if plan.seconds is not None else ""
            text = ". ".join([f"{width} × {height}: {about}{bytes_text(plan.peak)} of memory", *plan.notes()])
        forecast.set_text(text)
        for one in (explore, made):
            one.set_enabled(not look.problem)

    view.watch(lambda: (look.problem, look.plan_problem, id(look.plan), desk.version), draw)


def _open_explore(view: View) -> None:
    """Ask what varies, and how large. Raises SettingsError: the desk is not ready for a painting."""
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
