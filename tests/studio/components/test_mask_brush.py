"""The brush, drawn with in a real browser, against discs and lines drawn by numpy."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.images.label_map import read_labels
from impasto.images.mask import read_mask
from tests.studio.components.conftest import Shown

pytestmark = pytest.mark.slow


def distances(places: list[tuple[float, float]], width: int = 400, height: int = 300) -> np.ndarray:
    """How far each pixel's middle is from a line through places: [H, W]."""
    pixels = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), -1)
    nearest = np.full((height, width), np.inf)
    for one, other in zip(np.array(places), np.array([*places[1:], places[-1]]), strict=True):
        way = other - one
        along = np.clip((pixels - one) @ way / max(way @ way, 1e-9), 0, 1)[..., None]
        np.minimum(nearest, np.linalg.norm(pixels - one - along * way, axis=-1), out=nearest)
    return nearest


def assert_drawn(mask: np.ndarray, far: np.ndarray, radius: float, value: int = 255) -> None:
    """Within a pixel at the rim."""
    assert (mask[far <= radius - 1] == value).all()
    assert (mask[far >= radius + 1] == 0).all()
    assert (mask == value).any()


def test_strokes_are_discs_and_lines(shown: Shown):
    shown.open("/brush")
    shown.set(size=41)
    shown.stroke((100.3, 80.7))
    assert_drawn(shown.mask(), distances([(100.3, 80.7)]), 20.5)
    line = [(200.0, 60.0), (320.5, 90.25), (320.5, 260.0), (150.0, 200.0)]
    shown.stroke(*line)
    both = np.minimum(distances([(100.3, 80.7)]), distances(line))
    assert_drawn(shown.mask(), both, 20.5)


def test_a_grey_value_is_exact_and_the_rim_is_smooth(shown: Shown):
    shown.open("/brush")
    shown.set(size=60, value=77)
    shown.stroke((200, 150))
    mask = shown.mask()
    assert_drawn(mask, distances([(200, 150)]), 30, 77)
    assert mask.max() == 77
    assert mask.sum() / 77 == pytest.approx(np.pi * 30**2, rel=2e-3)  # the area of the disc


def test_erasing_leaves_black(shown: Shown):
    shown.open("/brush")
    shown.call("brush", "fill")
    shown.set(tool="erase", size=40)
    shown.stroke((120, 100))
    assert_drawn(255 - shown.mask(), distances([(120, 100)]), 20)


def test_a_soft_brush_does_not_build_up(shown: Shown):
    shown.open("/brush")
    shown.set(size=80, softness=1, value=200)
    shown.stroke((100, 150), (300, 150))
    once = shown.mask()
    shown.call("brush", "clear")
    shown.stroke(*[(100, 150), (300, 150)] * 4)
    assert (shown.mask() == once).all()
    assert once.max() == 200
    profile = once[110:151, 200].astype(int)  # from the rim to the middle
    assert (np.diff(profile) >= 0).all()
    assert np.abs(profile[20] - 100) < 8  # half way, half of it
    assert len(np.unique(profile)) > 30


def test_undo_and_redo_of_fifty_strokes_to_the_byte(shown: Shown):
    shown.open("/brush")
    shown.set(size=30, softness=0.5)
    places = [tuple(place) for place in np.random.default_rng(4).uniform(20, 280, (52, 2))]
    shown.stroke(places[0])
    shown.stroke(places[1])
    two = shown.png()
    for one, other in zip(places[2:], places[1:], strict=False):
        shown.stroke(one, other)
    all_of_them = shown.png()
    for _ in range(50):
        shown.page.keyboard.press("z")
    assert shown.png() == two
    for _ in range(50):
        shown.page.keyboard.press("Shift+Z")
    assert shown.png() == all_of_them
    assert two != all_of_them


def test_invert_twice_changes_nothing_and_once_is_the_negative(shown: Shown):
    shown.open("/brush")
    shown.set(size=90, softness=0.7, value=180)
    shown.stroke((150, 100), (250, 200))
    before = shown.png()
    shown.call("brush", "invert")
    negative = shown.mask()
    assert (negative == 255 - np.array(Image.open(io.BytesIO(before)))).all()
    shown.call("brush", "invert")
    assert shown.png() == before
    shown.call("brush", "undo")
    assert (shown.mask() == negative).all()


def test_fill_and_clear_are_undone(shown: Shown):
    shown.open("/brush")
    shown.stroke((50, 50))
    drawn = shown.png()
    shown.set(value=130)
    shown.call("brush", "fill")
    assert (shown.mask() == 130).all()
    shown.call("brush", "clear")
    assert (shown.mask() == 0).all()
    shown.call("brush", "undo")
    shown.call("brush", "undo")
    assert shown.png() == drawn


