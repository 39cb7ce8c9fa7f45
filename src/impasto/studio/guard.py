"""Access to the studio: pure ASGI around everything, pages, pictures, uploads and websockets alike.

A page of a foreign site can make the painter's own browser send requests to this server. It cannot choose the `Host`
and `Origin` that the browser sends with them. So both have to be the studio's own.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_REQUEST = 600_000_000
"""Bytes. An upload is one request; nothing else comes near."""
COOKIE = "impasto_studio"
TOKEN = "token"
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


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def new_token() -> str:
    """A secret for the address, where others could reach the studio, too."""
    return secrets.token_urlsafe(24)


class Guard:
    """Lets through what comes from the studio's own page, or from a program on this machine.

    app: what is guarded.
    hosts: the names under which the studio is reached, besides those of the loopback.
    token: what a browser has to show once; None where only this machine reaches the studio.
    any_address: whether a plain IP address in `Host` is accepted: where the studio listens on all of them.
    """

    def __init__(
        self, app: "ASGIApp", hosts: Iterable[str], token: str | None = None, *, any_address: bool = False
    ):
        self.app, self._token, self._any_address = app, token, any_address
        self._hosts = {host.lower() for host in (*_LOOPBACK_NAMES, *hosts)}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one connection, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        refused = self._refused(headers, scope)
        if refused:
            await _refuse(scope, receive, send, *refused)
            return
        if self._token is not None and not self._is_shown(headers):
            await self._ask_for_token(scope, receive, send)
            return
        await self.app(scope, _bounded(receive), _with_headers(send))

    def _refused(self, headers: Mapping[str, str], scope: "Scope") -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return 403, "this is not the address of the studio: open the one that it printed"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return 403, "another page asked for this: the studio answers its own page only"
        if headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"):
            navigates = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
            if not navigates or headers.get("sec-fetch-dest") != "document":
                return 403, "another page asked for this: the studio answers its own page only"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            return 413, f"this is too large: at most {LARGEST_REQUEST // 1_000_000} MB are taken"
        return None

    def _is_ours(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname if host.isprintable() and "@" not in host else None
        if not name:
            return False
        if name.lower() in self._hosts:
            return True
        if not self._any_address:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _is_shown(self, headers: Mapping[str, str]) -> bool:
        assert self._token is not None
        for part in headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE and hmac.compare_digest(value.encode(), self._token.encode()):
                return True
        return False

    async def _ask_for_token(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """An address with the right token gets a cookie, and the same address without it; all else is refused."""
        assert self._token is not None
        given = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
        shown = dict(given).get(TOKEN, "")
        if scope["type"] == "websocket" or not hmac.compare_digest(shown.encode(), self._token.encode()):
            await _refuse(
                scope, receive, send, 403, "open the address that the studio printed, with its token"
            )
            return
        rest = urlencode([(name, value) for name, value in given if name != TOKEN])
        path = "/" + scope.get("path", "/").lstrip("/")
        place = path + (f"?{rest}" if rest else "")
        cookie = f"{COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 303, "", {"location": place, "set-cookie": cookie})


def _bounded(receive: "Receive") -> "Receive":
    """The same, which ends a body that says nothing of its length and does not end."""
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


async def _refuse(scope: "Scope", receive: "Receive", send: "Send", status: int, line: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": line})
        return
    await _answer(send, status, line, {})


async def _answer(send: "Send", status: int, line: str, headers: Mapping[str, str]) -> None:
    body = f"{line}\n".encode() if line else b""
    own = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "connection": "close",
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (name.encode(), value.encode()) for name, value in {**own, **_HEADERS, **headers}.items()
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
