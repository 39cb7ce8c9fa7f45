"""Devices: found when they are there and named in one line when not; a painting on the CPU touches no other."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import impasto.kernels.gram_autograd as self_product
from impasto.errors import SettingsError
from impasto.vgg.convolution import PreparedConvolution
from impasto.vgg.convolution import choose as choice
from impasto.vgg.device import find_device

ROOT = Path(__file__).parents[2]

FORBID = """
import sys, types
import torch

asked = []

def forbid(name):
    def touched(*arguments, **named):
        raise AssertionError(f"{name} was called")
    return touched

def is_available():
    asked.append("is_available")
    if not MAY_ASK:
        raise AssertionError("torch.cuda.is_available was called")
    return False

for name, thing in list(vars(torch.cuda).items()):
    if isinstance(thing, types.FunctionType):
        setattr(torch.cuda, name, forbid(f"torch.cuda.{name}"))
torch.cuda.is_available = is_available
for name in dir(torch._C):
    if name.startswith(("_cuda_", "_set_cudnn", "_set_cublas", "_set_fp32_precision")):
        setattr(torch._C, name, forbid(f"torch._C.{name}"))
"""

PAINT = """
from pathlib import Path
from impasto.painting.checkpoint import load_checkpoint
from impasto import Settings, Stylizer
import impasto.vgg.vgg19 as vgg19
from tests.helpers import random_image, tiny_weights

vgg19.find_weights = lambda given: tiny_weights()  # the encoder is made by the Stylizer, as it is for a user
content, style = random_image(20, 24, 1), random_image(20, 20, 2)
settings = Settings(device=DEVICE, recipe=RECIPE, steps=2, start="content+noise")
painting = Stylizer(settings).paint(content, style)
next(painting)
painting.save_checkpoint(Path(sys.argv[1]))
checkpoint = load_checkpoint(Path(sys.argv[1]))
resumed = Stylizer(checkpoint.settings).paint(content, style, resume=checkpoint)
steps = list(resumed)
resumed.result().save(Path(sys.argv[1]).with_suffix(".png"))
print(len(steps), len(asked), resumed.result().image.device)
"""


def painted_without_cuda(tmp_path: Path, device: str, recipe: str) -> list[str]:
    names = f"MAY_ASK, DEVICE, RECIPE = {device == 'auto'}, {device!r}, {recipe!r}\n"
    command = [sys.executable, "-c", names + FORBID + PAINT, str(tmp_path / "checkpoint")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["paint", "classic"])  # L-BFGS with everything around it, and Adam
def test_a_painting_on_the_cpu_never_touches_cuda(tmp_path, recipe):
    """Every function of torch.cuda, and every setter of its flags, would raise."""
    assert painted_without_cuda(tmp_path, "cpu", recipe)[1:] == ["0", "cpu"]


@pytest.mark.slow
def test_auto_asks_once_for_each_encoder_whether_cuda_is_there_and_nothing_else(tmp_path):
    assert painted_without_cuda(tmp_path, "auto", "paint")[1:] == ["2", "cpu"]  # two Stylizers


@pytest.mark.parametrize(
    ("cuda", "mps", "name", "found"),
    [
        (0, False, "auto", "cpu"),
        (2, True, "auto", "cuda"),
        (0, True, "auto", "mps"),
        (2, True, "cpu", "cpu"),
        (2, False, "cuda:1", "cuda:1"),
        (1, False, "cuda:0", "cuda:0"),
        (1, True, "mps", "mps"),
    ],
)
def test_the_device_that_is_meant(monkeypatch, cuda, mps, name, found):
    pretend(monkeypatch, cuda, mps)
    assert find_device(name) == torch.device(found)


@pytest.mark.parametrize(
    ("cuda", "name", "said"),
    [
        (0, "cuda", "there is no cuda device here; use --device cpu or auto"),
        (0, "cuda:1", "cuda.*--device cpu or auto"),
        (0, "mps", "mps.*--device cpu or auto"),
        (1, "cuda:1", "cuda:1.*cuda.*--device cuda or auto"),
        (4, "cuda:7", "cuda:7.*cuda:3"),
        (1, "cuda:x", "device must be auto, cpu, cuda, .*got 'cuda:x'"),
        (1, "auto:1", "got 'auto:1'"),
        (1, "meta", "got 'meta'"),
    ],
)
def test_a_device_that_is_not_there_is_one_line(monkeypatch, cuda, name, said):
    pretend(monkeypatch, cuda, mps=False)
    with pytest.raises(SettingsError, match=said) as caught:
        find_device(name)
    assert "\n" not in str(caught.value)


def pretend(monkeypatch, cuda: int, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("device", "dtype"), [("meta", torch.float32), ("cpu", torch.bfloat16), ("cpu", torch.float64)]
)
@pytest.mark.parametrize("algorithm", choice.ALGORITHMS)
def test_what_is_compiled_for_float32_on_a_cpu_is_off_elsewhere(monkeypatch, device, dtype, algorithm):
    """`meta` stands for every device but the CPU: nothing there may even ask for numba."""

    def wanted() -> bool:
        raise AssertionError("numba was asked for")

    monkeypatch.setattr(choice, "can_compile", wanted)
    monkeypatch.setattr(self_product, "can_compile", wanted)
    for n_in in (3, 64):
        x = torch.ones(1, n_in, 16, 16, device=device, dtype=dtype, requires_grad=True)
        kernel, bias = torch.ones(64, n_in, 3, 3).to(x), torch.zeros(64).to(x)
        layer = PreparedConvolution(kernel.detach(), bias.detach(), algorithm=algorithm)
        product, passed = self_product.measured(layer(x, "average"))
        (product.sum() + passed.sum()).backward()
        assert (product.device.type, product.dtype, product.shape) == (device, dtype, (64, 64))
        assert x.grad.shape == x.shape
