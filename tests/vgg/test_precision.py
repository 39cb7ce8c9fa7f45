"""Precisions: what is rounded and what is not, how far the results lie from float64, and torch's flag put back."""

import platform

import pytest
import torch
import torch.nn.functional as F

from impasto.errors import SettingsError
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.settings import CHOICES
from impasto.vgg import device as module
from impasto.vgg.convolution.direct import DirectConvolution, OnNvidia, memory_format
from impasto.vgg.device import PRECISIONS, precision_on, quickest, repeatable, tf32_products
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights
from tests.vgg.convolution.table import Case, relative

CPU, CUDA, MPS = (torch.device(kind) for kind in ("cpu", "cuda", "mps"))


def evaluation(encoder: VGG19, image: torch.Tensor):
    measured = encoder.precision.measured
    content, style = random_image(48, 64, 1).to(measured), random_image(48, 64, 2).to(measured)
    terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, True),
        *style_terms(encoder, style, {f"relu{block}_1": 0.2 for block in range(1, 6)}, True),
    ]
    return Whole(encoder, terms, 1.0, 20.0)(image.to(measured))


@pytest.fixture
def multiplies_bf16(monkeypatch):
    """Whatever processor the test runs on: torch computes in bfloat16 on all of them."""
    monkeypatch.setattr(module, "multiplies_bf16", lambda: True)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_bf16_gives_nearly_the_cost_and_gradient_of_float64_on_the_real_weights(
    real_encoder, pooling, multiplies_bf16
):
    image = F.interpolate(random_image(12, 16, 3), (48, 64), mode="bicubic").clamp(0, 1)
    exact, found = (
        evaluation(VGG19(real_encoder.weights, precision=name, pooling=pooling), image)
        for name in ("float64", "bf16")
    )
    assert found.cost.total == pytest.approx(exact.cost.total, rel=0.01)
    assert F.cosine_similarity(found.gradient.double().flatten(), exact.gradient.flatten(), dim=0) > 0.995
    assert found.gradient.dtype == torch.float32


def test_bf16_is_what_the_network_computes_in_and_float32_what_is_measured(monkeypatch, multiplies_bf16):
    multiplied = []
    convolve = F.conv2d
    monkeypatch.setattr(
        F, "conv2d", lambda x, *rest, **named: multiplied.append(x) or convolve(x, *rest, **named)
    )
    found = VGG19(tiny_weights(), precision="bf16")(random_image(16, 16), ["relu1_1", "relu3_1", "relu5_1"])
    assert {x.dtype for x in multiplied} == {torch.bfloat16}
    assert len(multiplied) == 13
    assert {a.dtype for a in found.values()} == {torch.float32}


def test_every_precision_of_the_settings_is_one_of_the_encoder():
    assert set(CHOICES["precision"]) == set(PRECISIONS) - {"float64"} | {"auto"}


@pytest.mark.parametrize(
    ("device", "name", "said"),
    [
        (CPU, "tf32", r"tf32 is for NVIDIA GPUs .*, and this is cpu; use --precision float32"),
        (MPS, "tf32", r"tf32.*mps.*--precision float32"),
        (MPS, "float64", r"mps.*float64"),
        (CPU, "half", r"float32 or tf32 or bf16 or float64, got 'half'"),
    ],
)
def test_a_precision_that_is_not_there_is_one_line(device, name, said):
    with pytest.raises(SettingsError, match=said) as caught:
        precision_on(device, name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("capability", "there"), [((7, 5), False), ((8, 0), True), ((8, 9), True), ((10, 0), True)]
)
@pytest.mark.parametrize("name", ["tf32", "bf16"])
def test_tensor_cores_take_tf32_and_bf16_from_ampere_on(monkeypatch, capability, there, name):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.version, "hip", None)
    if there:
        assert precision_on(CUDA, name) is PRECISIONS[name]
    else:
        with pytest.raises(SettingsError, match="Ampere"):
            precision_on(CUDA, name)


def test_an_amd_gpu_has_bf16_and_no_tf32(monkeypatch):
    monkeypatch.setattr(torch.version, "hip", "6.0")
    assert precision_on(CUDA, "bf16").network == torch.bfloat16
    with pytest.raises(SettingsError, match="NVIDIA"):
        precision_on(CUDA, "tf32")


@pytest.mark.parametrize("there", [True, False])
def test_bf16_on_a_mac_goes_by_the_system(monkeypatch, there):
    monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda major, minor: there)
    if there:
        assert precision_on(MPS, "bf16").network == torch.bfloat16
    else:
        with pytest.raises(SettingsError, match="macOS 14"):
            precision_on(MPS, "bf16")


@pytest.mark.parametrize(
    ("machine", "supported", "there"),
    [
        ("x86_64", (), False),
        ("AMD64", ("_is_avx512_bf16_supported",), True),
        ("x86_64", ("_is_amx_tile_supported",), True),
        ("aarch64", ("onednn",), True),
        ("aarch64", (), False),
    ],
)
def test_bf16_on_a_processor_is_asked_of_the_processor(monkeypatch, machine, supported, there):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda name=name: name in supported, raising=False)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: "onednn" in supported)
    if there:
        assert precision_on(CPU, "bf16") is PRECISIONS["bf16"]
    else:
        with pytest.raises(SettingsError, match=r"bf16.*AVX-512 BF16.*cpu.*--precision float32"):
            precision_on(CPU, "bf16")


