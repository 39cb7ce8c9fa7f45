import pytest
import torch

from impasto.errors import SettingsError
from impasto.vgg.convolution import PreparedConvolution
from impasto.vgg.convolution import choose as choice
from tests.vgg.convolution.table import Case, relative


def used(n_in: int, n_out: int, height: int, width: int, algorithm: str = "auto", dtype=torch.float32) -> str:
    """The class that computes such a layer."""
    case = Case.random(n_in, n_out, 4, 4, 1, None)
    layer = PreparedConvolution(case.kernel.to(dtype), case.bias.to(dtype), algorithm=algorithm)
    return type(layer.convolution_for(torch.zeros(1, n_in, height, width, dtype=dtype))).__name__


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ((3, 64, 343, 512), "PatchesConvolution"),
        ((64, 64, 343, 512), "WinogradConvolution"),
        ((512, 512, 21, 32), "WinogradConvolution"),
        ((512, 512, 2, 3), "DirectConvolution"),
        ((8, 8, 64, 64), "DirectConvolution"),
    ],
)
def test_auto_takes_what_was_measured_to_be_fastest(layer, expected):
    if not choice.can_compile():
        pytest.skip("needs numba")
    assert used(*layer) == expected


def test_without_numba_everything_is_direct(monkeypatch):
    monkeypatch.setattr(choice, "can_compile", lambda: False)
    assert used(3, 64, 64, 64) == "DirectConvolution"
    assert used(64, 64, 64, 64, algorithm="winograd") == "DirectConvolution"


def test_direct_can_be_demanded():
    assert used(64, 64, 64, 64, algorithm="direct") == "DirectConvolution"


def test_double_precision_is_always_direct():
    assert used(64, 64, 64, 64, dtype=torch.float64) == "DirectConvolution"
    assert used(64, 64, 64, 64, algorithm="winograd", dtype=torch.float64) == "DirectConvolution"


def test_an_algorithm_that_cannot_compute_a_layer_leaves_it_to_direct():
    assert used(3, 8, 16, 16, algorithm="winograd") == "DirectConvolution"


def test_auto_agrees_with_float64():
    case = Case.random(64, 64, 24, 20, 1, "max")
    y = PreparedConvolution(case.kernel, case.bias)(case.x, "max")
    assert relative(y, case.exact(case.x.double())) < 3e-6


@pytest.mark.parametrize(
    ("kernel", "bias", "padding"), [((4, 3, 5, 5), (4,), 1), ((4, 3, 3, 3), (3,), 1), ((4, 3, 3, 3), (4,), 3)]
)
def test_a_kernel_of_another_shape_is_refused(kernel, bias, padding):
    with pytest.raises(SettingsError, match="n_out, n_in, 3, 3"):
        PreparedConvolution(torch.zeros(kernel), torch.zeros(bias), padding=padding)


def test_an_unknown_algorithm_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError, match=r"'fft'.*auto, direct, patches, winograd"):
        PreparedConvolution(torch.zeros(4, 3, 3, 3), torch.zeros(4), algorithm="fft")
