"""The page as a whole: its header, the pictures, the canvas, the knobs and the gallery, and the keys."""

import logging
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui

from impasto.studio.atelier import Atelier
from impasto.studio.page.canvas import draw_canvas
from impasto.studio.page.gallery import draw_gallery
from impasto.studio.page.knobs import draw_knobs
from impasto.studio.page.live import draw_live
from impasto.studio.page.masks import open_masks
from impasto.studio.page.parts import tool
from impasto.studio.page.pictures import draw_pictures, paint
from impasto.studio.page.view import DESK, View, say, trying

STATIC = Path(__file__).parent.parent / "static"
REFRESH_SECONDS = 0.1
_RECONNECT_SECONDS = 30.0
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


def add_page(app: FastAPI, atelier: Atelier) -> None:
    """Serve the page at "/", with NiceGUI's own files; nothing comes from elsewhere."""
    nicegui_app.add_static_files("/studio/static", STATIC)
    # Pages that are open when the studio closes take a while to be gone, which is nothing to tell of.
    nicegui_app.on_shutdown(lambda: logging.getLogger("nicegui").setLevel(logging.CRITICAL))

    @ui.page("/")
    def page() -> None:
        draw_page(atelier)

    ui.run_with(
        app,
        title="impasto studio",
        favicon=STATIC / "favicon.svg",
        dark=None,
        reconnect_timeout=_RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
        binding_refresh_interval=None,
    )


def draw_page(atelier: Atelier) -> None:
    """Draw the page in one window."""
    view = View(atelier)
    if atelier.queue.work is not None:
        view.subject = atelier.queue.work.record.id
    version = int(max(one.stat().st_mtime for one in STATIC.iterdir()))
    ui.add_head_html(f'<link rel="stylesheet" href="/studio/static/theme.css?v={version}">')
    ui.add_head_html(f'<script defer src="/studio/static/studio.js?v={version}"></script>')
    ui.colors(primary="#b4532a", secondary="#4f7d73", accent="#b4532a", negative="#a8323e", info="#3b3a36")
    with ui.element("div").classes("room"):
        _draw_header(view)
        with ui.element("section").classes("pane pictures").props('aria-label="Pictures"'):
            draw_pictures(view)
        with ui.element("main").classes("stage").props('aria-label="Canvas"'):
            draw_canvas(view)
        with ui.element("section").classes("pane knobs").props('aria-label="Knobs"'):
            _draw_side(view)
        with ui.element("section").classes("pane gallery").props('aria-label="Gallery"'):
            draw_gallery(view)
        _draw_tabs()
    _listen(view)
    ui.on("studio_line", lambda event: say(str(event.args["line"]), bool(event.args["good"])))
    ui.timer(REFRESH_SECONDS, view.refresh)


def _draw_side(view: View) -> None:
    """The knobs of the desk, or those of a painting that is being painted or has been."""
    desk, live = ui.element("div").classes("side"), ui.element("div").classes("side")
    with desk:
        draw_knobs(view)
    with live:
        draw_live(view)

    def turn() -> None:
        desk.set_visibility(view.subject == DESK)
        live.set_visibility(view.subject != DESK)

    view.watch(lambda: view.subject, turn)


def _draw_tabs() -> None:
    with ui.element("nav").classes("tabs").props('aria-label="Regions"'):
        for name, icon in (("pictures", "image"), ("knobs", "tune"), ("gallery", "collections")):
            pressed = "true" if name == "knobs" else "false"
            with ui.element("button").props(f"type=button data-show={name} aria-pressed={pressed}"):
                ui.icon(icon)
                ui.label(name.capitalize())


def _listen(view: View) -> None:
    """Let the keys act."""

    def heard(event: Any) -> None:
        key = event.args["key"]
        if key == "space" and view.atelier.queue.work is not None:
            view.atelier.queue.work.toggle()
        elif key == "z" and view.subject == DESK:
            view.atelier.desk.undo()
        elif key == "b" and view.subject == DESK:
            trying(open_masks, view)
        elif key == "p" and view.subject == DESK:
            paint(view)
        elif key in ("ArrowLeft", "ArrowRight"):
            view.before = key == "ArrowRight"
        view.refresh()

    ui.on("studio_key", heard)


def _draw_header(view: View) -> None:
    """Draw the line at the top: the name, what is wrong, the keys, light or dark."""
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
