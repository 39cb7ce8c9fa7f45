"""The demo's two pictures in the package are the ones that examples/draw_pictures.py draws."""

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import pyvips

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples folder is not beside the tests")


def committed(name: str) -> np.ndarray:
    """A picture of the package, (600, 800, 3) in [0, 1]."""
    data = files("impasto.demo").joinpath(name).read_bytes()
    return pyvips.Image.new_from_buffer(data, "").numpy().astype(np.float32) / 255


@pytest.fixture(scope="module")
def drawing() -> Iterator[SimpleNamespace]:
    """The drawing code, importable for as long as this file's tests run."""
    sys.path.insert(0, str(EXAMPLES))
    from drawing import canvas, fields, view

    yield SimpleNamespace(canvas=canvas, fields=fields, view=view)
    sys.path.remove(str(EXAMPLES))


@pytest.mark.parametrize("name", ["content.jpg", "style.jpg"])
def test_pictures_are_small_files_of_the_size_promised(name: str) -> None:
    data = files("impasto.demo").joinpath(name).read_bytes()
    assert len(data) <= 260_000
    assert committed(name).shape == (600, 800, 3)
    assert pyvips.Image.new_from_buffer(data, "").interpretation == "srgb"


@pytest.mark.slow
def test_content_is_what_the_view_draws(drawing: SimpleNamespace) -> None:
    redrawn = drawing.view.draw_view(200, 150, finer=1)
    kept = drawing.fields.shrink(committed("content.jpg"), 4)
    soft_redrawn, soft_kept = drawing.fields.blur(redrawn, 1.5), drawing.fields.blur(kept, 1.5)
    assert np.abs(soft_redrawn - soft_kept).mean() < 0.02
    assert np.corrcoef(soft_redrawn.ravel(), soft_kept.ravel())[0, 1] > 0.98


@pytest.mark.slow
def test_style_is_what_the_canvas_paints(drawing: SimpleNamespace) -> None:
    redrawn = drawing.canvas.draw_canvas(200, 150)
    kept = drawing.fields.shrink(committed("style.jpg"), 4)
    soft_redrawn, soft_kept = drawing.fields.blur(redrawn, 4.0), drawing.fields.blur(kept, 4.0)
    assert np.abs(soft_redrawn - soft_kept).mean() < 0.03
    assert np.corrcoef(soft_redrawn.ravel(), soft_kept.ravel())[0, 1] > 0.97


@pytest.mark.slow
def test_same_seed_same_pixels_other_seed_other_pixels(drawing: SimpleNamespace) -> None:
    first, again = (drawing.canvas.draw_canvas(80, 60, finer=1) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - drawing.canvas.draw_canvas(80, 60, finer=1, seed=12)).mean() > 0.01


def test_blur_keeps_a_constant_and_spreads_a_point_as_a_gaussian(drawing: SimpleNamespace) -> None:
    np.testing.assert_allclose(drawing.fields.blur(np.full((21, 34), 0.3, np.float32), 2.0), 0.3, atol=1e-6)
    point = np.zeros((61, 61), np.float32)
    point[30, 30] = 1.0
    spread = drawing.fields.blur(point, 3.0)
    off = np.arange(-30, 31)
    expected = np.exp(-(off[:, None] ** 2 + off[None, :] ** 2) / 18) / (18 * np.pi)
    np.testing.assert_allclose(spread, expected, atol=2e-6)


def test_a_failed_save_leaves_the_old_picture(drawing: SimpleNamespace, tmp_path: Path) -> None:
    target = tmp_path / "kept.jpg"
    drawing.fields.save_jpeg(target, np.full((8, 8, 3), 0.5, np.float32))
    before = target.read_bytes()
    with pytest.raises(ValueError, match="dimension"):
        drawing.fields.save_jpeg(target, np.zeros((2, 2, 2, 2), np.float32))
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["kept.jpg"]