def test_saved_and_loaded_to_the_byte(shown: Shown, tmp_path: Path):
    shown.open("/brush")
    shown.set(size=120, softness=1, value=201)
    shown.stroke((100, 100), (300, 200))
    saved = shown.png()
    file = tmp_path / "mask.png"
    file.write_bytes(saved)
    shown.open("/brush")
    assert not shown.mask().any()
    shown.load(saved)
    assert shown.png() == saved
    values = read_mask(file).rows((300, 400), 0, 300).numpy() * 255
    assert np.abs(values - np.array(Image.open(file))).max() < 1e-2  # as `--mask` reads it
    shown.call("brush", "undo")
    assert not shown.mask().any()


def test_colours_of_regions_are_not_mixed(shown: Shown, tmp_path: Path):
    shown.open("/brush?value=%23ff8000")
    shown.set(size=100, softness=0.9)
    shown.stroke((120, 150), (200, 151.3))
    shown.set(value="#0040ff")
    shown.stroke((230, 150), (260, 190.7))
    png = shown.png()
    image = Image.open(io.BytesIO(png))
    assert image.mode == "RGB"
    colors = {color for _, color in image.getcolors()}
    assert colors == {(0, 0, 0), (255, 128, 0), (0, 64, 255)}
    blue = (np.array(image) == (0, 64, 255)).all(2)
    far = distances([(230, 150), (260, 190.7)])
    assert blue[far < 49].all()
    assert not blue[far > 51].any()
    file = tmp_path / "map.png"
    file.write_bytes(png)
    assert set(read_labels(file).colors) == colors  # as `--regions` reads it
    shown.open("/brush?value=%2300ff00")
    shown.load(png)
    assert shown.png() == png
    shown.set(value="#0040ff")
    shown.call("brush", "invert")  # blue and the base change places
    inverted = shown.mask()
    assert (inverted[blue] == 0).all()
    assert (inverted[~blue].reshape(-1, 3).max(0) == (255, 128, 255)).all()
    shown.call("brush", "invert")
    assert shown.png() == png


def test_a_stroke_on_the_zoomed_picture_meets_the_same_pixels(shown: Shown):
    shown.open("/brush")
    shown.set(size=12)
    page = shown.page
    page.mouse.move(*shown.at(300, 220))
    for _ in range(8):
        page.mouse.wheel(0, -200)
    page.wait_for_function(
        "document.querySelector('.impasto-paper img').getBoundingClientRect().width > 8000"  # after all of them
    )
    before = shown.rect()
    page.locator(".impasto-canvas").focus()
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(250, 150)
    page.mouse.up()
    page.keyboard.up(" ")
    after = shown.rect()
    assert (after[2:] == before[2:]).all()
    assert np.abs(after[:2] - before[:2]).max() > 50  # it was panned, and nothing drawn
    assert not shown.mask().any()
    line = [(296.0, 222.5), (305.0, 226.0)]
    shown.stroke(*line)
    assert_drawn(shown.mask(), distances(line), 6)


def test_the_veil_lies_where_the_mask_is(shown: Shown):
    shown.open("/brush")
    before = shown.pixels().astype(float)
    shown.set(size=60)
    shown.stroke((200, 150))
    shown.page.mouse.move(5, 5)  # the outline of the brush out of the way
    shown.settle()
    after = shown.pixels().astype(float)
    left, top, width, _ = shown.rect()
    far = distances([(left + width / 2, top + width * 3 / 8)], 640, 480)
    radius = 30 * width / 400
    seen, unseen = far < radius - 2, (far > radius + 2) & (far < 200)
    assert np.abs(after - (0.55 * np.array([0xE5, 0x38, 0x3B]) + 0.45 * before))[seen].max() <= 2
    assert (after == before)[unseen].all()


def test_keys(shown: Shown):
    shown.open("/brush")
    keyboard = shown.page.keyboard
    shown.stroke((100, 100))
    keyboard.press("z")
    assert not shown.mask().any()
    keyboard.press("Shift+Z")
    assert shown.mask().any()
    keyboard.press("Control+z")
    assert not shown.mask().any()
    keyboard.press("Control+y")
    assert shown.mask().any()
    keyboard.press("e")
    shown.set(size=50)
    keyboard.press("]")
    keyboard.press("]")
    keyboard.press("[")
    keyboard.press("}")
    shown.mask()
    assert [shown.get(name) for name in ("tool", "size", "softness")] == ["erase", "60", "0.1"]
    keyboard.press("b")
    shown.mask()
    assert shown.get("tool") == "add"
    shown.set(tool="erase")  # Python has the last word where it speaks last
    shown.stroke((100, 100))
    assert not shown.mask().any()


