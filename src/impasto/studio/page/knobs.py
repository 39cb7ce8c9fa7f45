"""The knobs of the next painting, and the button that paints it, with what it will take."""

from functools import partial

from nicegui import ui

from impasto.settings import GROUPS, SCHEMA, Settings
from impasto.settings.amounts import bytes_text
from impasto.studio.page.explore import open_explore
from impasto.studio.page.knob import Knob
from impasto.studio.page.parts import button, folded, heading
from impasto.studio.page.pictures import paint
from impasto.studio.page.view import View, trying
from impasto.ui.progress import duration

IN_FRONT = ("recipe", "strength", "style_scale", "colour", "size", "steps")
NOT_HERE = ("bits", "weights")
"""A download says how many bits; files of this machine are named on the command line."""


def draw_knobs(view: View) -> None:
    """The region."""
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
            ask = partial(trying, partial(open_explore, view))
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
