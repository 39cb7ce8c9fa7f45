"""Measures of pixels, on pictures of which the answer is known."""

import numpy as np
import pytest
import torch
from torch.nn import functional

import impasto
from impasto.errors import PictureError
from impasto.measures.artifacts import WIDTH, border, lattice, seams, unevenness
from impasto.measures.colors import color, color_distance
from impasto.measures.detail import flattest, noise, octaves, sharpness, sigma
from impasto.measures.measure import ComparedImages
from tests.helpers import random_image


def gaussian(height, width, deviation, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return deviation * torch.randn(1, 3, height, width, generator=generator)


def smooth(height=96, width=128, seed=0) -> torch.Tensor:
    """A picture of soft shapes, with neither noise nor edges."""
    coarse = random_image(6, 8, seed)
    return functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True).clamp(0, 1)


def images(result, content=None, style=None) -> ComparedImages:
    content = smooth() if content is None else content
    return ComparedImages(result, content, content if style is None else style)


@pytest.mark.parametrize("deviation", [1, 4, 12])
def test_noise_of_a_known_deviation_is_found(deviation):
    noisy = 0.5 + gaussian(128, 128, deviation / 255)
    assert 255 * sigma(noisy) == pytest.approx(deviation, rel=0.02)
    over_shapes = 0.3 + 0.4 * smooth(128, 128) + gaussian(128, 128, deviation / 255)
    assert 255 * sigma(over_shapes) == pytest.approx(deviation, rel=0.05)


def test_noise_does_not_see_planes():
    x, y = torch.meshgrid(torch.linspace(0, 0.6, 40), torch.linspace(0, 0.3, 50), indexing="ij")
    assert sigma((x + y).expand(1, 3, 40, 50)) < 1e-6


def test_noise_in_flat_parts_is_that_of_the_sky_alone():
    content = torch.cat([0.5 + gaussian(64, 128, 1 / 255), random_image(64, 128)], dim=2)
    assert flattest(content)[4:].sum() == 0
    result = content.clone()
    result[:, :, :64] = 0.5 + gaussian(64, 128, 5 / 255, seed=1)
    values = noise(images(result, content)).values["in flat parts"]
    assert values["photograph"] == pytest.approx(1, rel=0.1)
    assert values["result"] == pytest.approx(5, rel=0.1)


def test_a_blurred_copy_is_less_sharp_and_most_so_in_fine_detail():
    content = random_image(96, 96)
    blurred = functional.avg_pool2d(content, 5, stride=1, padding=2, count_include_pad=False)
    rows = sharpness(images(blurred, content)).values
    shares = [row["result"] / row["photograph"] for row in rows.values()]
    assert shares[0] < 0.3
    assert shares[0] < shares[1] < shares[2]


def test_a_wave_is_strongest_in_its_own_octave():
    """Filters one octave wide: a wave of 2^k * 3 pixels belongs to the octave from 2^(k+1) to 2^(k+2)."""
    for octave, length in ((0, 3), (1, 6), (2, 12), (3, 24)):
        wave = (2 * torch.pi * torch.arange(192) / length).cos().expand(1, 1, 192, 192)
        assert int(np.argmax(octaves(wave))) == octave


def test_the_first_octave_of_white_noise_in_closed_form():
    """I - B I has the mean square sigma^2 (1 - 2 b_00 + sum b^2): b_00 = (6/16)^2, sum b^2 = (70/256)^2."""
    white = 0.1 * torch.randn(1, 1, 400, 400, generator=torch.Generator().manual_seed(0))
    expected = 0.1 * (1 - 2 * (6 / 16) ** 2 + (70 / 256) ** 2) ** 0.5
    assert octaves(white)[0] == pytest.approx(expected, rel=0.01)


def test_colour_distance_of_equal_pictures_and_of_reordered_ones_is_0():
    image = random_image(20, 30)
    mirrored = image.flip(3)
    found = color(images(mirrored, image)).values
    assert found["result to photograph"]["distance"] < 1e-7
    assert found["result to photograph, in place"]["distance"] > 0.1


def test_colour_distance_of_gaussians_in_closed_form():
    """Along an axis two Gaussians of deviations s and t are s - t apart (order 2): d^2 = 3 (s - t)^2."""
    one, other = gaussian(250, 250, 0.2), gaussian(250, 250, 0.1, seed=1)
    assert color_distance(one, other) == pytest.approx(3**0.5 * 0.1, rel=0.01)


