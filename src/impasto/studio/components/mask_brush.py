"""A brush over a picture, which paints masks and maps of regions."""

import json
from typing import Any

import numpy as np
from nicegui import core
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from impasto.studio.components.mask_transfer import MaskTransfer
from impasto.studio.mask_file import MaskPixels, checked_color, decode_png

LARGEST_SIDE = 8192
"""Pixels of the longer side of a mask."""


class MaskBrush(Element, component="mask_brush.js", esm={"impasto-components": "shared"}):
    """A brush over a picture, exact at the picture's own resolution, whatever the zoom.

    It paints a grey mask, as `--mask`, `--style-mask` and `--protect` take it, or, where `value` is a colour, a map of
    regions, as `--regions` and `--style-regions` do. Strokes of a map have hard edges, so that no colour is mixed.
    The mask is shown as a translucent veil; in a map, the base colour is left clear.

    The wheel zooms about its place; space and dragging, the middle button or two fingers pan. Keys, when it has the
    focus: [ ] size, { } softness, b paint, e erase, z undo, shift + z redo, + - 0 1 and arrows as in `PictureView`.
    A pen paints as widely as it is pressed, and erases with its other end; once a pen was seen, one finger pans.

    The mask lives in the browser until `mask` fetches it, and goes with the page. Taking the element off the page and
    putting it back, as tabs do, leaves the mask as it is. `mask_transfer.py` says how a mask travels.

    Events: `changed`, with canUndo and canRedo, after every stroke, undo, redo, fill, inversion, clearing and loading;
    `settings`, with those of tool, size and softness that were changed on the page.

    picture_url: what lies under the veil; it may be smaller than the mask.
    width, height: of the mask in pixels, the photograph's own; up to LARGEST_SIDE.
    value: what the brush leaves: a grey value from 0 to 255, or the colour of a region as "#rrggbb".
    base: of a map, the colour where nothing was painted.
    toolbar: whether the element has tools of its own below the picture.
    label: what it is, for screen readers.
    Raises ValueError: a value is out of its range.
    """

    def __init__(
        self,
        picture_url: str,
        width: int,
        height: int,
        *,
        value: int | str = 255,
        base: str = "#000000",
        toolbar: bool = True,
        label: str = "Mask brush",
    ):
        if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
            raise ValueError(f"a mask has 1 to {LARGEST_SIDE} pixels on a side; got {width} x {height}")
        super().__init__()
        self._height, self._width = height, width
        self._base, self._is_map = checked_color(base), isinstance(value, str)
        self._transfer = MaskTransfer(height, width)
        self._ready = False
        size = max(1, round(max(width, height) / 16))
        settings = {"tool": "add", "size": size, "softness": 0.0, "value": _checked_value(value)}
        with self.props.suspend_updates():
            self.props.update(
                picture=picture_url,
                url=self._transfer.url,
                width=width,
                height=height,
                base=self._base,
                toolbar=toolbar,
                label=label,
                settings=settings,
                revision=0,
                number=0,
            )
        self.on("ready", self._is_ready)
        self.on("settings", self._chosen)

    def choose(self, **settings: Any) -> None:
        """Choose what strokes do.

        settings: tool, "add" or "erase", which leaves black, or in a map the base colour; value, of the kind that it
            had at the beginning; size, the diameter in pixels of the mask; softness, the part of the radius, from 0 to
            1, over which a stroke fades out, of no effect in a map.
        """
        with self.props.suspend_updates():
            self.props["settings"].update(settings)
            self.props["revision"] += 1
        self.update()

    def load(self, png: bytes) -> None:
        """Put a mask, or a map of regions, in the place of what is there; this can be undone.

        png: a PNG file of the picture's shape, of any size and depth.
        Raises PictureError: it is no mask, or map, of this picture.
        """
        self._transfer.offer(decode_png(png, (self._height, self._width), regions=self._is_map))
        self.props["number"] += 1

    async def mask(self) -> bytes:
        """The mask as a PNG of the picture's own size: 8-bit grey, or for a map of regions RGB in its exact colours.

        Raises TimeoutError: the page was closed, or did not answer within a minute.
        """
        if not self._ready:  # never shown: as it was loaded, or empty
            blank = np.zeros((self._height, self._width), np.uint8)
            return await self._transfer.offered(MaskPixels(blank, (self._base,) if self._is_map else ()))
        return await self._transfer.ask(lambda request: self._command("send", request, self.props["number"]))

    def _command(self, name: str, *args: Any) -> None:
        """Have the mask in the browser do something; see `mask.js`."""
        detail = json.dumps({"url": self._transfer.url, "command": name, "args": args})
        event = f"new CustomEvent('impasto-mask', {{detail: {detail}}})"
        self.client.run_javascript(f"window.dispatchEvent({event})")

    def _is_ready(self) -> None:
        self._ready = True

    def _chosen(self, event: GenericEventArguments) -> None:
        """The painter has changed the brush on the page, which knows it already."""
        with self.props.suspend_updates():
            self.props["settings"].update(event.args)

    def _handle_delete(self) -> None:
        self._transfer.close()
        ends = core.loop is None or core.loop.is_closed()  # the program, and the page with it
        if self._ready and not self.client.is_deleted and not ends:
            self._command("forget")
        super()._handle_delete()


def _checked_value(value: int | str) -> int | str:
    if isinstance(value, str):
        return checked_color(value)
    if isinstance(value, bool) or not 0 <= value <= 255 or value != int(value):
        raise ValueError(f"a grey value is a whole number from 0 to 255; got {value!r}")
    return int(value)
