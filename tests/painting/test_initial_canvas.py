import pytest
import torch

from impasto.painting.canvas import first_canvas
from impasto.settings import STARTS


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def content() -> torch.Tensor:
    return torch.linspace(0, 1, 3 * 120 * 160).view(1, 3, 120, 160)


def test_content_is_a_copy(content):
    canvas = first_canvas("content", content, 0.25, seeded())
    assert torch.equal(canvas, content) and canvas.data_ptr() != content.data_ptr()


def test_content_plus_noise_is_the_stated_initialisation(content):
    canvas = first_canvas("content+noise", content, 0.25, seeded())
    change = canvas - content
    assert canvas.min() >= 0 and canvas.max() <= 1 and change.abs().max() <= 0.25
    inside = change[(content > 0.25) & (content < 0.75)]  # where nothing can have been clipped
    assert abs(inside.mean()) < 0.005  # U(-a, a): mean 0, standard deviation a / sqrt 3
    assert inside.std() == pytest.approx(0.25 / 3**0.5, rel=0.01)


def test_noise_is_uniform_and_knows_nothing_of_the_content(content):
    canvas = first_canvas("noise", content, 0.25, seeded())
    assert torch.equal(canvas, first_canvas("noise", 1 - content, 0.1, seeded()))
    assert torch.histc(canvas, 10, 0, 1).div(canvas.numel()).sub(0.1).abs().max() < 0.01


def test_a_picture_takes_the_contents_size(content):
    picture = torch.full((1, 3, 31, 17), 0.3)
    canvas = first_canvas("picture", content, 0.25, seeded(), picture)
    torch.testing.assert_close(canvas, torch.full_like(content, 0.3))
    same_size = first_canvas("picture", content, 0.25, seeded(), content)
    assert torch.equal(same_size, content) and same_size.data_ptr() != content.data_ptr()


@pytest.mark.parametrize("start", STARTS)
def test_the_seed_decides(content, start):
    picture = torch.full((1, 3, 31, 17), 0.3)
    one, same, other = (first_canvas(start, content, 0.25, seeded(seed), picture) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert torch.equal(one, other) == ("noise" not in start)
