import math

import pytest
import torch

from impasto.images.detail import detail_share, fine_detail


def checkerboard(amplitude):
    rows, columns = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    return (0.5 + amplitude * (1 - 2 * ((rows + columns) % 2))).expand(1, 3, 32, 32)


def test_a_flat_picture_has_no_fine_detail_and_a_checkerboard_nothing_else():
    grey = torch.full((1, 3, 16, 16), 0.5)
    assert fine_detail(torch.full((1, 3, 32, 32), 0.5), grey).abs().max() < 1e-5
    torch.testing.assert_close(fine_detail(checkerboard(0.25), grey).abs(), torch.full((1, 3, 32, 32), 0.25))


@pytest.mark.parametrize(
    ("photograph", "painting", "share"),
    [(0.2, 0.2, 1), (0.2, 0.1, 0.5), (0.1, 0.2, 1), (0, 0, 1), (0, 0.1, 1), (0.1, 0, 0)],
)
def test_share_is_the_ratio_of_the_two_and_never_above_one(photograph, painting, share):
    wave = torch.sin(torch.arange(64) * 2 * math.pi / 8).expand(1, 3, 64, 64)
    assert detail_share(photograph * wave, painting * wave[..., :40]) == pytest.approx(share, rel=1e-5)
