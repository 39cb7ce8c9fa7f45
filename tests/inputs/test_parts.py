"""The parts of a painting: where they lie in both pictures, and how much each covers."""

import numpy as np
import pytest
import torch

from impasto.inputs.inputs import Guidance, read_inputs
from impasto.inputs.parts import SOFT, PartMap, Parts, assigned, parts_of
from impasto.inputs.places import InputPlaces
from tests.helpers import halves, random_image, tiny_encoder

SKY, SUN, MEADOW = (0.4, 0.6, 1.0), (1.0, 0.9, 0.5), (0.2, 0.4, 0.05)


def part_maps(content, styles, **guidance):
    inputs = read_inputs(content, styles, guidance=Guidance(**guidance))
    places = InputPlaces.of(tiny_encoder(None, pooling="average"), inputs)
    return [parts_of(places, inputs, region) for region in inputs.regions]


def labels(parts, image):
    return parts.rows(image, image.shape[2], 0)


def shares(labels, rows, kinds):
    """How much of some rows belongs to these kinds."""
    return float(torch.isin(labels[rows], kinds).float().mean())


ABOVE, BELOW = slice(0, 40), slice(56, 96)


def test_sky_is_sky_and_meadow_is_meadow():
    content, style = halves(SKY, (0.5, 0.5, 0.3)), halves(SUN, MEADOW)
    ((of_content, of_style),) = part_maps(content, style)
    in_content, in_style = labels(of_content, content), labels(of_style, style)
    sky = in_style[ABOVE].unique()
    assert shares(in_style, BELOW, sky) == 0
    assert shares(in_content, ABOVE, sky) > 0.98
    assert shares(in_content, BELOW, sky) < 0.02


def test_each_part_covers_as_much_of_both_pictures():
    """A photograph that is nearly all sky, and a painting that is half meadow: half of it is meadow, the lower half."""
    content = halves(SKY, SKY)
    content[:, :, 80:] = 0.3
    style = halves(SUN, MEADOW)
    ((of_content, of_style),) = part_maps(content, style)
    torch.testing.assert_close(of_content.share.mean((1, 2)), of_style.share.mean((1, 2)), atol=0.02, rtol=0)
    meadow, found = labels(of_style, style)[BELOW].unique(), labels(of_content, content)
    assert shares(found, slice(0, 32), meadow) < 0.05
    assert shares(found, slice(64, 96), meadow) > 0.8


def test_a_picture_has_its_own_parts():
    """The photograph itself as the painting: each pixel belongs to the same part in both."""
    image = random_image(96, 128, 3)
    ((of_content, of_style),) = part_maps(image, image.clone())
    assert torch.equal(labels(of_content, image), labels(of_style, image))


def test_pixels_follow_the_edges_of_the_picture():
    """Places are 8 pixels wide; the edge lies within one, at row 44."""
    image = torch.zeros(1, 3, 96, 128)
    image[:, :, 44:] = 0.8
    share = torch.zeros(2, 12, 16)
    share[0, :5], share[1, 6:], share[:, 5] = 1, 1, 0.5
    lab = torch.zeros(3, 12, 16)
    lab[0, 5], lab[0, 6:] = 0.42, 0.84
    found = labels(PartMap(share, lab), image)
    assert (found[:44] == 0).all() and (found[44:] == 1).all()


def test_rows_are_those_of_the_whole():
    image, share = random_image(90, 70), torch.rand(4, 11, 9, generator=torch.Generator().manual_seed(0))
    parts = PartMap(share, 0.3 * torch.rand(3, 11, 9, generator=torch.Generator().manual_seed(1)))
    whole = labels(parts, image)
    assert whole.dtype == torch.uint8 and len(whole.unique()) == 4
    assert torch.equal(parts.rows(image[:, :, 31:58], 90, 31), whole[31:58])


def test_the_assignment_is_that_of_the_plain_iteration():
    generator = torch.Generator().manual_seed(0)
    cost = 0.2 * torch.rand(50, 4, generator=generator, dtype=torch.float64)
    mass, covers = (torch.rand(n, generator=generator, dtype=torch.float64) for n in (50, 4))
    mass, covers = mass / mass.sum(), covers / covers.sum()
    K, v = np.exp(-cost.numpy() / SOFT), np.ones(4)
    for _ in range(3000):
        u = mass.numpy() / (K @ v)
        v = covers.numpy() / (K.T @ u)
    expected = u[:, None] * K * v
    found = assigned(cost, mass, covers) * mass[:, None]
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(found.sum(0).numpy(), covers.numpy(), atol=1e-4)


@pytest.mark.parametrize("weight", [1.0, 1e-3])
def test_several_paintings_share_their_parts(weight):
    content, first, second = halves(SKY, MEADOW), halves(SUN, MEADOW), halves(SKY, (0.1, 0.1, 0.1))
    ((of_content, *of_styles),) = part_maps(content, [(first, 1.0), (second, weight)])
    assert len(of_styles) == 2 and {one.count for one in of_styles} == {of_content.count}
    for one in (of_content, *of_styles):
        torch.testing.assert_close(one.share.sum(0), torch.ones_like(one.share[0]))


def test_a_region_has_the_parts_of_its_own_style():
    content, left = halves(SKY, MEADOW), torch.zeros(96, 128)
    left[:, :64] = 1
    styles = [halves(SUN, MEADOW), halves((0.1, 0.1, 0.4), (0.9, 0.9, 0.9))]
    first, second = part_maps(content, styles, masks=[left, 1 - left])
    for of_content, of_style in (first, second):
        assert of_content.count == of_style.count
        torch.testing.assert_close(of_content.share.sum(0), torch.ones_like(of_content.share[0]))
    assert not torch.equal(first[1].share, second[1].share)


def test_parts_are_found_again_for_other_weights_only():
    styles = [halves(SUN, MEADOW), halves((0.1, 0.1, 0.4), (0.9, 0.9, 0.9))]
    inputs = read_inputs(halves(SKY, MEADOW), styles)
    places = InputPlaces.of(tiny_encoder(None, pooling="average"), inputs)
    parts, other = Parts(places), inputs.reweighted([0.2, 1.0])
    first = parts.of_region(inputs, inputs.regions[0])
    assert parts.of_region(inputs.reweighted([1.0, 1.0]), inputs.regions[0]) is first
    again, expected = parts.of_region(other, other.regions[0]), parts_of(places, other, other.regions[0])
    assert not torch.equal(again[0].share, first[0].share)
    assert all(torch.equal(one.share, two.share) for one, two in zip(again, expected, strict=True))
