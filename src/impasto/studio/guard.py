"""The studio's address, and who may come in: pure ASGI around pages, pictures, uploads and websockets alike.

A page of a foreign site can make the painter's own browser send requests to this server. It cannot choose the `Host`
and `Origin` that the browser sends with them. So both have to be the studio's own.
"""

import hmac
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_REQUEST = 600_000_000  # bytes. An upload is one request; nothing else comes near.
COOKIE = "impasto_studio"
TOKEN = "token"  # its name in the address
EVERYWHERE = ("0.0.0.0", "::")  # addresses that stand for all of a machine's
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
        "form-action 'self'; base-uri 'self'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True)
class Address:
    """The studio's address. host: to listen at. token: in the address, where others could reach it too."""

    host: str
    port: int
    token: str | None

    @property
    def url(self) -> str:
        """The address to open."""
        name = socket.gethostname() if self.host in EVERYWHERE else self.host
        name = f"[{name}]" if ":" in name else name
        return f"http://{name}:{self.port}/" + (f"?{TOKEN}={self.token}" if self.token else "")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class Guard:
    """Lets through what comes from the studio's own page, or from a program on this machine.

    hosts: the names under which the studio is reached, besides those of the loopback. token: what a browser has to show
    once; None where only this machine reaches the studio. any_address: whether a plain IP address in `Host` is
    accepted.
    """

    def __init__(self, app: "ASGIApp", hosts: Iterable[str], token: str | None, *, any_address: bool = False):
        self.app, self._token, self._any_address = app, token, any_address
        self._hosts = {host.lower() for host in (*_LOOPBACK_NAMES, *hosts)}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one connection, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        answer = self._refused(asked) or self._without_token(asked)
        if answer is None:
            await self.app(scope, _bounded(receive), _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await WebSocketClose(1008, bytes(answer.body).decode().strip())(scope, receive, send)
        else:
            await answer(scope, receive, _with_headers(send))

    def _refused(self, asked: HTTPConnection) -> Response | None:
        headers, host = asked.headers, asked.headers.get("host", "")
        if not self._is_ours(host):
            return _line(403, "this is not the address of the studio: open the one that it printed")
        foreign = _line(403, "another page asked for this: the studio answers its own page only")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return foreign
        if headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"):
            navigates = headers.get("sec-fetch-mode") == "navigate" and asked.scope.get("method") == "GET"
            if not navigates or headers.get("sec-fetch-dest") != "document":
                return foreign
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            return _line(413, f"this is too large: at most {LARGEST_REQUEST // 1_000_000} MB are taken")
        return None

    def _is_ours(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname if host.isprintable() and "@" not in host else None
        if not name:
            return False
        return name.lower() in self._hosts or (self._any_address and _address(name) is not None)

    def _without_token(self, asked: HTTPConnection) -> Response | None:
        """None for a browser that has shown the token; for one that does now, a cookie and the address without it."""
        if self._token is None or _same(asked.cookies.get(COOKIE, ""), self._token):
            return None
        if asked.scope["type"] == "websocket" or not _same(asked.query_params.get(TOKEN, ""), self._token):
            return _line(403, "open the address that the studio printed, with its token")
        rest = urlencode([(name, value) for name, value in asked.query_params.multi_items() if name != TOKEN])
        place = "/" + asked.scope.get("path", "/").lstrip("/")  # two slashes would name another host
        answer = RedirectResponse(place + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
        return answer


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _line(status: int, line: str) -> Response:
    return PlainTextResponse(f"{line}\n", status, headers={"connection": "close"})


def _bounded(receive: "Receive") -> "Receive":
    """`receive`, but a body that says nothing of its length and grows too long is cut off."""
    taken = 0

    async def limited() -> "Message":
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > LARGEST_REQUEST:
                return {"type": "http.disconnect"}
        return message

    return limited


def _with_headers(send: "Send") -> "Send":
    async def sending(message: "Message") -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *own]}
        await send(message)

    return sending
