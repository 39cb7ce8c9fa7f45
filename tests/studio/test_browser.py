"""The long story in a real browser, with the real weights: what a painter does, one thing after the other.

Every request that the browser makes is looked at: none goes to another address.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.cli import main
from impasto.demo.pictures import demo_picture
from tests.studio.components.conftest import CHROMIUM, missing
from tests.studio.serving import Served
from tests.studio.window import Window

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=f"no page can be tested: {missing()}"),
]
SIZE, STEPS = 64, 6


@pytest.fixture
def serve(tmp_path):
    """Starts the server of this test, which ends with it."""
    begun = []

    def call(**environment: str) -> Served:
        begun.append(Served(tmp_path / "studio", **environment))
        return begun[-1]

    yield call
    for served in begun:
        served.end()


@pytest.fixture
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def test_the_whole_story(serve, browser, tmp_path, monkeypatch, capsys, real_encoder):
    def real(weights, **network):
        return impasto.VGG19(real_encoder.weights, **network)

    hold = tmp_path / "hold"  # the painting waits after its first step while this is there
    served = serve(REAL="1", HOLD=str(hold))
    window = Window(browser, served.address)
    page = window.page

    # Two pictures: one is dropped anywhere, one is chosen.
    photograph, painting = tmp_path / "photo.jpg", tmp_path / "sunset.jpg"
    shutil.copy(demo_picture("content"), photograph)
    shutil.copy(demo_picture("style"), painting)
    window.sees("there is no photograph yet")
    window.drop(".stage", photograph)
    window.sees("photo.jpg")
    window.sees("there is no painting yet")
    window.bring("Drop, paste or choose a painting", painting)
    window.sees("sunset.jpg")

    # What cannot be read is one line.
    (tmp_path / "broken.png").write_bytes(b"no picture")
    window.bring("Add a painting", tmp_path / "broken.png")
    window.sees("'broken.png' is not a picture file")
    window.press("OK")

    # A first look, and what the full size will take.
    page.wait_for_selector(".stage canvas, .stage img")
    window.field("Size").fill(str(SIZE))
    window.field("Steps").fill(str(STEPS))
    window.field("Steps").press("Tab")
    window.sees(f"{SIZE} × 48: about")

    # A mask by hand: the brush, one stroke over the middle, taken.
    page.locator("body").press("b")
    window.brush_stroke()
    page.get_by_label("Take these masks").click()
    window.sees("masked")

    # Painted, changed while it is painted, paused.
    hold.touch()
    window.press("Paint")
    window.sees("Change it while it is painted")
    window.sees("step 1 of")
    slider = page.locator(".q-slider[aria-label^='Strength:']").filter(visible=True).first
    slider.click(position={"x": 200, "y": 10})
    page.keyboard.press("ArrowRight")
    page.locator(".knob.own").filter(visible=True).first.wait_for()
    page.locator("body").press("Space")
    window.sees("Go on")
    hold.unlink()
    window.sees("paused after step 1 of")

    # Reloaded in the middle, and looked at in a second window: nothing is lost.
    page.reload()
    window.sees("paused after step")
    other = Window(browser, served.address)
    other.sees("paused after step")
    other.press("Go on")
    window.sees("Download")
    other.sees("Download")

    # Compared with the photograph.
    page.locator("body").press("ArrowRight")
    page.wait_for_selector("[role=slider][aria-label*='ivider'], .impasto-divider")

    # Downloaded: the recipe in it paints the same bytes on the command line.
    with page.expect_download() as downloading:
        page.get_by_text("Everything (ZIP)").click()
    archive = tmp_path / "all.zip"
    downloading.value.save_as(archive)
    with page.expect_download() as downloading:
        page.get_by_text("PNG", exact=True).click()
    downloading.value.save_as(tmp_path / "downloaded.png")
    recipe = impasto.read_metadata(tmp_path / "downloaded.png")
    assert [set(one) for one in recipe["adjustments"]] == [{"step", "strength"}] * len(recipe["adjustments"])
    assert recipe["adjustments"]
    assert recipe["inputs"].keys() == {"content", "style", "protect"}
    shutil.unpack_archive(archive, tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere")
    shutil.copy(tmp_path / "downloaded.png", "downloaded.png")
    assert main(["info", "downloaded.png", "--toml", "mine.toml"]) == 0
    adjust = [
        word
        for one in recipe["adjustments"]
        for word in ("--adjust", f"{one['step']}:strength={one['strength']}")
    ]
    words = ["stylize", "photo.jpg", "sunset.jpg", "-o", "again.png", "--settings", "mine.toml"]
    assert main([*words, "--protect", "protect.png", *adjust, "--quiet"], encoder=real) == 0
    assert capsys.readouterr().err == ""
    assert Path("again.png").read_bytes() == Path("downloaded.png").read_bytes()

    assert window.foreign() == other.foreign() == []
    refused = [line for line in window.complaints if "422" in line]  # the broken picture
    assert (window.complaints, other.complaints) == (refused[:1], [])


def test_all_else_that_can_be_pressed(serve, browser, tmp_path):
    """Grids, the queue's order, side by side, starting from a painting, painting larger, keeping, deleting, regions."""
    hold = tmp_path / "hold"  # a painting waits after its step while this is there
    served = serve(HOLD=str(hold))
    window = Window(browser, served.address)
    page = window.page
    window.press("Begin with the demo's pictures")
    window.field("Size").fill("64")
    window.field("Steps").fill("3")
    window.field("Steps").press("Tab")
    window.sees("64 × 48: about")

    window.press("Explore")
    page.get_by_label("Its values").filter(visible=True).first.fill("0.3,0.7")
    hold.touch()
    window.press("Paint the grid")
    page.get_by_text("Stop and keep").or_(page.get_by_text("Sheet (PNG)")).filter(
        visible=True
    ).first.wait_for()
    page.locator(".frame").first.click()
    for _ in range(3):
        window.press("Paint")
    page.get_by_label("earlier").last.click()
    hold.unlink()
    page.wait_for_function("document.querySelector('.gallery').innerText.split('finished').length == 5")

    page.locator(".frame").nth(1).click()
    # The strip shows what is chosen without being drawn again: the keyboard stays where it was.
    page.wait_for_function("document.activeElement.getAttribute('aria-pressed') == 'true'")
    page.get_by_label("Side by side").first.click()
    page.locator(".q-menu .q-item").last.click()
    page.locator(".picture.other").filter(visible=True).wait_for()
    window.press("Start from this one")
    window.sees("Starts from content-style.png")
    page.locator(".frame").nth(1).click()
    hold.touch()
    window.press("Paint larger")
    window.press("Pause")
    window.sees("Go on")
    hold.unlink()
    window.sees("paused after step")
    window.press("Stop and keep")
    window.sees("Go on with it")
    window.press("Delete")
    window.press("Delete it")
    page.wait_for_function("document.querySelectorAll('.frame').length == 5")

    page.locator(".frame").first.click()
    page.locator("body").press("b")
    page.get_by_role("tab", name="Regions").click()
    window.brush_stroke()
    regions = np.zeros((600, 800, 3), np.uint8)
    regions[200:, 100:500] = 20, 140, 220  # no colour of the studio's, as another program draws it
    Image.fromarray(regions).save(tmp_path / "map.png")
    with page.expect_file_chooser() as chosen:
        window.press("Load a PNG")
    with page.expect_response(lambda answer: "/_impasto/masks/" in answer.url):
        chosen.value.set_files(tmp_path / "map.png")
    page.get_by_label("Take these masks").click()
    window.sees("masked")
    assert served.end() == 0
    (key,) = json.loads((tmp_path / "studio" / "desk.json").read_text())["regions"].values()
    (laid,) = (tmp_path / "studio" / "pictures").glob(f"{key}/original/*")
    assert (np.asarray(Image.open(laid)) == regions.any(axis=2) * np.uint8(255)).all()
    assert (served.errors, window.foreign()) == ([], [])
