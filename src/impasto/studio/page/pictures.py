"""The photograph and the paintings: dropped, pasted or chosen, with their masks and weights."""

from collections.abc import Hashable
from functools import partial

from nicegui import ui

from impasto.studio.desk import Contents
from impasto.studio.library import Source
from impasto.studio.page.masks import open_masks
from impasto.studio.page.parts import button, heading, img, set_img, set_label, tool
from impasto.studio.page.view import DESK, View, say, trying
from impasto.studio.routes import source_url
from impasto.studio.uploads import PAINTING, PHOTOGRAPH, SETTINGS


def draw_pictures(view: View) -> None:
    """Draw the pictures; again when others lie on the desk."""
    holder = ui.element("div").classes("stack")

    def draw() -> None:
        holder.clear()
        with holder:
            _draw(view, view.atelier.desk.contents)
        if view.atelier.desk.contents.photograph is None:
            ui.run_javascript("window.studioBegins?.()")

    def seen() -> Hashable:
        now = view.atelier.desk.contents
        masks = now.protect, tuple(now.regions.items()), tuple(now.parts.items())
        return now.photograph, tuple(now.styles), now.start, *masks

    view.watch(seen, draw)


def paint(view: View) -> None:
    """Paint what lies on the desk, and look at it."""
    at_once = view.atelier.queue.work is None and not view.atelier.queue.waiting()
    record = trying(view.atelier.paint)
    if record is None:
        return
    if at_once:
        view.show(record.id)
    else:
        say(f"{record.title} waits for its turn")


def _draw(view: View, now: Contents) -> None:
    heading("Photograph")
    if now.photograph is None:
        _drop_zone("Drop, paste or choose a photograph", PHOTOGRAPH)
    else:
        _card(view, now.photograph, PHOTOGRAPH)
        if now.start is not None:
            with ui.element("div").classes("row"):
                ui.label(f"Starts from {now.start.name}").classes("hint")
                desk = view.atelier.desk
                tool("close", "Start from the photograph again", lambda: desk.start_from(None))
    heading("Paintings")
    for source, weight in now.styles:
        _card(view, source, PAINTING)
        if len(now.styles) > 1:
            _weight(view, source, weight)
    _drop_zone("Add a painting" if now.styles else "Drop, paste or choose a painting", PAINTING)
    if now.photograph is None and not now.styles:
        button("Begin with the demo's pictures", partial(trying, view.atelier.lay_demo), "auto_awesome")
    with ui.element("div").classes("bottom"):
        if now.photograph is not None:
            brush = partial(trying, open_masks, view)
            button("Masks", brush, "brush", tip="Brush what goes where (b)")
        settings = ui.element("button").classes("drop small").props(f"type=button data-upload={SETTINGS}")
        set_label(settings, "Take the settings of a file or of a painted picture")
        with settings:
            ui.label("Settings of a painted picture or file …")


def _drop_zone(text: str, role: str) -> None:
    zone = ui.element("button").classes("drop").props(f"type=button data-upload={role}")
    set_label(zone, text)
    with zone:
        ui.icon("add_photo_alternate")
        ui.label(text)


def _card(view: View, source: Source, role: str) -> None:
    now = view.atelier.desk.contents
    with ui.element("figure").classes("card"):
        shown = img("thumb", source.name)
        set_img(shown, source_url(source.key, "thumb"))
        with ui.element("figcaption"):
            ui.label(source.name).classes("title")
            masked = (role == PHOTOGRAPH and (now.protect or now.regions)) or source.key in now.parts
            ui.label(f"{source.width} × {source.height}" + (" · masked" if masked else "")).classes("hint")
        with ui.element("div").classes("corner"):
            if role == PHOTOGRAPH:
                replace = tool("swap_horiz", f"Another photograph instead of {source.name}")
                replace._props["data-upload"] = PHOTOGRAPH
            else:
                tool("close", f"Take {source.name} away", partial(_take_away, view, source))


def _weight(view: View, source: Source, weight: float) -> None:
    with ui.element("div").classes("row"):
        ui.label("its weight").classes("hint")
        number = ui.number(value=weight, min=0, step=0.5, format="%.3g").props("dense outlined")
        set_label(number, f"What {source.name} counts beside the others")

    def weigh() -> None:
        if number.value is not None and number.value != weight:
            trying(view.atelier.desk.weigh, source.key, number.value)

    number.on("blur", weigh).on("keydown.enter", weigh)


def _take_away(view: View, source: Source) -> None:
    view.atelier.desk.remove_style(source.key)
    view.subject = DESK