def test_colour_distance_against_plain_sorting():
    one, other = random_image(64, 64, 1) ** 2, random_image(64, 64, 2)
    directions = np.random.default_rng(0).normal(size=(1000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    a, b = (directions @ x[0].flatten(1).double().numpy() for x in (one, other))
    plain = np.sqrt(3 * np.mean((np.sort(a) - np.sort(b)) ** 2))
    assert color_distance(one, other) == pytest.approx(plain, rel=0.02)


def seamless(height=192, width=256, seed=5):
    """Soft shapes with grain, and the photograph that they stand for."""
    content = (0.2 + 0.5 * smooth(height, width) + gaussian(height, width, 0.02)).clamp(0, 1)
    result = (0.2 + 0.5 * smooth(height, width, seed) + gaussian(height, width, 0.02, seed)).clamp(0, 1)
    return result, content


def strengths(result, content) -> list[float]:
    return [row["strength"] for row in seams(images(result, content)).values.values()]


def test_the_strongest_line_of_grain_is_what_chance_gives():
    """The largest of some 400 normal numbers is 3.1 on average, and above 5 once in 4000 pictures."""
    found = [one for seed in range(1, 6) for one in strengths(*seamless(seed=seed))]
    assert max(found) < 4
    assert 1 < sum(found) / len(found) < 3  # less the photograph's


@pytest.mark.parametrize("step", [0.02, -0.04])
def test_a_drawn_seam_is_found_where_it_is_and_as_large_as_it_is(step):
    result, content = seamless()
    result[..., 170:] += step
    found = seams(images(result, content)).values
    line = found["strongest upright line"]
    assert (line["before pixel"], line["from"], line["to"]) == (170, 0, 192)
    assert line["strength"] > 6
    assert line["step"] == pytest.approx(step, abs=0.005)
    assert found["strongest level line"]["strength"] < 4
    turned = seams(images(result.transpose(2, 3), content.transpose(2, 3))).values
    assert turned["strongest level line"] == line


def test_half_a_line_is_found_with_its_ends():
    result, content = seamless()
    result[..., 60:100, 112:240] += 0.04 * torch.linspace(1, 0, 40)[:, None]
    line = seams(images(result, content)).values["strongest level line"]
    assert (line["before pixel"], line["from"], line["to"]) == (60, 112, 240)
    assert line["strength"] > 6


def test_an_edge_of_the_photograph_is_no_seam_even_where_it_has_moved():
    content = (0.4 + gaussian(96, 128, 0.02)).clamp(0, 1)
    content[:, :, 50:] += 0.1
    result = (0.4 + gaussian(96, 128, 0.02, seed=1)).clamp(0, 1)
    result[:, :, 51:] += 0.1
    assert strengths(result, torch.full_like(content, 0.4))[0] > 8
    assert strengths(result, content)[0] < 4


def test_bands_of_an_even_sky_are_no_seams():
    """A slope of 20 steps of 8 bits: 20 straight lines, each as long as the picture."""
    sky = (torch.linspace(100, 120, 192).round() / 255)[:, None].expand(1, 3, 192, 256)
    assert strengths(sky, torch.full_like(sky, 0.5)) == [0, 0]


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (16, 40)])
def test_pictures_that_are_too_small_for_lines_have_none(shape):
    found = strengths(random_image(*shape), random_image(*shape, 1))
    assert all(0 <= one < 4 for one in found)


@pytest.mark.parametrize("period", [4, 8, 16])
def test_a_lattice_of_dots_is_seen_at_its_period(period):
    content = (0.4 + 0.2 * smooth() + gaussian(96, 128, 0.01)).clamp(0, 1)
    result = content.clone()
    result[:, :, ::period, ::period] += 0.5
    values = lattice(images(result, content)).values[f"every {period} px"]
    assert values["photograph"] < 1.1
    assert values["result"] > 1.3


def test_even_pictures_have_neither_seam_nor_lattice():
    flat = torch.full((1, 3, 64, 64), 0.5)
    assert strengths(flat, flat) == [0, 0]
    assert unevenness(flat[:, :1], 8) == 1


def test_a_dark_border_and_a_bright_corner_are_told():
    content = random_image(96, 128)
    same = border(images(content, content)).values
    assert [row["result"] for row in same.values()] == pytest.approx([0, 0, 1])
    grey = torch.full((1, 3, 96, 128), 0.5)
    result = grey.clone()
    result[..., :WIDTH, -WIDTH:] = 0.9
    values = border(images(result, grey)).values
    # OKLab's lightness of a grey is the cube root of its light (IEC 61966-2-1 decodes 0.9 and 0.5).
    gained = (((0.9 + 0.055) / 1.055) ** 2.4) ** (1 / 3) - (((0.5 + 0.055) / 1.055) ** 2.4) ** (1 / 3)
    assert values["lightness of a corner"]["result"] == pytest.approx(gained, abs=1e-4)
    share = WIDTH**2 / (96 * 128 - (96 - 2 * WIDTH) * (128 - 2 * WIDTH))
    assert values["lightness of the edge"]["result"] == pytest.approx(gained * share, abs=1e-4)
    assert values["differences at the edge"]["result"] > 1


def test_parents_come_to_the_results_size_and_the_paintings_scale():
    content, style = impasto.read_picture(random_image(60, 80)), impasto.read_picture(random_image(100, 50))
    found = ComparedImages.of(random_image(30, 40), content, style, style_scale=1.5)
    assert found.content.shape == (1, 3, 30, 40)
    assert found.style.shape == (1, 3, 60, 30)
    assert ComparedImages.of(random_image(120, 160), content, style, 1.0).style.shape == (
        1,
        3,
        100,
        50,
    )  # never enlarged


def test_another_shape_than_the_photographs_is_refused():
    content = impasto.read_picture(random_image(60, 80))
    assert ComparedImages.of(random_image(32, 41), content, content, 1.0).result.shape == (1, 3, 32, 41)
    with pytest.raises(PictureError, match=r"40 x 40.*80 x 60"):
        ComparedImages.of(random_image(40, 40), content, content, 1.0)
