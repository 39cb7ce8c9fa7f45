"""A mask on its way between the browser and the server, over HTTP, as bytes: one a pixel, packed with zlib.

It does not go over the page's websocket, for two reasons: a message there may have a megabyte at most, a mask has up to
64, and less only where it compresses well; and messages wait for each other, so that the page would stand still.
The PNG is made of the bytes here, by the library that reads masks, too. A browser's own PNG would go through a canvas,
which multiplies colours by their opacity, and which some browsers change when it is read.
"""

import asyncio
import secrets
import zlib
from collections.abc import Callable

import numpy as np
from fastapi import HTTPException, Request, Response
from nicegui import app

from impasto.studio.mask_file import MaskPixels, checked_color, encode_png

PATIENCE = 60.0
"""Seconds that the browser has to send a mask."""
_CLOSED = "the page did not send the mask: is it still open?"


class MaskTransfer:
    """The address of one mask: GET gives what was loaded last, POST takes what the server has asked for.

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
