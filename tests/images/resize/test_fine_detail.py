import pytest
import torch

from impasto.images.color.spaces import linear_from_srgb, srgb_from_linear
from impasto.images.picture import Picture
from impasto.images.resize.fine_detail import FineDetail, detail_share
from impasto.images.resize.resize import resize, resize_picture
from tests.helpers import random_image


def picture(rgb):
    return Picture(rgb, None, "it", "0")


def checkerboard(dark, light):
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    return torch.where((rows + columns) % 2 == 0, dark, light).expand(1, 3, 64, 64)


def test_a_flat_picture_has_no_fine_detail_and_of_a_checkerboard_only_its_mean_light_is_none():
    flat, fine = (FineDetail(picture(checkerboard(0.25, a)), (64, 64), (32, 32)) for a in (0.25, 0.75))
    assert flat.rows(0, 64).abs().max() < 1e-5
    mean = srgb_from_linear(linear_from_srgb(torch.tensor([0.25, 0.75])).mean())
    inside = (..., slice(4, -4), slice(4, -4))  # at the border the filter is cut off
    expected = checkerboard(0.25, 0.75) - mean
    torch.testing.assert_close(fine.rows(0, 64)[inside], expected[inside], rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ("size", "coarse"), [((75, 98), (53, 69)), ((150, 196), (106, 139)), ((50, 65), (50, 65))]
)
def test_rows_of_the_detail_are_those_of_the_whole(size, coarse):
    """The photograph at its own size, enlarged, and made smaller: against the two whole pictures."""
    photograph = picture(random_image(75, 98, 3))
    whole = resize_picture(photograph, size).rgb - resize(resize_picture(photograph, coarse).rgb, size)
    detail = FineDetail(photograph, size, coarse)
    rows = torch.cat([detail.rows(*span) for span in ((0, 13), (13, 14), (14, size[0]))], dim=2)
    torch.testing.assert_close(rows, whole, rtol=0, atol=1e-5)
    assert detail.rows(7, 7).shape == (1, 3, 0, size[1])
    assert detail.squares(0, size[0]) == pytest.approx(
        float(whole.double().square().sum()), rel=1e-4, abs=1e-9
    )


@pytest.mark.parametrize(
    ("photograph", "painting", "share"),
    [(0.2, 0.2, 1), (0.2, 0.1, 0.5), (0.1, 0.2, 1), (0, 0, 1), (0, 0.1, 1), (0.1, 0, 0)],
)
def test_share_is_the_ratio_of_the_two_and_never_above_one(photograph, painting, share):
    assert detail_share(photograph, painting) == pytest.approx(share)
