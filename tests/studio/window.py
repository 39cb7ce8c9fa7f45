"""A window of a real browser, and all that it asks for and complains of."""

import re
import time
from pathlib import Path

PATIENCE = 120_000
"""Milliseconds to wait for anything."""


class Window:
    """A window of the browser, and everything that it asked for or complained of."""

    def __init__(self, browser, address: str, **options):
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))
        self.address = address
        self.page.goto(address)
        self.page.wait_for_selector(".room")

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True)

    def sees(self, text: str):
        self.page.get_by_text(text).filter(visible=True).first.wait_for()

    def field(self, name: str):
        return self.page.locator(f"input[aria-label^='{name}:']").filter(visible=True).first

    def press(self, name: str) -> None:
        self.button(name).filter(visible=True).first.click()

    def bring(self, label: str, path: Path) -> None:
        """Choose a file."""
        with self.page.expect_file_chooser() as chosen:
            self.page.get_by_label(label).filter(visible=True).first.click()
        chosen.value.set_files(path)

    def drop(self, selector: str, path: Path) -> None:
        """Drop a file on an element, as a file manager does."""
        data = self.page.evaluate_handle(
            """async ([name, bytes]) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], name));
                return transfer;
            }""",
            [path.name, list(path.read_bytes())],
        )
        self.page.dispatch_event(selector, "drop", {"dataTransfer": data})

    def brush_stroke(self) -> None:
        """One stroke over what lies under the brush: again until there is one, as nothing is under it at first."""
        brush = self.page.locator(".impasto-brush").filter(visible=True).first
        undo = brush.get_by_label("Undo (z)")
        mouse = self.page.mouse
        end = time.monotonic() + PATIENCE / 1000
        while not undo.is_enabled():
            assert time.monotonic() < end, "nothing could be brushed"
            box = brush.bounding_box()
            if box is None:  # the page is just drawing it
                continue
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
            mouse.move(x, y)
            mouse.down()
            mouse.move(x + 60, y + 20, steps=4)
            mouse.up()
            self.page.wait_for_timeout(100)

    def foreign(self) -> list[str]:
        own = re.escape(self.address.split("//")[1].rstrip("/"))
        return [url for url in self.asked if not re.match(rf"(http|ws)://{own}/|data:|blob:", url)]
