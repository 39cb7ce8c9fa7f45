"""The sheets that are brushed: one mask with its files, and the regions of several paintings."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import ui

from impasto.errors import ImpastoError, PictureError
from impasto.studio.components.mask_brush import LARGEST_SIDE, MaskBrush
from impasto.studio.desk import REGION
from impasto.studio.library import Source
from impasto.studio.mask_file import decode_png
from impasto.studio.page.parts import button, set_label
from impasto.studio.page.view import View, say, trying
from impasto.studio.regions import (
    BASE,
    color_of,
    in_own_colors,
    is_empty,
    is_soft,
    map_of,
    masks_of,
    with_region,
)
from impasto.studio.routes import source_url

TITLE = "Regions"
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


class Regions:
    """The map that is brushed, and the masks that it stands for.

    A mask that was laid or loaded stays as it is, soft edges too, as long as its region is not brushed over.
    """

    def __init__(self, view: View, photograph: Source, help: str):
        desk = view.atelier.desk
        self._view, self._photograph = view, photograph
        self.styles = [source for source, _ in desk.contents.styles]
        self._chosen = 0
        self._soft: dict[str, bool] = {}
        ui.label(help).classes("hint")
        with ui.element("div").classes("row"):
            self._chips = [self._chip(number, source) for number, source in enumerate(self.styles)]
        self._brush = brush_over(photograph, value=color_of(0), base=BASE)
        laid = desk.contents.regions
        self._whole = {i: laid[one.key] for i, one in enumerate(self.styles) if one.key in laid}
        self._drawn: list[bytes | None] = [None] * len(self.styles)
        self.sheet = Sheet(TITLE, "regions.png", self._brush, self._take)
        self._brush.on("changed", lambda: setattr(self.sheet, "changed", True))
        self._note = ui.label().classes("hint")
        if self._whole:
            trying(self._show_laid)
        draw_files(self.sheet, self._load)
        self._choose(0)
        self._tell()

    def _chip(self, number: int, source: Source) -> ui.element:
        chip = ui.element("button").classes("chip").props("type=button")
        chip.style(f"--chip: {color_of(number)}")
        set_label(chip, f"Brush the region of {source.name}")
        with chip:
            ui.label(source.name)
        return chip.on("click", partial(self._choose, number))

    def _choose(self, number: int) -> None:
        self._chosen = number
        for one, chip in enumerate(self._chips):
            chip.props(f"aria-pressed={'true' if one == number else 'false'}")
        self._brush.choose(value=color_of(number), tool="add")

    def _show_laid(self) -> None:
        files = {number: self._file(source) for number, source in self._whole.items()}
        drawn = map_of(files, (self._photograph.width, self._photograph.height))
        self._brush.load(drawn)
        self._drawn = masks_of(drawn, len(self.styles))

    def _file(self, source: Source) -> Path:
        return self._view.atelier.library.file(source)

    async def _load(self, png: bytes) -> None:
        """A map of regions; or a grey mask with soft edges, which becomes the region of the chosen painting."""
        try:
            drawn = await to_thread(in_own_colors, png, len(self.styles))
        except PictureError as no_map:
            await self._load_mask(png, no_map)
            return
        self._brush.load(drawn)
        self._whole.clear()
        self._tell()

    async def _load_mask(self, png: bytes, no_map: PictureError) -> None:
        number, size = self._chosen, (self._photograph.height, self._photograph.width)
        try:
            decode_png(png, size, regions=False)  # of the photograph's shape, and grey
        except PictureError:
            raise no_map from None
        if not is_soft(png):
            raise no_map
        before = await fetched(self.sheet)
        if before is None:
            return
        source = await to_thread(saved_mask, self._view, png, self._name(number), "mask")
        if source is None:
            raise no_map
        drawn = await to_thread(with_region, before, number, self._file(source))
        self._brush.load(drawn)
        was, now = [await to_thread(masks_of, one, len(self.styles)) for one in (before, drawn)]
        for one in self._whole:
            if was[one] == self._drawn[one]:  # nobody brushed over it
                self._drawn[one] = now[one]
        self._whole[number], self._drawn[number] = source, now[number]
        self._tell()

    def _name(self, number: int) -> str:
        return f"region-of-{self.styles[number].stem}.png"

    def _tell(self) -> None:
        soft = [self.styles[one].name for one, source in sorted(self._whole.items()) if self._is_soft(source)]
        stays = "Soft edges stay as they are; a region that you brush over gets hard edges."
        self._note.set_text(f"Soft: {', '.join(soft)}. {stays}" if soft else "")

    def _is_soft(self, source: Source) -> bool:
        """Looked at once, as it takes a moment."""
        if source.key not in self._soft:
            self._soft[source.key] = is_soft(self._file(source).read_bytes())
        return self._soft[source.key]

    def _take(self, png: bytes) -> None:
        desk = self._view.atelier.desk
        masks = masks_of(png, len(self.styles))
        for number, (source, mask) in enumerate(zip(self.styles, masks, strict=True)):
            if number in self._whole and mask == self._drawn[number]:
                made: Source | None = self._whole[number]
            else:
                made = None if mask is None else saved_mask(self._view, mask, self._name(number), "mask")
            desk.mask(REGION, made, source.key)
