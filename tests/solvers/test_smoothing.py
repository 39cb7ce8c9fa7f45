import itertools

import pytest
import torch

from impasto.solvers import vectors
from impasto.solvers.smoothing_metric import picture_metric
from tests.solvers.helpers import smoothed


def matrix(height: int, width: int) -> torch.Tensor:
    basis = torch.eye(height * width, dtype=torch.float64).reshape(-1, 1, 1, height, width)
    return torch.stack([smoothed(one).flatten() for one in basis])


@pytest.mark.parametrize("size", [(8, 8), (9, 14), (5, 32), (3, 7), (1, 1)])
def test_is_symmetric_and_at_least_the_identity(size):
    M = matrix(*size)
    assert torch.allclose(M, M.T, rtol=0, atol=1e-12)
    assert torch.linalg.eigvalsh(M).min() >= 1 - 1e-9


@pytest.mark.parametrize("size", [(8, 8), (61, 40), (64, 33), (37, 5)])
def test_slab_by_slab_is_the_same_as_at_once_to_the_bit(size, monkeypatch):
    change = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(6))
    at_once = picture_metric(change)
    monkeypatch.setattr(vectors, "CHUNK", 3 * 6 * size[1])  # six rows
    assert torch.equal(picture_metric(change), at_once)


def test_coarse_waves_are_lifted_by_their_wavelength_and_the_finest_not_at_all():
    x = torch.arange(256, dtype=torch.float64)
    lifts = []
    for period in (2, 4, 8, 16, 32, 64):
        # a quarter of a pixel's phase keeps the wave of period 2 from vanishing
        wave = torch.cos(2 * torch.pi * (x + 0.25) / period).expand(1, 1, 256, 256)
        inner = slice(64, 192)
        out = smoothed(wave)[0, 0, inner, inner]
        lifts.append(
            float((out * wave[0, 0, inner, inner]).mean() / wave[0, 0, inner, inner].square().mean())
        )
    assert lifts[0] == pytest.approx(1, abs=1e-6)
    assert lifts == sorted(lifts)
    # a 1/f amplitude: every octave further lifts about twice as much, until the levels end
    for finer, coarser in itertools.pairwise(lifts[1:]):
        assert 1.5 < coarser / finer < 3


def test_a_constant_is_lifted_by_one_plus_two_plus_four_and_so_on():
    inside = smoothed(torch.ones(1, 3, 512, 512))[..., 240:272, 240:272]
    assert torch.allclose(inside, torch.full_like(inside, 63.0), rtol=1e-5)


def test_channels_do_not_mix_and_the_argument_is_left_alone():
    change = torch.zeros(1, 3, 16, 16)
    change[0, 1, 8, 8] = 1
    kept = change.clone()
    out = smoothed(change)
    assert torch.equal(change, kept)
    assert out[0, 0].abs().max() == out[0, 2].abs().max() == 0 < out[0, 1].abs().max()


def test_grey_keeps_its_way_and_colour_goes_a_quarter_of_it():
    generator = torch.Generator().manual_seed(4)
    plane = torch.randn(1, 1, 24, 20, generator=generator)
    grey, colour = plane.expand(1, 3, -1, -1), plane * torch.tensor([1.0, 1.0, -2.0]).reshape(1, 3, 1, 1)
    torch.testing.assert_close(picture_metric(grey), smoothed(grey))
    torch.testing.assert_close(picture_metric(colour), smoothed(colour) / 4)
