"""The places of pictures: their coupling against the plain iteration."""

import math

import torch

from impasto.inputs.places import EPS, ITERATIONS, RHO, coupling


def test_the_coupling_is_that_of_the_iteration_in_logarithms():
    """Chizat et al., algorithm 1, written with logarithms, which cannot leave the range of numbers."""
    generator = torch.Generator().manual_seed(0)
    cost = 8 * torch.rand(60, 50, generator=generator, dtype=torch.float64)
    mass = torch.rand(50, generator=generator, dtype=torch.float64)
    mass /= mass.sum()
    kernel, of_style = -cost / EPS, torch.zeros(50, dtype=torch.float64)
    for _ in range(ITERATIONS):
        of_content = -math.log(60) - torch.logsumexp(kernel + of_style, 1)
        of_style = RHO / (RHO + EPS) * (mass.log() - torch.logsumexp(kernel + of_content[:, None], 0))
    expected = (kernel + of_content[:, None] + of_style).exp()
    expected /= expected.sum(1, keepdim=True)
    torch.testing.assert_close(coupling(cost, mass), expected, rtol=1e-9, atol=1e-12)


def test_a_place_that_costs_less_is_the_partner():
    cost = (
        1 - torch.eye(8, dtype=torch.float64)[torch.randperm(8, generator=torch.Generator().manual_seed(0))]
    )
    P = coupling(cost, torch.full((8,), 1 / 8, dtype=torch.float64))
    assert torch.equal(P.argmax(1), cost.argmin(1))
    torch.testing.assert_close(P.sum(1), torch.ones(8, dtype=torch.float64))
