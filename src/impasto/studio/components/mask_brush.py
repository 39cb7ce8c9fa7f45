"""A brush over a picture, which paints masks and maps of regions."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from nicegui import core
from nicegui.element import Element
from nicegui.events import GenericEventArguments, Handler, UiEventArguments, handle_event

from impasto.studio.components.mask_file import MaskPixels, checked_color, decode_png
from impasto.studio.components.mask_transfer import MaskTransfer

Tool = Literal["add", "erase"]

LARGEST_SIDE = 8192
"""Pixels of the longer side of a mask."""
REST = 0.7
"""Seconds without a change after which a mask is handed to `on_rest`."""


@dataclass
class MaskChange(UiEventArguments):
    """The mask has changed: a stroke has ended, or it was undone, redone, filled, inverted, cleared or loaded."""

    can_undo: bool
    can_redo: bool


class MaskBrush(Element, component="mask_brush.js", esm={"impasto-components": "shared"}):
    """A brush over a picture, exact at the picture's own resolution, whatever the zoom.

    It paints a grey mask, as `--mask`, `--style-mask` and `--protect` take it, or, where `value` is a colour, a map of
    regions, as `--regions` and `--style-regions` do. Strokes of a map have hard edges, so that no colour is mixed.
    The mask is shown as a translucent veil; in a map, the base colour is left clear.

    The wheel zooms about its place; space and dragging, the middle button or two fingers pan. Keys, when it has the
    focus: [ ] size, { } softness, b paint, e erase, z undo, shift + z redo, + - 0 1 and arrows as in `PictureView`.
    A pen paints as widely as it is pressed, and erases with its other end; once a pen was seen, one finger pans.

    The mask lives in the browser until `mask` fetches it, and goes with the page: keep what `on_rest` is given, and
    `load` it into the next page. Taking the element off the page and putting it back, as tabs do, keeps it.

    Masks go over HTTP and not over the page's websocket: `mask_transfer.py` says why.

    Events: `settings`, with those of tool, size and softness that were changed on the page.

    picture_url: what lies under the veil; it may be smaller than the mask.
    width, height: of the mask in pixels, the photograph's own; up to LARGEST_SIDE.
    value: what the brush leaves: a grey value from 0 to 255, or the colour of a region as "#rrggbb".
    base: of a map, the colour where nothing was painted.
    veil: colour in which a grey mask is shown.
    toolbar: whether the element has tools of its own below the picture.
    label: what it is, for screen readers.
    on_change: called with a `MaskChange`, at once.
    on_rest: called with the mask as PNG, when the painter has paused for REST seconds after a change.
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
        veil: str = "#e5383b",
        toolbar: bool = True,
        label: str = "Mask brush",
        on_change: Handler[MaskChange] | None = None,
        on_rest: Callable[[bytes], object] | None = None,
    ):
        if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
            raise ValueError(f"a mask has 1 to {LARGEST_SIDE} pixels on a side; got {width} x {height}")
        super().__init__()
        self._height, self._width = height, width
        self._base = checked_color(base)
        self._transfer = MaskTransfer(height, width)
        self._ready = self._touched = False
        self._held: list[tuple[str, list[Any]]] = []
        self._on_change, self._on_rest = on_change, on_rest
        self._changes = 0
        size = max(1, round(max(width, height) / 16))
        settings = {"tool": "add", "size": size, "softness": 0.0, "value": _checked_value(value)}
        with self.props.suspend_updates():
            self.props.update(
                picture=picture_url,
                url=self._transfer.url,
                width=width,
                height=height,
                base=self._base,
                veil=checked_color(veil),
                toolbar=toolbar,
                label=label,
                settings=settings,
                revision=0,
                number=0,
            )
        self.on("ready", self._is_ready)
        self.on("changed", self._changed)
        self.on("settings", self._chosen)

    @property
    def tool(self) -> Tool:
        """Whether a stroke paints `value` ("add") or takes away ("erase"): black, or in a map the base colour."""
        tool: Tool = self.props["settings"]["tool"]
        return tool

    @tool.setter
    def tool(self, tool: Tool) -> None:
        if tool not in ("add", "erase"):
            raise ValueError(f"the tool is 'add' or 'erase'; got {tool!r}")
        self._set(tool=tool)

    @property
    def size(self) -> float:
        """Diameter of the brush in pixels of the mask, from 1."""
        return float(self.props["settings"]["size"])

    @size.setter
    def size(self, size: float) -> None:
        if not 1 <= size <= 2 * LARGEST_SIDE:
            raise ValueError(f"the brush has 1 to {2 * LARGEST_SIDE} pixels; got {size}")
        self._set(size=size)

    @property
    def softness(self) -> float:
        """The part of the brush's radius over which it fades out, from 0 to 1; of no effect in a map."""
        return float(self.props["settings"]["softness"])

    @softness.setter
    def softness(self, softness: float) -> None:
        if not 0 <= softness <= 1:
            raise ValueError(f"softness lies between 0 and 1; got {softness}")
        self._set(softness=softness)

    @property
    def value(self) -> int | str:
        """The value that the brush paints: a grey value from 0 to 255, or the colour of a region as "#rrggbb".

        A mask that was painted on stays what it is: a ValueError is raised for the other kind of value.
        """
        value: int | str = self.props["settings"]["value"]
        return value

    @value.setter
    def value(self, value: int | str) -> None:
        value = _checked_value(value)
        if self._touched and isinstance(value, str) != self.is_map:
            kind = (
                "a map of regions: its value is a colour"
                if self.is_map
                else "a grey mask: its value is 0 to 255"
            )
            raise ValueError(f"this brush paints {kind}; got {value!r}")
        self._set(value=value)

    @property
    def is_map(self) -> bool:
        """Whether it paints a map of regions, and not a grey mask."""
        return isinstance(self.value, str)

    def undo(self) -> None:
        """Take the last change back; at least 50 strokes are kept."""
        self._command("undo")

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._command("redo")

    def fill(self) -> None:
        """Give every pixel the brush's value."""
        self._command("fill")

    def invert(self) -> None:
        """Make black white and white black; in a map, exchange the brush's colour and the base colour."""
        self._command("invert")

    def clear(self) -> None:  # type: ignore[override]
        """Take everything away: black, or in a map the base colour."""
        self._command("clear")

    def fit(self) -> None:
        """Show the whole picture."""
        self.run_method("fit")

    def load(self, png: bytes) -> None:
        """Put a mask, or a map of regions, in the place of what is there; this can be undone.

        png: a PNG file of the picture's shape, of any size and depth.
        Raises PictureError: it is no mask, or map, of this picture.
        """
        self._transfer.offer(decode_png(png, (self._height, self._width), regions=self.is_map))
        self._touched = True
        self.props["number"] += 1

    async def mask(self) -> bytes:
        """The mask as a PNG of the picture's own size: 8-bit grey, or for a map of regions RGB in its exact colours.

        Raises TimeoutError: the page was closed, or did not answer within a minute.
        """
        if not self._ready and not self._held:  # never shown: as it was loaded, or empty
            blank = np.zeros((self._height, self._width), np.uint8)
            return await self._transfer.offered(MaskPixels(blank, (self._base,) if self.is_map else ()))
        return await self._transfer.ask(lambda request: self._command("send", request, self.props["number"]))

    def _set(self, **settings: Any) -> None:
        with self.props.suspend_updates():
            self.props["settings"].update(settings)
            self.props["revision"] += 1
        self.update()

    def _command(self, name: str, *args: Any) -> None:
        """Have the mask in the browser do something, as soon as there is one."""
        if name != "send":
            self._touched = True
        if not self._ready:
            self._held.append((name, list(args)))
            return
        detail = json.dumps({"url": self._transfer.url, "command": name, "args": args})
        self.client.run_javascript(
            f"window.dispatchEvent(new CustomEvent('impasto-mask', {{detail: {detail}}}))"
        )

    def _is_ready(self) -> None:
        self._ready = True
        held, self._held = self._held, []
        for name, args in held:
            self._command(name, *args)

    async def _changed(self, event: GenericEventArguments) -> None:
        self._touched = True
        self._changes += 1
        can_undo, can_redo = bool(event.args["canUndo"]), bool(event.args["canRedo"])
        handle_event(
            self._on_change, MaskChange(sender=self, client=self.client, can_undo=can_undo, can_redo=can_redo)
        )
        if self._on_rest:
            await self._rest(self._on_rest)

    async def _rest(self, handler: Callable[[bytes], object]) -> None:
        change = self._changes
        await asyncio.sleep(REST)
        if change != self._changes or self.is_deleted:
            return  # the next change waits for its own rest
        try:
            png = await self.mask()
        except TimeoutError:
            return  # the page was closed
        answer = handler(png)
        if isinstance(answer, Awaitable):
            await answer

    def _chosen(self, event: GenericEventArguments) -> None:
        """The painter has changed the brush on the page, which knows it already."""
        with self.props.suspend_updates():
            self.props["settings"].update(
                {key: event.args[key] for key in ("tool", "size", "softness") if key in event.args}
            )

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
