"""One mask that is brushed: its tab, its brush, and the files that it is loaded from and saved to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from impasto.errors import ImpastoError
from impasto.studio.components import MaskBrush
from impasto.studio.components.mask_brush import LARGEST_SIDE
from impasto.studio.library import Source
from impasto.studio.page.parts import button
from impasto.studio.page.view import View, say
from impasto.studio.regions import is_empty
from impasto.studio.routes import source_url

LARGEST_MASK = 64_000_000  # bytes of a PNG that is loaded


@dataclass
class Sheet:
    """One mask that can be brushed. take: lays what was brushed, a PNG, on the desk, in a thread of its own."""

    title: str
    name: str
    brush: MaskBrush
    take: Callable[[bytes], None]
    changed: bool = False


def brush_over(under: Source, **more: Any) -> MaskBrush:
    """A brush over a picture of the library. more: arguments of `MaskBrush`."""
    scale = min(1.0, LARGEST_SIDE / max(under.width, under.height))
    width, height = round(under.width * scale), round(under.height * scale)
    return MaskBrush(source_url(under.key), width, height, label=f"Brush over {under.name}", **more)


def draw_files(sheet: Sheet, load: Callable[[bytes], Awaitable[None]]) -> None:
    """Load from a PNG file, and save as one. load: raises ImpastoError for a file that is no such mask."""

    async def loaded(event: Any) -> None:
        try:
            await load(await event.file.read())
            sheet.changed = True
        except ImpastoError as error:
            say(f"{event.file.name}: {error}", good=False)

    async def save() -> None:
        png = await fetched(sheet)
        if png is not None:
            ui.download.content(png, sheet.name, "image/png")

    with ui.element("div").classes("row"):
        picker = ui.upload(on_upload=loaded, auto_upload=True, max_file_size=LARGEST_MASK)
        picker.props("accept=.png").classes("hidden")
        button("Load a PNG", lambda: picker.run_method("pickFiles"), "upload_file")
        button("Save as PNG", save, "download")


async def fetched(sheet: Sheet) -> bytes | None:
    """The brushed mask, as a PNG; None, and a message, where the page does not answer."""
    try:
        return await sheet.brush.mask()
    except (TimeoutError, RuntimeError) as error:
        say(f"{sheet.title}: {error}", good=False)
        return None


def saved_mask(view: View, png: bytes, name: str, role: str) -> Source | None:
    """The mask in the library; None for an empty one. Raises PictureError, OutputError."""
    return None if is_empty(png) else view.atelier.library.add_bytes(png, name, role)
