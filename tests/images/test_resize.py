from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from impasto.errors import SettingsError
from impasto.images import picture as picture_module
from impasto.images import resize as resize_module
from impasto.images.color.spaces import linear_from_srgb, srgb_from_linear
from impasto.images.picture import CACHED_SIZES, Picture
from impasto.images.resize import (
    FineDetail,
    alpha_at,
    detail_share,
    enlarged_rows,
    fitted_size,
    picture_rows,
    resize,
    resize_picture,
    rows_at,
    scale_ladder,
    source_rows,
)
from tests.helpers import random_image

side = st.integers(1, 5000)


def picture(rgb, alpha=None):
    return Picture(rgb, alpha, "it", "0")


def noise(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


@given(height=side, width=side, long_side=side)
def test_fitted_size_keeps_the_aspect(height, width, long_side):
    h, w = fitted_size(height, width, long_side)
    assert max(h, w) == long_side and min(h, w) >= 1
    assert (h >= w) == (height >= width) or h == w
    exact = min(height, width) * long_side / max(height, width)
    assert abs(min(h, w) - max(exact, 1)) <= 0.5


def test_fitted_size_worked_values():
    assert fitted_size(768, 1024, 400) == (300, 400)
    assert fitted_size(3, 2, 5) == (5, 3)  # 3.33
    assert fitted_size(1, 2, 3) == (2, 3)  # 1.5, halves up
    assert fitted_size(10, 4000, 100) == (1, 100)
    with pytest.raises(SettingsError, match="at least 1"):
        fitted_size(10, 10, 0)


def test_scale_ladder_worked_values():
    assert scale_ladder(600, 800, 1024, None, 2, 128) == [(96, 128), (192, 256), (384, 512), (768, 1024)]
    assert scale_ladder(600, 800, 1024, 1, 2, 128) == [(768, 1024)]
    assert scale_ladder(600, 800, 1024, 2, 2, 9999) == [(384, 512), (768, 1024)]
    assert scale_ladder(600, 800, 100, None, 2, 128) == [(75, 100)]
    assert [max(size) for size in scale_ladder(1, 1, 512, None, 2**0.5, 128)] == [128, 181, 256, 362, 512]


@given(
    height=st.integers(8, 4000), width=st.integers(8, 4000), long_side=st.integers(8, 4000),
    factor=st.floats(1.01, 4), smallest=st.integers(1, 500),
)  # fmt: skip
@settings(max_examples=50)
def test_scale_ladder_climbs_to_the_final_size(height, width, long_side, factor, smallest):
    ladder = scale_ladder(height, width, long_side, None, factor, smallest)
    longs = [max(size) for size in ladder]
    assert ladder[-1] == fitted_size(height, width, long_side)
    assert all(a < b for a, b in pairwise(longs))
    assert len(ladder) == 1 or longs[0] >= smallest


def test_scale_ladder_refuses_more_scales_than_fit():
    with pytest.raises(SettingsError, match="at most 7"):
        scale_ladder(512, 512, 512, 9, 2, 128)


@pytest.mark.parametrize("size", [(40, 60), (31, 17), (8, 200), (240, 300), (111, 149)])
def test_resize_as_pillows_bicubic(size):
    image = noise(1, 1, 80, 100)
    expected = Image.fromarray(image[0, 0].numpy()).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    np.testing.assert_allclose(
        resize(image, size)[0, 0].numpy(), np.clip(np.asarray(expected), 0, 1), atol=2e-5
    )


@pytest.mark.parametrize("size", [(33, 25), (64, 48), (200, 150), (97, 73)])
def test_resize_moves_nothing(size):
    y, x = (torch.arange(n, dtype=torch.float64) + 0.5 for n in (96, 72))
    blob = torch.exp(-((y[:, None] - 40) ** 2 + (x - 30) ** 2) / 80)[None, None]
    out = resize(blob, size)[0, 0]
    rows = ((torch.arange(size[0]) + 0.5) * out.sum(1)).sum() / out.sum() * 96 / size[0]
    columns = ((torch.arange(size[1]) + 0.5) * out.sum(0)).sum() / out.sum() * 72 / size[1]
    assert abs(rows - 40) < 0.02 and abs(columns - 30) < 0.02


def test_resize_stays_in_range_and_keeps_constants():
    edge = (torch.arange(64) > 30).float().expand(1, 3, 64, 64)
    for size in ((150, 170), (20, 23)):
        assert resize(edge, size).min() >= 0 and resize(edge, size).max() <= 1
        torch.testing.assert_close(
            resize(torch.full((1, 3, 64, 64), 0.3), size), torch.full((1, 3, *size), 0.3)
        )


def test_the_same_size_is_the_same_object():
    image = noise(1, 3, 9, 11)
    original = picture(image)
    assert resize(image, (9, 11)) is image
    assert resize_picture(original, (9, 11)) is original


def test_shrinking_a_photograph_keeps_its_light():
    lines = torch.zeros(1, 3, 64, 64)
    lines[..., ::4] = 1.0
    small = resize_picture(picture(lines), (8, 8)).rgb
    torch.testing.assert_close(linear_from_srgb(small).mean().item(), 0.25, atol=5e-3, rtol=0)
    assert resize(lines, (8, 8)).mean() < 0.26 < small.mean()


def test_enlarging_stays_in_coded_values():
    image = noise(1, 3, 20, 30)
    enlarged = resize_picture(picture(image), (40, 60)).rgb
    torch.testing.assert_close(enlarged, resize(image, (40, 60)), atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", [(20, 20), (90, 90)])
def test_hidden_colours_do_not_leak(size):
    rgb, alpha = torch.zeros(1, 3, 60, 60), torch.zeros(1, 1, 60, 60)
    rgb[..., 13:43], alpha[..., 13:43] = 0.8, 1.0
    out = resize_picture(picture(rgb, alpha), size)
    visible = out.alpha[0, 0] > 0.05
    assert out.alpha.min() + 1 > 0 and out.alpha.max() <= 1
    assert (out.rgb[0, :, visible] - 0.8).abs().max() < 0.02


def test_shrinking_with_alpha_is_premultiplied_in_light():
    rgb = noise(1, 3, 40, 40)
    alpha = 0.2 + 0.8 * noise(1, 1, 40, 40)
    out = resize_picture(picture(rgb, alpha), (20, 20))

    def triangle(planes):  # Pillow's BILINEAR is the same filter, in another package
        resized = [Image.fromarray(p.numpy()).resize((20, 20), Image.Resampling.BILINEAR) for p in planes[0]]
        return torch.from_numpy(np.stack([np.asarray(p) for p in resized]))[None]

    expected = srgb_from_linear(triangle(linear_from_srgb(rgb) * alpha) / triangle(alpha))
    torch.testing.assert_close(out.rgb, expected, atol=2e-3, rtol=0)
    torch.testing.assert_close(out.alpha, triangle(alpha), atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(50, 70), (300, 250), (200, 60)])
@pytest.mark.parametrize("transparent", [False, True])
def test_some_rows_are_those_of_the_whole(size, transparent):
    original = picture(noise(1, 3, 200, 140), noise(1, 1, 200, 140) if transparent else None)
    whole = resize_picture(original, size)
    for first, last in ((0, 3), (17, 40), (size[0] - 1, size[0])):
        rgb, alpha = picture_rows(original, size, first, last)
        torch.testing.assert_close(rgb, whole.rgb[:, :, first:last], atol=2e-6, rtol=0)
        assert (alpha is None) == (not transparent)
        if transparent:
            torch.testing.assert_close(alpha, whole.alpha[:, :, first:last], atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("before", "size"),
    [((150, 45), (300, 90)), ((128, 39), (257, 77)), ((60, 20), (60, 20)), ((90, 30), (60, 20))],
)
def test_rows_of_an_enlarged_image_are_those_of_the_whole(before, size):
    canvas = noise(1, 3, *before)
    whole = resize(canvas, size)
    for first, last in ((0, 20), (20, 53), (53, size[0]), (7, 7)):
        there, end = source_rows(first, last, size[0], before[0])
        part = enlarged_rows(canvas[:, :, there:end], there, before, size, first, last)
        assert part.shape == (1, 3, last - first, size[1])
        torch.testing.assert_close(part, whole[:, :, first:last], rtol=0, atol=1e-5)
        canvas_before = canvas.clone()
        part.zero_()
        assert torch.equal(canvas, canvas_before)  # a new tensor


@pytest.mark.parametrize("size", [(40, 40), (90, 90), (23, 23)])
def test_alpha_alone_is_that_of_the_resized_picture(size):
    rgb, alpha = noise(1, 3, 40, 40), 0.2 + 0.8 * noise(1, 1, 40, 40)
    assert alpha_at(picture(rgb), size) is None
    torch.testing.assert_close(
        alpha_at(picture(rgb, alpha), size),
        resize_picture(picture(rgb, alpha), size).alpha,
        rtol=0,
        atol=1e-6,
    )


def test_small_rows_are_resized_once_and_the_last_sizes_are_kept(monkeypatch):
    made = []
    resample = resize_module.picture_rows
    monkeypatch.setattr(
        resize_module, "picture_rows", lambda *a, **named: made.append(a[1]) or resample(*a, **named)
    )
    picture = Picture(torch.rand(1, 3, 40, 50), None, "noise", "")
    first = rows_at(picture, (20, 25), 0, 20)
    assert rows_at(picture, (20, 25), 0, 20) is first
    assert not torch.equal(rows_at(picture, (20, 25), 0, 20, light=False), first)
    assert made == [(20, 25)] * 2
    for width in range(10, 10 + CACHED_SIZES):
        rows_at(picture, (8, width), 0, 8)
    assert torch.equal(rows_at(picture, (20, 25), 0, 20), first)
    assert made.count((20, 25)) == 3


def test_large_rows_are_not_kept(monkeypatch):
    monkeypatch.setattr(picture_module, "CACHED_PIXELS", 20 * 25 - 1)
    picture = Picture(torch.rand(1, 3, 40, 50), None, "noise", "")
    assert rows_at(picture, (20, 25), 0, 20) is not rows_at(picture, (20, 25), 0, 20)


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