def test_a_tab_that_is_left_keeps_its_mask(shown: Shown):
    shown.open("/tabs")
    page = shown.page
    assert not shown.mask().any()  # it was never shown
    drawn = np.uint8(np.arange(300)[:, None] // 2 + np.zeros(400))
    file = io.BytesIO()
    Image.fromarray(drawn).save(file, "PNG")
    shown.load(file.getvalue())
    assert (shown.mask() == drawn).all()
    page.get_by_role("tab", name="second").click()
    page.locator(".impasto-canvas img").wait_for()
    shown.settle()
    shown.set(size=40)
    shown.stroke((100, 100))
    both = shown.mask()
    far = distances([(100, 100)])
    assert (both[far <= 19] == 255).all()
    assert (both[far >= 21] == drawn[far >= 21]).all()
    page.get_by_role("tab", name="first").click()
    page.locator(".impasto-canvas").wait_for(state="detached")
    assert (shown.mask() == both).all()
    shown.call("brush", "undo")
    assert (shown.mask() == drawn).all()
    shown.call("brush", "redo")
    page.get_by_role("tab", name="second").click()
    page.locator(".impasto-canvas img").wait_for()
    assert (shown.mask() == both).all()


def test_a_brush_that_is_deleted_takes_its_address_along(shown: Shown):
    shown.open("/brush")
    shown.stroke((100, 100))
    url = shown.page.evaluate("Object.values(mounted_app.elements).find((one) => one.props?.url)?.props.url")
    assert shown.page.request.get(shown.server + url).status == 404  # nothing was loaded
    with shown.page.expect_response(lambda answer: url in answer.url):  # the page fetches what was loaded
        shown.load(shown.png())
    assert shown.page.request.get(shown.server + url).status == 200
    shown.call("brush", "delete")
    assert shown.page.request.get(shown.server + url).status == 404
    shown.page.locator(".impasto-brush").wait_for(state="detached")


def test_a_post_that_was_not_asked_for_is_refused(shown: Shown):
    shown.open("/brush")
    url = shown.page.evaluate("Object.values(mounted_app.elements).find((one) => one.props?.url)?.props.url")
    assert shown.page.request.post(f"{shown.server}{url}?request=guessed", data=b"x").status == 404


def test_changes_are_told(shown: Shown):
    shown.open("/brush")
    shown.stroke((100, 100))
    shown.call("brush", "undo")
    shown.mask()
    answer = shown.page.request.get(f"{shown.server}/changes")
    assert answer.json() == [[True, False], [False, True]]


def test_a_pen_paints_as_widely_as_it_is_pressed(shown: Shown):
    shown.open("/brush")
    shown.set(size=80)
    x, y = shown.at(200, 150)
    pen = {"x": x, "y": y, "button": "left", "pointerType": "pen", "clickCount": 1, "force": 0.5}
    for kind in ("mousePressed", "mouseReleased"):
        shown.session.send("Input.dispatchMouseEvent", {"type": kind, **pen})
    assert_drawn(shown.mask(), distances([(200, 150)]), 20)


def test_the_other_end_of_a_pen_erases(shown: Shown):
    """The browser's own test input has no such button: the events are made by a script."""
    shown.open("/brush")
    shown.call("brush", "fill")
    shown.set(size=50)
    x, y = shown.at(200, 150)
    shown.page.evaluate(
        """([x, y]) => {
            Element.prototype.setPointerCapture = () => {};
            const pen = { pointerType: "pen", pointerId: 7, button: 5, pressure: 1, clientX: x, clientY: y };
            for (const type of ["pointerdown", "pointerup"])
                document.querySelector(".impasto-canvas").dispatchEvent(new PointerEvent(type, pen));
        }""",
        [x, y],
    )
    assert_drawn(255 - shown.mask(), distances([(200, 150)]), 25)


@pytest.mark.parametrize("shown", [{"has_touch": True}], indirect=True)
def test_one_finger_draws_and_two_pan_and_zoom(shown: Shown):
    shown.open("/brush")
    shown.set(size=40)
    start, end = shown.at(100, 100), shown.at(200, 120)
    shown.touch("touchStart", start)
    shown.touch("touchMove", end)
    shown.touch("touchEnd")
    drawn = shown.mask()
    assert_drawn(drawn, distances([(100, 100), (200, 120)]), 20)
    width = shown.rect()[2]
    shown.touch("touchStart", (250, 200))  # a stroke, taken back when the second finger comes
    shown.touch("touchStart", (250, 200), (350, 200))
    shown.touch("touchMove", (225, 200), (375, 200))
    shown.touch("touchMove", (200, 200), (400, 200))
    shown.touch("touchEnd")
    assert (shown.mask() == drawn).all()
    assert shown.rect()[2] == pytest.approx(2 * width, rel=0.1)


def test_what_is_no_mask_is_refused_in_one_line(shown: Shown):
    shown.open("/brush")
    shown.stroke((100, 100))
    drawn = shown.png()
    assert shown.load(b"GIF89a", 400) == "the mask is no PNG file: save it as an 8-bit PNG"
    assert shown.png() == drawn


def test_a_mask_of_a_large_photograph_arrives_whole(shown: Shown):
    """Far more than a message of the websocket holds, compressed too: noise."""
    size = 1600, 1200
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0]), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=1)
    shown.open("/brush?width=1600&height=1200&picture=/picture/160x120.png")
    shown.load(file.getvalue())
    shown.set(size=100)
    shown.stroke((803, 607), size=size)
    mask = shown.mask()
    far = np.hypot(np.arange(1600) + 0.5 - 803, (np.arange(1200) + 0.5 - 607)[:, None])
    assert (mask[far <= 49] == 255).all()
    assert (mask[far >= 51] == noise[far >= 51]).all()
