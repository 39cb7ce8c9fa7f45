"""What becomes of paint that is enlarged, or torn into single pixels."""

from dataclasses import replace

import numpy as np
import pytest

from impasto.video.tracks import Tracks
from tests.video.synthetic import noise_picture

SIZE = (40, 60)


def tracks(**changes):
    """Those of the sixth frame: all of it stands where it stood in the first one, and looks a little different."""
    found = replace(Tracks.begun(0, SIZE), number=5, likeness=np.full(SIZE, 0.8, np.float32))
    return replace(found, **changes)


@pytest.mark.parametrize(("zoom", "renewed"), [(1.0, 0.0), (1.04, 0.0), (1.08, 1.0)])
def test_enlarged_paint_is_read_from_the_frame_that_shows_it(zoom, renewed):
    plain = tracks()
    enlarged = replace(plain, x=plain.x / np.float32(zoom), y=plain.y / np.float32(zoom))
    assert enlarged.zoom == pytest.approx(zoom, abs=1e-3)
    after = enlarged.grown()
    assert (after.source == 5).mean() == renewed
    assert after.finished.all()  # it is not painted anew
    assert not replace(enlarged, still=np.ones(SIZE, bool)).grown().new.any()


def test_a_mosaic_is_no_grain_and_an_edge_stays():
    """Two pictures, one dark and one light, of which each pixel takes one; then each half of the frame."""
    light = noise_picture(*SIZE)
    bases = {0: light // 4, 1: 255 - light // 4}
    mixed = np.random.default_rng(0).integers(0, 2, SIZE).astype(np.int32)
    halves = np.zeros(SIZE, np.int32)
    halves[:, 30:] = 1
    mosaic, edge = tracks(source=mixed), tracks(source=halves)
    grain = [np.abs(np.diff(one, axis=1)).mean() for one in (mosaic.read(bases) / 255, mosaic.paint(bases))]
    assert grain[1] < 0.6 * grain[0]
    assert np.array_equal(edge.paint(bases), (edge.read(bases) / 255).astype(np.float32))
    sure = replace(mosaic, likeness=np.ones(SIZE, np.float32))
    assert np.array_equal(sure.paint(bases), (sure.read(bases) / 255).astype(np.float32))


def test_what_is_not_painted_yet_does_not_darken_a_mosaic():
    bases = {n: np.full((*SIZE, 3), 200, np.uint8) for n in (0, 1)}
    source = np.random.default_rng(0).integers(0, 2, SIZE).astype(np.int32)
    source[::7, ::7] = 5  # seen first-hand now
    found = tracks(source=source).paint(bases)
    assert found[source != 5].min() == pytest.approx(200 / 255)
