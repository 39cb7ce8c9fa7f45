"""The server: one address, one line that says it, one line when it ends."""

import asyncio
import os
import secrets
import signal
import socket
import sys
import warnings
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.studio import LOOPBACK
from impasto.studio.atelier import Atelier
from impasto.studio.folder import default_folder
from impasto.studio.guard import EVERYWHERE, Address, Guard, is_loopback

_BACKLOG = 128
_SWITCH_SECONDS = 0.0005
"""After so long a thread that paints lets the page's have the interpreter; Python's own 0.005, ten times for one
answer, are felt."""


def serve(host: str, port: int, folder: Path | None, *, open_page: bool) -> None:
    """Open the studio and serve it until Ctrl-C.

    host: the address to listen at; any but a loopback one needs a token, which is printed. port: 0 for any that is
    free. folder: of the paintings; None for the user's data folder. open_page: whether to open the page in the user's
    browser.
    Raises SettingsError where nobody can be served, OutputError for a folder that cannot be worked in.
    """
    with _listening(host, port) as listener:
        atelier = Atelier(folder or default_folder())
        address = Address(
            host, listener.getsockname()[1], None if is_loopback(host) else secrets.token_urlsafe(24)
        )
        print(f"The studio is open at {address.url}  (Ctrl-C closes it)", flush=True)
        try:
            _serve(atelier, address, listener, open_page)
        finally:
            atelier.close()
    print(f"The studio is closed. Everything is in {atelier.folder.path}", flush=True)


def _listening(host: str, port: int) -> socket.socket:
    listener = None
    try:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":  # there it would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        return listener
    except (OSError, OverflowError) as error:
        if listener is not None:
            listener.close()
        raise _not_served(host, port, error) from None


def _not_served(host: str, port: int, error: Exception) -> SettingsError:
    if isinstance(error, OverflowError):
        return SettingsError(f"port is a number from 0 to 65535, got {port}")
    if isinstance(error, socket.gaierror):
        return SettingsError(f"host {host!r} is no address of this machine: try {LOOPBACK}")
    reason = getattr(error, "strerror", None) or error
    return SettingsError(
        f"nobody can be served at {host}:{port} ({reason}): another program is there, perhaps another studio; "
        "try --port 0"
    )


def _serve(atelier: Atelier, address: Address, listener: socket.socket, open_page: bool) -> None:
    import uvicorn

    config = uvicorn.Config(
        guarded(atelier, address),
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
        ws_max_size=64_000_000,
    )
    server = uvicorn.Server(config)
    sys.setswitchinterval(_SWITCH_SECONDS)
    if open_page:
        webbrowser.open(address.url)
    with _hearing_signals():
        asyncio.run(server.serve(sockets=[listener]))


@contextmanager
def _hearing_signals() -> Iterator[None]:
    """Within this block signals end the server and nothing more: it raises them again when it has ended."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: None) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def guarded(atelier: Atelier, address: Address) -> Any:
    """The studio's page and pictures as an ASGI app, behind its guard; paintings are begun when it is served."""
    # NiceGUI makes a folder of its own for what it stores, and asks for its place when it is imported.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(atelier.folder.path / "page"))
    # It looks at every object there is when it starts (gc.get_objects), and some of torch's complain of that.
    warnings.filterwarnings("ignore", module="nicegui")
    from fastapi import FastAPI

    @asynccontextmanager
    async def painting(app: Any) -> AsyncIterator[None]:
        # Not before that look: a tuple that another thread is making just then ends that thread with a SystemError.
        atelier.open()
        yield

    from impasto.studio.page.shell import add_page
    from impasto.studio.routes import add_routes

    app = FastAPI(lifespan=painting, openapi_url=None, docs_url=None, redoc_url=None)
    add_routes(app, atelier)
    add_page(app, atelier)
    everywhere = address.host in EVERYWHERE
    names = {address.host} | ({socket.gethostname(), socket.getfqdn()} if everywhere else set())
    return Guard(app, names, address.token, any_address=everywhere)
