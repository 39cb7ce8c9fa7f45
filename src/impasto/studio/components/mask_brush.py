"""A brush over a picture, which paints masks and maps of regions."""

import asyncio
import json
import secrets
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi import HTTPException, Request, Response
from nicegui import app, core
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from impasto.studio.mask_file import MaskPixels, checked_color, decode_png, encode_png

LARGEST_SIDE = 8192  # pixels of the longer side of a mask
PATIENCE = 60.0  # seconds that the browser has to send a mask
_CLOSED = "the page did not send the mask: is it still open?"


class MaskBrush(Element, component="mask_brush.js", esm={"impasto-components": "shared"}):
    """A brush over a picture, exact at the picture's own resolution, whatever the zoom.

    It paints a grey mask, as `--mask`, `--style-mask` and `--protect` take it, or, where `value` is a colour, a map of
    regions, as `--regions` and `--style-regions` do. Strokes of a map have hard edges, so that no colour is mixed.
    The mask is shown as a translucent veil; in a map, the base colour is left clear.

    The wheel zooms about its place; space and dragging, the middle button or two fingers pan. Keys, when it has the
    focus: [ ] size, { } softness, b paint, e erase, z undo, shift + z redo, + - 0 1 and arrows as in `PictureView`.
    A pen paints as widely as it is pressed, and erases with its other end; once a pen was seen, one finger pans.

    The mask lives in the browser until `mask` fetches it, and goes with the page. Taking the element off the page and
    putting it back, as tabs do, leaves the mask as it is. `MaskTransfer` says how it travels.

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
            self.props.update(picture=picture_url, width=width, height=height, base=self._base)
            self.props.update(url=self._transfer.url, settings=settings, revision=0, number=0)
            self.props.update(toolbar=toolbar, label=label)
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


class MaskTransfer:
    """A mask on its way between the browser and the server: one byte a pixel, packed with zlib, over HTTP.

    It does not go over the page's websocket, for two reasons. A message there may have a megabyte at most; a mask has
    up to 64, and less only where it compresses well. And messages wait for each other, so that the page would stand
    still. The PNG is made of the bytes here, by the library that reads masks, too: a browser's own would go through a
    canvas, which multiplies colours by their opacity, and which some browsers change when it is read.

    Its address gives what was loaded last (GET), and takes what the server has asked for (POST).

    url: cannot be guessed, so that no other page can read or send a mask.
    """

    def __init__(self, height: int, width: int):
        self.url = f"/_impasto/masks/{secrets.token_urlsafe(16)}"
        self._shape = height, width
        self._requests: dict[str, asyncio.Future[bytes]] = {}
        self._packed: bytes | None = None
        self._palette: tuple[str, ...] = ()
        self._closed = False
        app.get(self.url, include_in_schema=False)(self._give)
        app.post(self.url, include_in_schema=False)(self._take)

    def offer(self, pixels: MaskPixels) -> None:
        """Let the browser fetch these pixels, [height, width]."""
        self._packed, self._palette = zlib.compress(pixels.values.tobytes(), 1), pixels.palette

    async def ask(self, send: Callable[[str], None]) -> bytes:
        """The browser's mask as PNG; `send` has the browser post it, with the number of the request.

        Raises TimeoutError: the page was closed, or did not answer within PATIENCE.
        """
        if self._closed:
            raise TimeoutError(_CLOSED)
        request = secrets.token_urlsafe(8)
        answer = self._requests[request] = asyncio.get_running_loop().create_future()
        try:
            send(request)
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            raise TimeoutError(_CLOSED) from None
        finally:
            del self._requests[request]

    async def offered(self, blank: MaskPixels) -> bytes:
        """The mask that the browser would fetch, as PNG: that of a brush that was not shown yet."""
        if self._packed is None:
            return await asyncio.to_thread(encode_png, blank)
        return await asyncio.to_thread(self._encoded, self._packed, self._palette)

    def close(self) -> None:
        """Take the address away; whoever waits for the mask gets a TimeoutError."""
        self._closed = True
        app.remove_route(self.url)
        for answer in self._requests.values():
            if not answer.done():
                answer.set_exception(TimeoutError())

    def _give(self) -> Response:
        if self._packed is None:
            raise HTTPException(404)
        headers = {"Content-Encoding": "deflate", "Cache-Control": "no-store"}
        if self._palette:
            headers["X-Palette"] = ",".join(self._palette)
        return Response(self._packed, media_type="application/octet-stream", headers=headers)

    async def _take(self, request: Request) -> dict[str, str]:
        answer = self._requests.get(request.query_params.get("request", ""))
        if answer is None or answer.done():
            raise HTTPException(404)
        packed = await self._body(request)
        colors = request.headers.get("X-Palette", "")
        try:
            palette = tuple(colors.split(",")) if colors else ()
            png = await asyncio.to_thread(self._encoded, packed, palette)
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        if not answer.done():
            answer.set_result(png)
        return {}

    async def _body(self, request: Request) -> bytes:
        """The body that was posted, no longer than that of a mask that does not compress at all."""
        most = self._shape[0] * self._shape[1] * 101 // 100 + 1024
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise HTTPException(413)
        return bytes(body)

    def _encoded(self, packed: bytes, palette: tuple[str, ...]) -> bytes:
        size = self._shape[0] * self._shape[1]
        try:
            values = zlib.decompressobj().decompress(packed, size + 1)
        except zlib.error as error:
            raise ValueError(f"damaged ({error})") from None
        if len(values) != size:
            raise ValueError(f"{len(values)} bytes, expected {size}")
        pixels = np.frombuffer(values, np.uint8).reshape(self._shape)
        return encode_png(MaskPixels(pixels, tuple(map(checked_color, palette))))


def _checked_value(value: int | str) -> int | str:
    if isinstance(value, str):
        return checked_color(value)
    if isinstance(value, bool) or not 0 <= value <= 255 or value != int(value):
        raise ValueError(f"a grey value is a whole number from 0 to 255; got {value!r}")
    return int(value)