@pytest.mark.parametrize(
    ("device", "supported", "capability", "expected"),
    [
        (CPU, ("_is_amx_tile_supported", "_is_avx512_bf16_supported"), None, "bf16"),
        (CPU, ("_is_avx512_bf16_supported",), None, "float32"),  # slower there than Winograd's convolutions
        (CPU, (), None, "float32"),
        (CUDA, (), (9, 0), "bf16"),
        (CUDA, (), (7, 5), "float32"),
        (MPS, (), None, "float32"),
    ],
)
def test_auto_is_what_is_quickest(monkeypatch, device, supported, capability, expected):
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda name=name: name in supported, raising=False)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert quickest(device) == expected


@pytest.mark.parametrize("side", [32, 48])
def test_bf16_in_tiles_is_bf16_in_one_piece(multiplies_bf16, side):
    """As far as bfloat16 goes: a tile adds its products up in another order."""
    encoder = VGG19(tiny_weights(), precision="bf16")
    content, style, image = (random_image(80, 112, seed) for seed in (1, 2, 3))
    layers = {"relu2_1": 0.5, "relu3_1": 0.5}
    terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, True),
        *style_terms(encoder, style, layers, True),
    ]
    whole = Whole(encoder, terms, 1.0, 20.0)(image)
    tiled = Tiled(encoder, terms, 1.0, 20.0, [Tiling(80, 112, [*layers, "relu4_2"], side)])(image)
    assert tiled.cost.total == pytest.approx(whole.cost.total, rel=1e-2)
    assert F.cosine_similarity(tiled.gradient.flatten(), whole.gradient.flatten(), dim=0) > 0.999


new_flags = pytest.mark.skipif(
    not hasattr(torch.backends.cudnn, "conv"), reason="a flag for each operation: torch 2.9 and later"
)


def flag() -> str:
    return torch.backends.cudnn.conv.fp32_precision


@new_flags
@pytest.mark.parametrize(("allowed", "meanwhile"), [(True, "tf32"), (False, "ieee")])
def test_torchs_flag_is_set_for_our_work_alone_and_put_back(allowed, meanwhile):
    before = flag()
    with tf32_products(allowed):
        assert flag() == meanwhile
    assert flag() == before
    with pytest.raises(ZeroDivisionError), tf32_products(allowed):
        raise ZeroDivisionError
    assert flag() == before


@pytest.mark.parametrize("allowed", [True, False])
def test_the_flag_of_older_torch_is_put_back_too(monkeypatch, allowed):
    class Old:
        allow_tf32 = True

    monkeypatch.setattr(module.torch.backends, "cudnn", Old)
    with tf32_products(allowed):
        assert Old.allow_tf32 is allowed
    assert Old.allow_tf32 is True


@new_flags
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("tf32", [True, False])
def test_the_convolution_for_nvidia_is_conv2d_both_ways_under_its_own_flag(monkeypatch, padding, tf32):
    """On the CPU, where the flag has no effect: what is tested is the arithmetic and when the flag stands."""
    stood, convolve, back = [], F.conv2d, torch.nn.grad.conv2d_input
    monkeypatch.setattr(F, "conv2d", lambda *a, **k: stood.append(flag()) or convolve(*a, **k))
    monkeypatch.setattr(torch.nn.grad, "conv2d_input", lambda *a, **k: stood.append(flag()) or back(*a, **k))
    case = Case.random(5, 4, 9, 8, padding, None)
    x, exact_x = case.x.clone().requires_grad_(), case.x.double().requires_grad_()
    y = torch.relu(OnNvidia.apply(x, case.kernel, case.bias, padding, tf32))
    gradient = case.incoming(case.exact(exact_x))
    y.backward(gradient)
    monkeypatch.undo()
    assert (stood[0], stood[-1]) == ("tf32" if tf32 else "ieee",) * 2  # between them the oracle's own
    exact_y = case.exact(exact_x)
    exact_y.backward(gradient.double())
    assert relative(y, exact_y) < 1e-6
    assert relative(x.grad, exact_x.grad) < 1e-6


def test_a_cpu_never_sets_the_flag(monkeypatch):
    monkeypatch.setattr(OnNvidia, "apply", lambda *a: pytest.fail("this is for NVIDIA alone"))
    case = Case.random(3, 4, 6, 6, 1, None)
    DirectConvolution(case.kernel, case.bias)(case.x)


@pytest.mark.parametrize(
    ("device", "dtype", "expected"),
    [
        (CPU, torch.float32, torch.channels_last),
        (CPU, torch.bfloat16, torch.channels_last),
        (CUDA, torch.float32, torch.contiguous_format),
        (CUDA, torch.bfloat16, torch.contiguous_format),
        (MPS, torch.float32, torch.contiguous_format),
    ],
)
def test_channels_last_where_it_is_faster(device, dtype, expected):
    assert memory_format(device, dtype) is expected


def test_repeatable_stands_until_the_last_painting_is_done():
    def flag():
        return torch.backends.cudnn.deterministic

    before = flag()
    one, other = repeatable(), repeatable()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)  # not in the order in which they began
    assert flag()
    other.__exit__(None, None, None)
    assert flag() is before
    with pytest.raises(ZeroDivisionError), repeatable():
        raise ZeroDivisionError
    assert flag() is before
