"""The contact sheet: its size, and what stands where."""

import numpy as np
import pytest
import pyvips

from impasto.explore.grid import make_grid
from impasto.pages.pixels import data_uri, thumbnail
from impasto.pages.sheet import LARGEST_PICTURE, LARGEST_SHEET, write_sheet

WIDTH, HEIGHT = 120, 100


@pytest.fixture
def flat(tmp_path):
    """Pictures of one colour each, by number, as files."""

    def make(number, width=WIDTH, height=HEIGHT):
        file = tmp_path / f"{number}-{width}.png"
        pixels = np.full((height, width, 3), (number * 20, 255 - number * 20, 128), np.uint8)
        pyvips.Image.new_from_array(pixels).write_to_file(str(file))
        return file

    return make


def read(path):
    return pyvips.Image.new_from_file(str(path)).numpy()


def spots(pixels, number):
    """Left, top, right and bottom of the picture of that colour."""
    rows, columns = np.nonzero((pixels == (number * 20, 255 - number * 20, 128)).all(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("vary", [["strength=0.1,0.2,0.3", "seed=1,2"], ["seed=1,2,3,4,5,6,7"]])
def test_every_picture_stands_whole_in_its_place(tmp_path, flat, vary):
    grid = make_grid(vary, {})
    numbers = {cell.name: i for i, cell in enumerate(grid.cells)}
    write_sheet(tmp_path / "sheet.png", grid, lambda cell: flat(numbers[cell.name]), "a in the manner of b")
    pixels = read(tmp_path / "sheet.png")
    assert pixels.shape[2] == 3
    places = {name: spots(pixels, number) for name, number in numbers.items()}
    for left, top, right, bottom in places.values():
        assert (right - left, bottom - top) == (WIDTH, HEIGHT)
        assert (pixels[top:bottom, left:right] == pixels[top, left]).all()
    by_place = {(cell.row, cell.column): places[cell.name] for cell in grid.cells}
    for (row, column), (left, top, *_) in by_place.items():
        assert left == by_place[0, column][0]
        assert top == by_place[row, 0][1]
    right, bottom = (max(spot[i] for spot in places.values()) for i in (2, 3))
    assert pixels.shape[:2] == (bottom + 16, right + 16)


def test_labels_are_written_beside_the_pictures(tmp_path, flat):
    """There is ink above every column and left of every row, and none where no label belongs."""
    grid = make_grid(["strength=0.1,0.2", "seed=1,2"], {})
    numbers = {cell.name: i for i, cell in enumerate(grid.cells)}
    write_sheet(tmp_path / "sheet.png", grid, lambda cell: flat(numbers[cell.name]), "a in the manner of b")
    pixels = read(tmp_path / "sheet.png")
    for i in (0, 1):
        left, top, right, _ = spots(pixels, i)
        assert pixels[top - 20 : top, left:right].min() < 100
    for i in (0, 2):
        left, top, _, bottom = spots(pixels, i)
        assert pixels[top:bottom, :left].min() < 100
    _, top, _, bottom = spots(pixels, 0)
    assert (pixels[bottom : bottom + 10] == 255).all()


def test_what_is_not_painted_stays_grey(tmp_path, flat):
    grid = make_grid(["seed=1,2"], {})
    write_sheet(tmp_path / "sheet.png", grid, lambda cell: flat(3) if cell.column else None, "title")
    pixels = read(tmp_path / "sheet.png")
    left, top, _, bottom = spots(pixels, 3)
    assert (pixels[top:bottom, left - 10 - WIDTH : left - 10] == 238).all()


def test_pictures_of_several_sizes_stand_in_the_middle_of_their_places(tmp_path, flat):
    grid = make_grid(["size=64,128"], {})
    small = {cell.name: cell.column == 0 for cell in grid.cells}
    write_sheet(
        tmp_path / "sheet.png", grid, lambda cell: flat(1, 60, 50) if small[cell.name] else flat(2), "title"
    )
    pixels = read(tmp_path / "sheet.png")
    one, two = spots(pixels, 1), spots(pixels, 2)
    assert (one[2] - one[0], one[3] - one[1]) == (60, 50)
    assert one[1] - two[1] == two[3] - one[3] == 25
    assert two[0] - one[2] == 10 + 30


def test_large_pictures_are_made_smaller(tmp_path, flat):
    grid = make_grid(["seed=1,2"], {})
    write_sheet(tmp_path / "sheet.png", grid, lambda cell: flat(cell.column + 1, 1000, 500), "title")
    height, width, _ = read(tmp_path / "sheet.png").shape
    assert width == 2 * 16 + 2 * LARGEST_PICTURE + 10
    assert height < 16 * 2 + LARGEST_PICTURE
    big = make_grid([f"seed={','.join(map(str, range(10)))}", "strength=0.1,0.2"], {})
    write_sheet(tmp_path / "sheet.png", big, lambda cell: flat(1, 600, 60), "title")
    assert LARGEST_PICTURE * 9 < read(tmp_path / "sheet.png").shape[1] < LARGEST_SHEET + 300


def test_long_labels_in_any_script_fit(tmp_path, flat):
    grid = make_grid(["start=" + "x" * 200 + ".png,油画 $x^2$.png"], {})
    write_sheet(tmp_path / "sheet.png", grid, lambda cell: flat(1), "ein Gemälde " * 30)
    pixels = read(tmp_path / "sheet.png")
    assert pixels.shape[1] == 2 * 16 + 2 * WIDTH + 10
    assert (pixels[:, :10] == 255).all()
    assert (pixels[:, -10:] == 255).all()


def test_the_same_pictures_give_the_same_bytes(tmp_path, flat):
    grid = make_grid(["seed=1,2"], {})
    for name in ("a.png", "b.png"):
        write_sheet(tmp_path / name, grid, lambda cell: flat(1), "title")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_transparent_and_deep_pictures_are_shown_on_white_in_eight_bits(tmp_path):
    deep = np.zeros((40, 50, 4), np.uint16)
    deep[:, :25] = (65535, 0, 32768, 65535)
    file = tmp_path / "deep.png"
    pyvips.Image.new_from_array(deep, interpretation="rgb16").write_to_file(str(file))
    shown = thumbnail(file).numpy()
    assert shown.shape == (40, 50, 3)
    assert shown.dtype == np.uint8
    assert tuple(shown[0, 0]) == (255, 0, 128)
    assert tuple(shown[0, 49]) == (255, 255, 255)
    assert data_uri(thumbnail(file, 20)).startswith("data:image/jpeg;base64,/9j/")
