"""Where the network computes, and in which numbers: the device and the precision that settings name.

The picture, the costs' sums (Gram matrices, squared differences), the solver and the gradient are float32 in every
precision but float64. A Gram matrix adds up hundreds of thousands of products: with the eight bits of a bfloat16
the small ones would be lost beside the sum.

bfloat16 on the real weights, measured on a CPU against float64 on a photograph and a painting of 128 pixels: the
balanced cost is off by less than 0.1 percent and the raw one by 1, the gradient's cosine is above 0.997. A test holds
1 percent and 0.995. At 192 pixels it was 0.05 percent and 0.9995. With the first layer alone in float32 the gradient
would be nearer, by up to a third; that was not taken. On a processor with AVX-512 BF16 and without AMX (an AMD EPYC,
one thread, 192 pixels) a step in bfloat16 takes 1.26 times as long as in float32: torch multiplies directly there, and
the float32 kernels in Winograd's way.
TF32 has three bits more, and exists on NVIDIA's GPUs alone. On an H200, a photograph of 347 x 229 pixels against
float64: the balanced cost is off by 2e-5, the gradient by 1 percent, in bfloat16 by 3e-4 and 4 to 6 percent.
"""

import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from impasto.errors import SettingsError

BY_SPEED = ("cuda", "mps", "cpu")
"""The devices that "auto" looks for, in this order."""


def find_device(name: str) -> torch.device:
    """The device named "auto", "cpu", "cuda", "cuda:1" (the second of several) or "mps".

    Each kind is asked about only when it is wanted: a painting on the CPU never touches CUDA.
    Raises SettingsError when there is no such device here.
    """
    if name == "auto":
        return torch.device(next(kind for kind in BY_SPEED if _count(kind)))
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in BY_SPEED:
        raise SettingsError(f"device must be auto, cpu, cuda, cuda:1 and so on, or mps, got {name!r}")
    count = _count(device.type)
    if not count:
        raise SettingsError(f"there is no {device.type} device here; use --device cpu or auto")
    if (device.index or 0) >= count:
        last = f"{device.type}:{count - 1}" if count > 1 else device.type
        raise SettingsError(f"there is no {name} here, the last one is {last}; use --device {last} or auto")
    return device


def _count(kind: str) -> int:
    if kind == "cuda":
        return torch.cuda.device_count() if torch.cuda.is_available() else 0
    return int(kind == "cpu" or torch.backends.mps.is_available())


AMPERE = (8, 0)
"""Compute capability of the first NVIDIA GPUs whose tensor cores take TF32 and bfloat16."""
FIRST_MACOS = (14, 0)
"""The first whose Metal has bfloat16."""


@dataclass(frozen=True)
class Precision:
    """What is stored and multiplied how.

    measured: type of pictures, of the activations that costs see, and of the gradient.
    network: type of kernels, biases, and the activations between the layers.
    tf32: may NVIDIA's tensor cores round what a convolution multiplies to TF32's ten bits? Sums stay float32.
    """

    measured: torch.dtype
    network: torch.dtype
    tf32: bool = False


PRECISIONS = {
    "float32": Precision(torch.float32, torch.float32),
    "tf32": Precision(torch.float32, torch.float32, tf32=True),
    "bf16": Precision(torch.float32, torch.bfloat16),
    "float64": Precision(torch.float64, torch.float64),  # for checks: no setting names it
}


def precision_on(device: torch.device, name: str) -> Precision:
    """The precision of this name; one of PRECISIONS.

    Raises SettingsError for another name, or when the device does not compute in it.
    """
    if name not in PRECISIONS:
        raise SettingsError(f"precision must be {' or '.join(PRECISIONS)}, got {name!r}")
    if name == "tf32" and (device.type != "cuda" or torch.version.hip is not None or not _is_ampere(device)):
        raise SettingsError(
            f"precision tf32 is for NVIDIA GPUs (Ampere and later), and this is {device}; use --precision float32"
        )
    if name == "bf16" and not _has_bf16(device):
        raise SettingsError(
            f"precision bf16 needs an NVIDIA GPU (Ampere and later), macOS {FIRST_MACOS[0]} or a processor that "
            f"multiplies in it (AMX, AVX-512 BF16, Arm's BF16), and {device} here does not; use --precision float32"
        )
    if name == "float64" and device.type == "mps":
        raise SettingsError("mps does not compute in float64; use --precision float32, or --device cpu")
    return PRECISIONS[name]


def quickest(device: torch.device) -> str:
    """What "auto" stands for: the precision in which a device is quickest, of those that pictures do not show.

    bf16 on NVIDIA GPUs that have it and on processors with AMX. Elsewhere float32: with AVX-512 BF16 alone a step in
    bf16 takes longer than Winograd's convolutions in float32, and of Arm's nothing was measured.
    """
    if device.type == "cuda":
        return "bf16" if _has_bf16(device) else "float32"
    return "bf16" if device.type == "cpu" and _has("_is_amx_tile_supported") else "float32"


def _has(question: str) -> bool:
    """What torch says of the processor, where it knows the question."""
    return hasattr(torch.cpu, question) and bool(getattr(torch.cpu, question)())


@contextmanager
def tf32_products(allowed: bool) -> Iterator[None]:
    """Convolutions in float32 that are started on an NVIDIA GPU meanwhile may, or may not, multiply in TF32.

    Torch allows it unless told otherwise, and its flag is the whole process's: it is put back, and the lock keeps two
    paintings in two threads from putting back each other's. Never to be entered for work on another device.
    """
    with _FLAG:
        flags: Any = torch.backends.cudnn
        one_each = hasattr(flags, "conv")  # torch 2.9 and later let each operation have a flag of its own
        where, name = (flags.conv, "fp32_precision") if one_each else (flags, "allow_tf32")
        before = getattr(where, name)
        setattr(where, name, ("tf32" if allowed else "ieee") if one_each else allowed)
        try:
            yield
        finally:
            setattr(where, name, before)


_FLAG = threading.Lock()


@contextmanager
def repeatable() -> Iterator[None]:
    """Convolutions on an NVIDIA GPU give the same bits every time meanwhile; an H200 took 3 to 14 percent longer.

    Torch's flag is the whole process's: of several paintings in threads the first one sets it, the last puts it back.
    """
    flags = torch.backends.cudnn
    with _FLAG:
        _before.append(_before[-1] if _before else flags.deterministic)
        flags.deterministic = True
    try:
        yield
    finally:
        with _FLAG:
            before = _before.pop()
            if not _before:
                flags.deterministic = before


_before: list[bool] = []
"""torch.backends.cudnn.deterministic as it was, once for each painting at work."""


def _has_bf16(device: torch.device) -> bool:
    if device.type == "mps":
        return torch.backends.mps.is_macos_or_newer(*FIRST_MACOS)
    if device.type == "cpu":
        return multiplies_bf16()
    return device.type != "cuda" or torch.version.hip is not None or _is_ampere(device)


def multiplies_bf16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware. Others compute each product in float32, and convert."""
    if platform.machine().lower() in ("x86_64", "amd64"):
        return _has("_is_amx_tile_supported") or _has("_is_avx512_bf16_supported")
    # Elsewhere oneDNN asks the processor; on x86 it would say yes to AVX-512 alone.
    return torch.backends.mkldnn.is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _is_ampere(device: torch.device) -> bool:
    return torch.cuda.get_device_capability(device) >= AMPERE
