"""A brush over a picture, which paints masks and maps of regions."""

import asyncio
import json
import re
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from fastapi import HTTPException, Request, Response
from nicegui import app, run
from nicegui.element import Element
from nicegui.events import GenericEventArguments, Handler, UiEventArguments, handle_event

from impasto.studio.components.mask_file import MaskPixels, decode_png, encode_png

Tool = Literal["add", "erase"]

LARGEST_SIDE = 8192
"""Pixels of the longer side of a mask."""
PATIENCE = 60.0
"""Seconds that the browser has to send a mask."""
_COLOR = re.compile(r"#[0-9a-f]{6}")


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
    A pen paints as widely as it is pressed; once a pen was seen, one finger pans.

    The mask lives in the browser until `mask` fetches it, and goes with the page: keep what `mask` returns, and `load`
    it into the next page. Taking the element off the page and putting it back, as tabs do, keeps it.

    Masks go over HTTP, on an address of their own that cannot be guessed, and not over the page's websocket: a message
    there may have a megabyte, a mask of a large photograph has up to 64, and less only where it compresses well.

    Events: `settings`, with those of tool, size and softness that were changed on the page.

    Args:
        picture_url: what lies under the veil; it may be smaller than the mask.
        width, height: of the mask in pixels, the photograph's own; up to LARGEST_SIDE.
        value: what the brush leaves: a grey value from 0 to 255, or the colour of a region as "#rrggbb".
        base: of a map, the colour where nothing was painted.
        veil: colour in which a grey mask is shown.
        toolbar: whether the element has tools of its own below the picture.
        label: what it is, for screen readers.
        on_change: called with a `MaskChange`.

    Raises:
        ValueError: a value is out of its range.
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
    ):
        if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
            raise ValueError(f"a mask has 1 to {LARGEST_SIDE} pixels on a side; got {width} x {height}")
        super().__init__()
        self._height, self._width = height, width
        self._base = _checked_color(base)
        self._url = f"/_impasto/masks/{secrets.token_urlsafe(16)}"
        self._requests: dict[str, asyncio.Future[bytes]] = {}
        self._packed: bytes | None = None
        self._palette: tuple[str, ...] = ()
        self._ready = self._touched = False
        self._held: list[tuple[str, list[Any]]] = []
        self._on_change = on_change
        size = max(1, round(max(width, height) / 16))
        settings = {"tool": "add", "size": size, "softness": 0.0, "value": _checked_value(value)}
        with self.props.suspend_updates():
            self.props.update(
                picture=picture_url,
                url=self._url,
                width=width,
                height=height,
                base=self._base,
                veil=_checked_color(veil),
                toolbar=toolbar,
                label=label,
                settings=settings,
                revision=0,
                number=0,
            )
        self._add_routes()
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
        """What the brush leaves: a grey value from 0 to 255, or the colour of a region as "#rrggbb".

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

    def set_picture(self, url: str) -> None:
        """Lay the veil over another picture of the same shape."""
        self.props["picture"] = url

    def load(self, png: bytes) -> None:
        """Put a mask, or a map of regions, in the place of what is there; this can be undone.

        Args:
            png: a PNG file of the picture's shape, of any size and depth.

        Raises:
            PictureError: it is no mask, or map, of this picture.
        """
        loaded = decode_png(png, (self._height, self._width), regions=self.is_map)
        self._packed, self._palette = zlib.compress(loaded.values.tobytes(), 1), loaded.palette
        self._touched = True
        self.props["number"] += 1

    async def mask(self) -> bytes:
        """The mask as a PNG of the picture's own size: 8-bit grey, or for a map of regions RGB in its exact colours.

        Raises:
            TimeoutError: the page was closed, or did not answer within PATIENCE.
        """
        if not self._ready and not self._held:  # never shown: as it was loaded, or empty
            return await self._off_the_loop(self._unshown)
        request = secrets.token_urlsafe(8)
        answer = asyncio.get_running_loop().create_future()
        self._requests[request] = answer
        self._command("send", request, self.props["number"])
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            raise TimeoutError("the page did not send the mask: is it still open?") from None
        finally:
            del self._requests[request]

    @staticmethod
    async def _off_the_loop(encode: Callable[..., bytes], *arguments: object) -> bytes:
        png = await run.io_bound(encode, *arguments)
        if png is None:
            raise RuntimeError("the server is shutting down")
        return png

    def _unshown(self) -> bytes:
        if self._packed is not None:
            return self._encoded(self._packed, self._palette)
        blank = np.zeros((self._height, self._width), np.uint8)
        return encode_png(MaskPixels(blank, (self._base,) if self.is_map else ()))

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
        detail = json.dumps({"url": self._url, "command": name, "args": args})
        self.client.run_javascript(
            f"window.dispatchEvent(new CustomEvent('impasto-mask', {{detail: {detail}}}))"
        )

    def _is_ready(self) -> None:
        self._ready = True
        held, self._held = self._held, []
        for name, args in held:
            self._command(name, *args)

    def _changed(self, event: GenericEventArguments) -> None:
        self._touched = True
        can_undo, can_redo = bool(event.args["canUndo"]), bool(event.args["canRedo"])
        handle_event(
            self._on_change,
            MaskChange(sender=self, client=self.client, can_undo=can_undo, can_redo=can_redo),
        )

    def _chosen(self, event: GenericEventArguments) -> None:
        """The painter has changed the brush on the page, which knows it already."""
        with self.props.suspend_updates():
            self.props["settings"].update(
                {key: event.args[key] for key in ("tool", "size", "softness") if key in event.args}
            )

    def _add_routes(self) -> None:
        @app.get(self._url, include_in_schema=False)
        def loaded() -> Response:
            if self._packed is None:
                raise HTTPException(404)
            headers = {"Content-Encoding": "deflate", "Cache-Control": "no-store"}
            if self._palette:
                headers["X-Palette"] = ",".join(self._palette)
            return Response(self._packed, media_type="application/octet-stream", headers=headers)

        @app.post(self._url, include_in_schema=False)
        async def sent(request: Request) -> dict[str, str]:
            answer = self._requests.get(request.query_params.get("request", ""))
            if answer is None or answer.done():
                raise HTTPException(404)
            packed = await self._body(request)
            palette = request.headers.get("X-Palette", "")
            try:
                png = await self._off_the_loop(
                    self._encoded, packed, tuple(palette.split(",")) if palette else ()
                )
            except ValueError as error:
                raise HTTPException(400, str(error)) from None
            if not answer.done():
                answer.set_result(png)
            return {}

    async def _body(self, request: Request) -> bytes:
        """What was posted, no longer than a mask can be that does not compress at all."""
        most = self._height * self._width * 101 // 100 + 1024
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise HTTPException(413)
        return bytes(body)

    def _encoded(self, packed: bytes, palette: tuple[str, ...]) -> bytes:
        size = self._height * self._width
        try:
            values = zlib.decompressobj().decompress(packed, size + 1)
        except zlib.error as error:
            raise ValueError(f"damaged ({error})") from None
        if len(values) != size:
            raise ValueError(f"{len(values)} bytes, expected {size}")
        colors = tuple(map(_checked_color, palette))
        pixels = np.frombuffer(values, np.uint8).reshape(self._height, self._width)
        return encode_png(MaskPixels(pixels, colors))

    def _handle_delete(self) -> None:
        app.remove_route(self._url)
        for answer in self._requests.values():
            if not answer.done():
                answer.set_exception(TimeoutError())
        self._command("forget")
        super()._handle_delete()


def _checked_color(color: str) -> str:
    if not isinstance(color, str) or not _COLOR.fullmatch(color.lower()):
        raise ValueError(f"a colour is written as #rrggbb; got {color!r}")
    return color.lower()


def _checked_value(value: int | str) -> int | str:
    if isinstance(value, str):
        return _checked_color(value)
    if isinstance(value, bool) or not 0 <= value <= 255 or value != int(value):
        raise ValueError(f"a grey value is a whole number from 0 to 255; got {value!r}")
    return int(value)
