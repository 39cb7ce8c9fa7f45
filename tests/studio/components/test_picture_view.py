"""The picture on the page, in a real browser."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from tests.studio.components.conftest import Shown

pytestmark = pytest.mark.slow

BEFORE = "/view?before=/picture/400x300.png%3Fred=250"


def picture(shown: Shown, path: str) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(shown.page.request.get(shown.server + path).body())))


def swap(shown: Shown, url: str, width: int) -> None:
    shown.call("view", "set_source", url)
    shown.page.wait_for_function(f"document.querySelector('.impasto-paper img').naturalWidth === {width}")


def readout(shown: Shown) -> str:
    return str(shown.page.locator(".impasto-readout").inner_text())


def test_the_whole_picture_in_the_middle(shown: Shown):
    shown.open("/view")
    assert shown.rect() == pytest.approx([0, 0, 640, 480], abs=1)
    assert readout(shown) == "160 %"
    shown.page.set_viewport_size({"width": 900, "height": 300})
    shown.page.wait_for_function("document.querySelector('.impasto-readout').textContent === '100 %'")
    assert shown.rect() == pytest.approx([250, 0, 400, 300], abs=1)
    assert shown.page.get_by_role("group", name="the painting").count() == 1


@pytest.mark.parametrize("shown", [{}, {"device_scale_factor": 2}], indirect=True)
def test_actual_size_is_a_pixel_for_a_pixel(shown: Shown):
    shown.open("/view")
    shown.call("view", "actual_size")
    shown.page.wait_for_function("document.querySelector('.impasto-readout').textContent === '100 %'")
    ratio = shown.page.evaluate("devicePixelRatio")
    left, top, width, height = np.round(shown.rect() * ratio).astype(int)
    assert (width, height) == (400, 300)
    seen = shown.pixels()[top : top + height, left : left + width]
    above = slice(0, 200)  # the readout of the zoom
    assert (seen[above] == picture(shown, "/picture/400x300.png")[above]).all()


def test_pixels_are_crisp_beyond_it(shown: Shown):
    shown.open("/view")
    shown.page.locator(".impasto-room").focus()
    shown.page.keyboard.press("1")
    for _ in range(4):
        shown.page.keyboard.press("+")
    shown.page.wait_for_function("document.querySelector('.impasto-readout').textContent === '400 %'")
    shown.page.evaluate("document.activeElement.blur()")  # no ring around it
    left, top, width, height = np.round(shown.rect()).astype(int)
    enlarged = picture(shown, "/picture/400x300.png").repeat(4, 0).repeat(4, 1)
    assert (width, height) == (1600, 1200)
    expected = enlarged[-top : -top + 430, -left : -left + 570]
    assert (shown.pixels()[:430, :570] == expected).all()


def test_the_wheel_zooms_about_the_pointer_and_dragging_pans(shown: Shown):
    shown.open("/view")
    place = shown.at(240, 130)
    shown.page.mouse.move(*place)
    shown.page.mouse.wheel(0, -400)
    shown.page.wait_for_function(
        "document.querySelector('.impasto-paper img').getBoundingClientRect().width > 1000"
    )
    assert shown.at(240, 130) == pytest.approx(place, abs=1)
    before = shown.rect()
    shown.page.mouse.down()
    shown.page.mouse.move(place[0] - 90, place[1] + 40, steps=3)
    shown.page.mouse.up()
    moved = shown.rect() - before
    assert moved == pytest.approx([-90, 40, 0, 0], abs=1)


def test_a_double_click_changes_between_whole_and_actual_size(shown: Shown):
    shown.open("/view?source=/picture/1600x1200.png")
    place = shown.at(1200, 300, (1600, 1200))
    shown.page.mouse.dblclick(*place)
    assert shown.rect()[2:] == pytest.approx([1600, 1200])
    assert shown.at(1200, 300, (1600, 1200)) == pytest.approx(place, abs=1)
    shown.page.mouse.dblclick(*place)
    assert shown.rect()[3] == 480


def test_a_finer_picture_is_seen_as_the_coarse_one_was(shown: Shown):
    shown.open("/view")
    shown.page.mouse.move(450, 120)
    shown.page.mouse.wheel(0, -500)
    shown.page.wait_for_function(
        "document.querySelector('.impasto-paper img').getBoundingClientRect().width > 1000"
    )
    seen = shown.rect()
    swap(shown, "/picture/566x424.png", 566)  # the next scale: rounded to whole pixels
    assert shown.rect() == pytest.approx(seen, abs=4)
    swap(shown, "/picture/800x600.png", 800)
    assert shown.rect() == pytest.approx(seen, abs=4)
    swap(shown, "/picture/300x400.png", 300)  # another shape
    assert shown.rect()[3] == 480


def test_the_picture_stays_until_the_next_is_decoded_and_the_last_is_shown(shown: Shown):
    shown.open("/view")
    shown.page.route("**/picture/80*", lambda route: (time.sleep(0.1), route.continue_()))
    shown.page.evaluate(
        """() => {
            window.seen = [];
            new MutationObserver(() => {
                const image = document.querySelector('.impasto-paper img');
                window.seen.push([image?.naturalWidth ?? 0, image?.complete ?? false]);
            }).observe(document.querySelector('.impasto-paper'), { childList: true });
        }"""
    )
    for width in (800, 804, 808):
        shown.call("view", "set_source", f"/picture/{width}x{width * 3 // 4}.png")
    shown.page.wait_for_function("document.querySelector('.impasto-paper img').naturalWidth === 808")
    seen = shown.page.evaluate("window.seen")
    assert [width for width, _ in seen] in ([800, 808], [808], [804, 808], [800, 804, 808])
    assert all(complete for _, complete in seen)


def test_a_picture_that_is_missing_leaves_the_one_before(shown: Shown):
    shown.open("/view")
    shown.page.route(
        "**/picture/401*", lambda route: route.fulfill(body="no picture", content_type="image/png")
    )
    with shown.page.expect_response("**/picture/401*"):
        shown.call("view", "set_source", "/picture/401x300.png")
    assert shown.rect()[3] == 480
    swap(shown, "/picture/800x600.png", 800)


def test_before_and_after(shown: Shown):
    shown.open(BEFORE)
    slider = shown.page.get_by_role("slider", name="Before and after")
    slider.wait_for()
    assert slider.get_attribute("aria-valuenow") == "50"
    left, _, width, _ = shown.rect()
    for key, expected in (("ArrowLeft", "48"), ("Shift+ArrowLeft", "38"), ("Home", "0"), ("End", "100")):
        slider.press(key)
        assert slider.get_attribute("aria-valuenow") == expected
    x = left + width * 1.0
    shown.page.mouse.move(x - 2, 300)
    shown.page.mouse.down()
    shown.page.mouse.move(left + 0.25 * width, 320, steps=4)
    shown.page.mouse.up()
    assert slider.get_attribute("aria-valuenow") == "25"
    assert slider.get_attribute("aria-valuetext") == "25 percent before"
    row = shown.pixels()[100].astype(int)  # red is 250 before and 90 after
    line = round(left + 0.25 * width)
    assert (row[int(left) + 2 : line - 8, 0] == 250).all()
    assert (row[line + 8 : int(left + width) - 2, 0] == 90).all()
    shown.call("view", "set_before", None)
    slider.wait_for(state="detached")
    assert (shown.pixels()[100, :, 0] == 90).all()


def test_the_divider_stays_on_the_screen_while_zoomed(shown: Shown):
    shown.open(BEFORE)
    slider = shown.page.get_by_role("slider")
    slider.wait_for()
    shown.page.mouse.move(150, 150)
    shown.page.mouse.wheel(0, -800)
    shown.page.wait_for_function(
        "document.querySelector('.impasto-paper img').getBoundingClientRect().width > 1000"
    )
    slider.press("Home")
    assert slider.bounding_box()["x"] == pytest.approx(-22, abs=1)  # 44 pixels wide, about its line
    slider.press("End")
    assert slider.bounding_box()["x"] == pytest.approx(640 - 22, abs=1)


def test_two_views_of_a_group_move_together(shown: Shown):
    shown.open("/pair")
    shown.page.wait_for_function("document.querySelectorAll('.impasto-paper img').length === 2")
    shown.page.mouse.move(150, 200)
    shown.page.mouse.wheel(0, -600)
    shown.page.wait_for_function(
        "document.querySelector('.impasto-paper img').getBoundingClientRect().width > 500"
    )
    shown.page.mouse.down()
    shown.page.mouse.move(170, 180, steps=3)
    shown.page.mouse.up()
    left, right = shown.rect(0), shown.rect(1)
    assert left[2] > 500
    assert right - left == pytest.approx([322, 0, 0, 0], abs=1)


def test_arrows_pan_and_0_shows_all(shown: Shown):
    shown.open("/view?source=/picture/1600x1200.png")
    shown.page.locator(".impasto-room").focus()
    shown.page.keyboard.press("1")
    before = shown.rect()
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("ArrowDown")
    assert shown.rect() - before == pytest.approx([-60, -60, 0, 0])
    shown.page.keyboard.press("0")
    assert shown.rect()[3] == 480


def test_a_view_that_is_put_back_shows_what_it_showed(shown: Shown):
    shown.open("/tabs")
    tabs = shown.page.get_by_role("tab")
    shown.page.locator(".impasto-room").hover(position={"x": 100, "y": 100})
    shown.page.mouse.wheel(0, -300)
    shown.page.wait_for_function(
        "document.querySelector('.impasto-paper img').getBoundingClientRect().width > 600"
    )
    seen = shown.rect()
    tabs.nth(1).click()
    shown.page.locator(".impasto-view").wait_for(state="detached")
    tabs.nth(0).click()
    shown.page.locator(".impasto-view img").wait_for()
    shown.settle()
    assert shown.rect() == pytest.approx(seen, abs=1)


@pytest.mark.parametrize("shown", [{"has_touch": True}], indirect=True)
def test_two_fingers_enlarge(shown: Shown):
    shown.open("/view")
    place = shown.at(200, 150)
    shown.touch("touchStart", (270, 240), (370, 240))
    shown.touch("touchMove", (245, 240), (395, 240))
    shown.touch("touchMove", (220, 240), (420, 240))
    shown.touch("touchEnd")
    assert shown.rect()[2] == pytest.approx(2 * 640, rel=0.1)
    assert shown.at(200, 150) == pytest.approx(place, abs=2)
