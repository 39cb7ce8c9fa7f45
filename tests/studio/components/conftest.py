"""One server and one browser for all tests of the components."""

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
"""Seconds; a machine that is busy with other things answers late."""


def missing() -> str:
    """Why there is no browser to test in; "" where there is one."""
    absent = [name for name in ("nicegui", "playwright") if importlib.util.find_spec(name) is None]
    if absent:
        return f"the package {absent[0]} is not installed"
    return "" if CHROMIUM.exists() else f"no browser at {CHROMIUM}"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of tests/studio/components/page.py, in a process of its own."""
    if missing():
        pytest.skip(missing())
    for _ in range(3):  # a port that is free may be taken before the server takes it
        address, process = _begun()
        try:
            if _answers(f"{address}/changes", process):
                yield address
                return
        finally:
            process.terminate()
            process.wait(PATIENCE)
    raise AssertionError("the server has ended")


def _begun() -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.studio.components.page", str(port)]
    # NiceGUI starts no server where it finds pytest's own variables.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return f"http://127.0.0.1:{port}", subprocess.Popen(command, cwd=ROOT, env=environment)


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether it does in the end; False when the process has ended."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None:
        assert time.monotonic() < end, f"nobody answers at {url}"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=PATIENCE):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")  # its event loop runs in this thread until the module is done
def browser() -> Iterator[Any]:
    if missing():
        pytest.skip(missing())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Shown:
    """A page in the browser, and the Python side of what is on it."""

    def __init__(self, page: Any, server: str):
        self.page, self.server = page, server
        self.session = page.context.new_cdp_session(page)

    def open(self, path: str) -> None:
        self.page.goto(self.server + path)
        self.page.wait_for_function("document.querySelectorAll('.impasto-paper img').length > 0")
        self.page.wait_for_function("window.did_handshake")

    def call(self, name: str, method: str, *arguments: object, status: int = 200) -> bytes:
        """Call a method of a component."""
        return self._post(name, method, json.dumps(arguments).encode(), status)

    def set(self, **values: object) -> None:
        """Choose settings of the brush; the browser knows them when this returns."""
        self._post("brush", "set", json.dumps(values).encode())
        self.mask()

    def get(self, name: str) -> str:
        return self._post("brush", "get", json.dumps({"name": name}).encode()).decode()

    def load(self, png: bytes, status: int = 200) -> str:
        return self._post("brush", "load", png, status).decode()

    def png(self) -> bytes:
        return self._post("brush", "mask", b"")

    def mask(self) -> np.ndarray:
        return np.array(Image.open(BytesIO(self.png())))

    def _post(self, name: str, method: str, body: bytes, status: int = 200) -> bytes:
        answer = self.page.request.post(f"{self.server}/call/{name}/{method}", data=body)
        assert answer.status == status, answer.text()
        return bytes(answer.body())

    def rect(self, nth: int = 0) -> np.ndarray:
        """Left, top, width and height of a picture on the page, in CSS pixels."""
        box = self.page.locator(".impasto-paper img").nth(nth).bounding_box()
        return np.array([box["x"], box["y"], box["width"], box["height"]])

    def at(self, x: float, y: float, size: tuple[int, int] = (400, 300)) -> tuple[float, float]:
        """Where a place of the picture, in its pixels, is on the page."""
        left, top, width, height = self.rect()
        return left + x / size[0] * width, top + y / size[1] * height

    def stroke(self, *places: tuple[float, float], size: tuple[int, int] = (400, 300)) -> None:
        """Draw with the mouse through places given in pixels of the picture."""
        mouse = self.page.mouse
        left, top, width, height = self.rect()
        points = [(left + x / size[0] * width, top + y / size[1] * height) for x, y in places]
        mouse.move(*points[0])
        mouse.down()
        for point in points[1:]:
            mouse.move(*point)
        mouse.up()

    def settle(self) -> None:
        """Wait until nothing slides any more, and what has changed is drawn."""
        moving = "[class*='-enter-active'], [class*='-leave-active']"
        self.page.wait_for_function(f"!document.querySelector(`{moving}`)")
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pixels(self) -> np.ndarray:
        """What the page looks like: [H, W, 3], uint8, in device pixels."""
        return np.array(Image.open(BytesIO(self.page.screenshot())).convert("RGB"))


@pytest.fixture(scope="module")
def contexts(browser: Any) -> Iterator[dict[str, Any]]:
    """By their options: pages of one context load the framework's scripts once."""
    known: dict[str, Any] = {}
    yield known
    for context in known.values():
        context.close()


@pytest.fixture
def shown(
    server: str, browser: Any, contexts: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Shown]:
    """A new page of 640 x 480 pixels; whatever goes wrong in its scripts fails the test."""
    options = {"viewport": {"width": 640, "height": 480}, **getattr(request, "param", {})}
    key = json.dumps(options)
    if key not in contexts:
        contexts[key] = browser.new_context(**options)
        contexts[key].set_default_timeout(1000 * PATIENCE)
    page = contexts[key].new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield Shown(page, server)
    page.close()
    assert not errors, errors
