"""Who owns which rows, and what has to be seen of the neighbours: against the whole picture."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.distributed.partition import ALIGNED
from impasto.distributed.slab_partition import FEWEST_ROWS, slabs_of
from impasto.objective.tiling import Tiling
from impasto.objective.transforms import MARGIN
from impasto.solvers.smoothing_metric import METRIC_HALO, picture_metric
from impasto.vgg.layers import LAYERS

pytestmark = pytest.mark.slow  # two processes


@given(height=st.integers(16, 40_000), ranks=st.integers(1, 64))
@settings(max_examples=200)
def test_every_row_has_one_owner(height, ranks):
    slabs = slabs_of(height, ranks)
    members = sum(span.start < span.stop for span in slabs)
    assert len(slabs) == ranks
    assert (slabs[0].start, slabs[-1].stop) == (0, height)
    assert all(one.stop == other.start for one, other in pairwise(slabs))
    sizes = [span.stop - span.start for span in slabs]
    assert all(sizes[:members]) and not any(sizes[members:])
    assert all(span.start % ALIGNED == 0 for span in slabs[:members])
    if members > 1:
        assert min(sizes[:members]) >= FEWEST_ROWS
        assert max(sizes) - min(sizes[:members]) < 2 * ALIGNED


@given(
    height=st.integers(256, 900),
    ranks=st.integers(2, 4),
    side=st.integers(16, 200),
    margin=st.sampled_from([0, MARGIN]),
    layers=st.lists(st.sampled_from(list(LAYERS)), min_size=1, max_size=3, unique=True),
)
@settings(max_examples=60)
def test_the_bands_tiles_own_every_activation_once(height, ranks, side, margin, layers):
    slabs = slabs_of(height, ranks)
    bands = [Tiling(height, 20, layers, side, margin, span) for span in slabs if span.start < span.stop]
    for layer in layers:
        stride = LAYERS[layer].stride
        owned = torch.zeros((height + 2 * margin) // stride, dtype=torch.int)
        for band in bands:
            for rows in {tile.rows.own: tile.rows for tile in band.tiles}.values():
                owned[slice(*rows.own_at(stride))] += 1
        assert owned.eq(1).all()
        assert sum(band.layer_size(layer)[0] for band in bands) == len(owned)
    for band, span in zip(bands, slabs, strict=False):
        assert band.rows.start <= span.start < span.stop <= band.rows.stop


@pytest.mark.parametrize("height", [256, 300, 517])
def test_the_metric_of_a_widened_slab_is_that_of_the_whole(height):
    change = torch.randn(1, 3, height, 70, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    whole = picture_metric(change)
    slabs = slabs_of(height, 4)
    for own, wide in zip(slabs, [span.widened(METRIC_HALO, height) for span in slabs], strict=True):
        part = (
            picture_metric(change[:, :, slice(*wide)])[:, :, own.within(wide)]
            if own.start < own.stop
            else None
        )
        if part is not None:
            torch.testing.assert_close(part, whole[:, :, slice(*own)], rtol=0, atol=1e-12)
