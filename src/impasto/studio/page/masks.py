"""Masks brushed by hand: what stays as photographed, where each style goes, which part of a painting counts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import run, ui

from impasto.errors import ImpastoError, SettingsError
from impasto.faces.guides import GUIDES
from impasto.studio.components import MaskBrush
from impasto.studio.components.mask_brush import LARGEST_SIDE
from impasto.studio.desk import PART, PROTECT, REGION
from impasto.studio.library import Source
from impasto.studio.page.parts import button
from impasto.studio.page.view import View, say, trying
from impasto.studio.regions import BASE, color_of, is_empty, map_of, masks_of
from impasto.studio.routes import source_url

_HELP = {guide.argument: guide.help for guide in GUIDES}
LARGEST_MASK = 64_000_000
"""Bytes of a PNG that is loaded."""


@dataclass
class _Sheet:
    """One mask that can be brushed. take: lays what was brushed on the desk."""

    title: str
    name: str
    brush: MaskBrush
    take: Callable[[bytes], None]
    changed: bool = False


def open_masks(view: View) -> None:
    """Open the brush over the photograph and the paintings. Raises SettingsError: there is no photograph yet."""
    now = view.atelier.desk.contents
    if now.photograph is None:
        raise SettingsError("there is no photograph to brush over yet: drop one first")
    sheets: list[_Sheet] = []
    with ui.dialog().props("maximized no-esc-dismiss") as dialog, ui.card().classes("brushing"):
        with ui.element("div").classes("brushing-top"):
            tabs = ui.tabs().props("dense no-caps align=left inline-label")
            ui.space()
            button("Cancel", dialog.close)
            done = button("Done", lambda: _take(view, sheets, dialog), "check", strong=True)
        with ui.tab_panels(tabs).classes("brushing-panels").props("keep-alive") as panels:
            sheets.append(_protect(view, tabs, now.photograph))
            if now.styles:
                sheets.append(_regions(view, tabs, now.photograph))
            for source, _ in now.styles:
                sheets.append(_part(view, tabs, source))
    panels.set_value(sheets[0].title)
    done.props('aria-label="Take these masks"')
    dialog.on("hide", dialog.delete)
    dialog.open()


def _protect(view: View, tabs: ui.tabs, photograph: Source) -> _Sheet:
    desk = view.atelier.desk

    def take(png: bytes) -> None:
        desk.mask(PROTECT, _kept(view, png, "protect.png", "protect mask"))

    return _sheet(
        view, tabs, "Protect", "protect.png", _HELP["protect"], photograph, desk.contents.protect, take
    )


def _part(view: View, tabs: ui.tabs, source: Source) -> _Sheet:
    desk = view.atelier.desk

    def take(png: bytes) -> None:
        desk.mask(PART, _kept(view, png, f"part-of-{source.stem}.png", "style mask"), source.key)

    before = desk.contents.parts.get(source.key)
    name = f"part-of-{source.stem}.png"
    return _sheet(view, tabs, f"Part of {source.name}", name, _HELP["style_masks"], source, before, take)


def _regions(view: View, tabs: ui.tabs, photograph: Source) -> _Sheet:
    desk = view.atelier.desk
    styles = [source for source, _ in desk.contents.styles]

    def take(png: bytes) -> None:
        for source, mask in zip(styles, masks_of(png, len(styles)), strict=True):
            name = f"region-of-{source.stem}.png"
            desk.mask(REGION, None if mask is None else _kept(view, mask, name, "mask"), source.key)

    sheet: _Sheet
    title = "Regions"
    with tabs:
        ui.tab(title)
    with ui.tab_panel(title).classes("brushing-panel"):
        ui.label(_HELP["masks"]).classes("hint")
        with ui.element("div").classes("row"):
            for number, source in enumerate(styles):
                chip = ui.element("button").classes("chip").props("type=button")
                chip.style(f"--chip: {color_of(number)}")
                with chip:
                    ui.label(source.name)
                chip.on("click", partial(_choose, lambda: sheet.brush, color_of(number)))
        brush = _brush(photograph, value=color_of(0), base=BASE)
        masks = {
            number: view.atelier.library.file(desk.contents.regions[source.key])
            for number, source in enumerate(styles)
            if source.key in desk.contents.regions
        }
        if masks:
            trying(lambda: brush.load(map_of(masks, (photograph.width, photograph.height))))
        sheet = _Sheet(title, "regions.png", brush, take)
        brush.on("changed", lambda: setattr(sheet, "changed", True))
        _files(sheet)
    return sheet


def _sheet(
    view: View,
    tabs: ui.tabs,
    title: str,
    name: str,
    help: str,
    under: Source,
    before: Source | None,
    take: Callable[[bytes], None],
) -> _Sheet:
    with tabs:
        ui.tab(title)
    with ui.tab_panel(title).classes("brushing-panel"):
        ui.label(help).classes("hint")
        brush = _brush(under)
        if before is not None:
            trying(lambda: brush.load(view.atelier.library.file(before).read_bytes()))
        sheet = _Sheet(title, name, brush, take)
        brush.on("changed", lambda: setattr(sheet, "changed", True))
        _files(sheet)
    return sheet


def _brush(under: Source, **more: Any) -> MaskBrush:
    scale = min(1.0, LARGEST_SIDE / max(under.width, under.height))
    width, height = round(under.width * scale), round(under.height * scale)
    return MaskBrush(source_url(under.key), width, height, label=f"Brush over {under.name}", **more)


def _choose(brush: Callable[[], MaskBrush], color: str) -> None:
    brush().value = color
    brush().tool = "add"


def _files(sheet: _Sheet) -> None:
    """Load from a PNG file, and save as one."""

    async def load(event: Any) -> None:
        try:
            sheet.brush.load(await event.file.read())
            sheet.changed = True
        except ImpastoError as error:
            say(str(error), good=False)

    async def save() -> None:
        png = await _fetched(sheet)
        if png is not None:
            ui.download.content(png, sheet.name, "image/png")

    with ui.element("div").classes("row"):
        picker = ui.upload(on_upload=load, auto_upload=True, max_file_size=LARGEST_MASK).props("accept=.png")
        picker.classes("hidden")
        button("Load a PNG", lambda: picker.run_method("pickFiles"), "upload_file")
        button("Save as PNG", save, "download")


async def _take(view: View, sheets: list[_Sheet], dialog: ui.dialog) -> None:
    for sheet in sheets:
        if not sheet.changed:
            continue
        png = await _fetched(sheet)
        if png is None:
            return
        try:
            await run.io_bound(sheet.take, png)
        except ImpastoError as error:
            say(str(error), good=False)
            return
    view.atelier.changed()
    dialog.close()


async def _fetched(sheet: _Sheet) -> bytes | None:
    try:
        return await sheet.brush.mask()
    except (TimeoutError, RuntimeError) as error:
        say(f"{sheet.title}: {error}", good=False)
        return None


def _kept(view: View, png: bytes, name: str, role: str) -> Source | None:
    return None if is_empty(png) else view.atelier.library.add_bytes(png, name, role)
