"""Take the pictures of docs/studio.md: `python docs/show_studio.py [FOLDER]`, in Debian's chromium, by playwright.

What is painted are the demo's own pictures. FOLDER, `out/studio` without one, is the studio's; it is emptied first.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyvips
from playwright.sync_api import Browser, Page, sync_playwright
from publishing import ROOT

PUBLISHED = ROOT / "docs" / "pictures" / "studio"
CHROMIUM = "/usr/bin/chromium"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SIZE = "256"
"""Pixels of what is painted."""
LAST_SCALE = re.compile(r"scale (\d+) of \1 ")
"""How far it is when it is seen on its way."""
GAP = 24
"""Pixels between two pages that are shown beside each other."""
PATIENCE = 600_000
"""Milliseconds to wait for anything; a painting is among it."""


def main(folder: Path) -> int:
    """Open a studio, work in it, and take its pictures on the way; returns the exit code."""
    shutil.rmtree(folder, ignore_errors=True)
    with studio(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        light = opened(browser, address, "light")
        light.get_by_role("button", name="Begin with the demo's pictures").click()
        light.locator("input[aria-label^='Size:']").fill(SIZE)
        light.evaluate("document.activeElement.blur()")  # keys are the page's again
        light.get_by_text(re.compile(rf"{SIZE} × \d+: about")).wait_for()

        light.locator("body").press("b")
        brush(light)
        published("brush-light", taken(light, WIDE))
        light.get_by_role("button", name="Cancel").click()

        light.get_by_role("button", name="Paint", exact=True).click()
        light.get_by_text(re.compile(r"step \d+ of")).filter(visible=True).first.wait_for()
        dark = opened(browser, address, "dark")  # which shows what is painted
        dark.get_by_text(LAST_SCALE).filter(visible=True).first.wait_for()
        narrow = on_a_telephone(dark)
        published("painting-dark", taken(dark, WIDE))
        dark.get_by_text("Download").filter(visible=True).first.wait_for()
        dark.locator("body").press("ArrowRight")
        dark.locator(".impasto-divider").wait_for()
        published("compare-dark", taken(dark, WIDE))

        light.locator(".frame").first.click()
        published("desk-light", taken(light, WIDE))
        published("narrow", beside(on_a_telephone(light), narrow))
        browser.close()
    return 0


@contextmanager
def studio(folder: Path) -> Iterator[str]:
    """A studio in a process of its own: its address."""
    words = [sys.executable, "-m", "impasto", "studio", "--no-open", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[5]
        finally:
            process.terminate()


def opened(browser: Browser, address: str, scheme: str) -> Page:
    """A page of the studio, light or dark."""
    page = browser.new_context(viewport=WIDE, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator(".room").wait_for()
    return page


def brush(page: Page) -> None:
    """Strokes over the middle of the picture."""
    room = page.locator(".impasto-brush .impasto-canvas").first
    room.locator("img").wait_for()
    box = room.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 90, y + 70)
    page.mouse.down()
    for there in ((x - 20, y - 60), (x, y + 70), (x + 60, y - 60), (x + 80, y + 60)):
        page.mouse.move(*there, steps=8)
    page.mouse.up()


def taken(page: Page, size: dict[str, int]) -> pyvips.Image:
    """The page as it looks at a size, when everything in it has come to rest."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.wait_for_function("[...document.images].every((one) => one.complete)")
    page.wait_for_timeout(700)  # what slides is at its place
    return pyvips.Image.new_from_buffer(page.screenshot(), "")


def on_a_telephone(page: Page) -> pyvips.Image:
    """The page at a telephone's width, with its knobs."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.locator("[data-show=knobs]").click()
    image = taken(page, NARROW)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return image


def beside(left: pyvips.Image, right: pyvips.Image) -> pyvips.Image:
    """Two pages on white."""
    return left.join(right, "horizontal", shim=GAP, background=[255, 255, 255], expand=True)


def published(name: str, image: pyvips.Image) -> None:
    """Put a picture where the documentation has it."""
    image.webpsave(str(PUBLISHED / f"{name}.webp"), Q=86, keep="none")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "studio"))
