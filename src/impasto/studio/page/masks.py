"""Masks brushed by hand: what stays as photographed, where each style goes, which part of a painting counts."""

from collections.abc import Callable

from nicegui import run, ui

from impasto.errors import ImpastoError, SettingsError
from impasto.studio.desk import PART, PROTECT
from impasto.studio.library import Source
from impasto.studio.page.mask_sheets import (
    TITLE,
    Regions,
    Sheet,
    brush_over,
    draw_files,
    fetched,
    saved_mask,
)
from impasto.studio.page.parts import button
from impasto.studio.page.view import View, say, trying
from impasto.ui.guides import GUIDES

_WHAT = {guide.argument: guide.help.split(":")[0].split(";")[0] for guide in GUIDES}
"""The meaning of each mask; the look of its file is of no matter to who brushes it."""


def open_masks(view: View) -> None:
    """Open the brush over the photograph and the paintings. Raises SettingsError: there is no photograph yet."""
    now = view.atelier.desk.contents
    if now.photograph is None:
        raise SettingsError("there is no photograph to brush over yet: drop one first")
    sheets: list[Sheet] = []
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


def _protect(view: View, tabs: ui.tabs, photograph: Source) -> Sheet:
    desk = view.atelier.desk

    def take(png: bytes) -> None:
        desk.mask(PROTECT, saved_mask(view, png, "protect.png", "protect mask"))

    before, help = desk.contents.protect, f"{_WHAT['protect']}."
    return _sheet(view, tabs, "Protect", "protect.png", help, photograph, before, take)


def _part(view: View, tabs: ui.tabs, source: Source) -> Sheet:
    desk, name = view.atelier.desk, f"part-of-{source.stem}.png"

    def take(png: bytes) -> None:
        desk.mask(PART, saved_mask(view, png, name, "style mask"), source.key)

    before, help = desk.contents.parts.get(source.key), f"{_WHAT['style_masks']}."
    return _sheet(view, tabs, f"Part of {source.name}", name, help, source, before, take)


def _regions(view: View, tabs: ui.tabs, photograph: Source) -> Sheet:
    with tabs:
        ui.tab(TITLE)
    with ui.tab_panel(TITLE).classes("brushing-panel"):
        return Regions(view, photograph, f"{_WHAT['masks']}: choose a painting, and brush its region.").sheet


def _sheet(
    view: View,
    tabs: ui.tabs,
    title: str,
    name: str,
    help: str,
    under: Source,
    before: Source | None,
    take: Callable[[bytes], None],
) -> Sheet:
    with tabs:
        ui.tab(title)
    with ui.tab_panel(title).classes("brushing-panel"):
        ui.label(help).classes("hint")
        brush = brush_over(under)
        if before is not None:
            trying(lambda: brush.load(view.atelier.library.file(before).read_bytes()))
        sheet = Sheet(title, name, brush, take)
        brush.on("changed", lambda: setattr(sheet, "changed", True))

        async def load(png: bytes) -> None:
            brush.load(png)

        draw_files(sheet, load)
    return sheet


async def _take(view: View, sheets: list[Sheet], dialog: ui.dialog) -> None:
    for sheet in sheets:
        if not sheet.changed:
            continue
        png = await fetched(sheet)
        if png is None:
            return
        try:
            await run.io_bound(sheet.take, png)
        except ImpastoError as error:
            say(str(error), good=False)
            return
    dialog.close()
