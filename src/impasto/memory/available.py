"""How much memory there is where a painting is computed: the computer's, or an NVIDIA GPU's own.

On a GPU the canvas, the solver's vectors, encodings and activations lie in its memory, and that is what is short.
Pictures and files go through the computer's memory as ever; for that nothing is planned then.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from impasto.memory import process as memory
from impasto.settings.values import bytes_of

SAFE_PART = 0.8
"""How much of the memory that is free a painting plans to take, when no amount is named."""
CONTEXT_BYTES = 950_000_000
"""Bytes of a GPU that a process holds in addition to its tensors: kernels, libraries. 0.80 to 0.91 GB were observed (an
H200, CUDA 13, `benchmarks/gpu_memory.py`)."""
STEP_LIMIT_FACTOR = 2
"""The memory of a GPU that a step may take, as a multiple of its planned peak: there is some left for what the plan did
not sum up, and cuDNN does not take the whole card (`gpu_memory_limit`)."""


@dataclass(frozen=True)
class AvailableMemory:
    """Bytes of this process, where it computes.

    base: held before it paints. limit: what it may hold. named: whether the user named that limit; otherwise it is a
    safe part of what is free. reached: the most that it has held until now.
    """

    base: int
    limit: int
    named: bool
    reached: int


def available_on(device: torch.device, allowed: str | None, on_machine: int = 1) -> AvailableMemory:
    """The memory that this process holds and may hold, of the device that it computes on.

    allowed: the amount that the settings name, as in "4GB". on_machine: processes on this machine that paint together.
    """
    if device.type == "cuda":
        return _available_on_gpu(device, allowed, on_machine)
    base = memory.resident()
    limit = bytes_of(allowed) if allowed else base + int(SAFE_PART * memory.available() / on_machine)
    return AvailableMemory(base, limit, allowed is not None, memory.peak())


def _available_on_gpu(device: torch.device, allowed: str | None, on_machine: int) -> AvailableMemory:
    free, _ = torch.cuda.mem_get_info(device)
    held = CONTEXT_BYTES + torch.cuda.memory_reserved(device)
    sharing = math.ceil(on_machine / torch.cuda.device_count())
    limit = bytes_of(allowed) if allowed else held + int(SAFE_PART * free / sharing)
    return AvailableMemory(torch.cuda.memory_allocated(device), limit, allowed is not None, held)


def step_limit(limit: int, peak: int) -> int:
    """The GPU memory limit of one step: STEP_LIMIT_FACTOR times its planned peak, at most `limit` bytes."""
    return min(limit, STEP_LIMIT_FACTOR * peak)


@contextmanager
def gpu_memory_limit(limit: int, device: torch.device) -> Iterator[None]:
    """Tensors on this GPU take no more than `limit` leaves after the context; then torch raises OutOfMemoryError.

    Nor more than the host allowed before, which holds again afterwards.

    Without that its allocator keeps what was freed until the card is full, up to 2.4 times what was used; and cuDNN
    takes what its favourite way to compute asks for, where it gets it. That was 139 GB for pictures of 1536 x 1024 and
    3072 x 2048 pixels (an H200). Refused, it takes the next way, which is no slower (0.13 s a step instead of 0.33 for
    the first). The variable CUDNN_CONV_WSCAP_DBG, which is meant for that, changed nothing.
    """
    index = torch.cuda.current_device() if device.index is None else device.index
    _, total = torch.cuda.mem_get_info(index)
    before = _fraction(index)
    torch.cuda.set_per_process_memory_fraction(min(before, max(0.0, (limit - CONTEXT_BYTES) / total)), index)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(before, index)


def _fraction(index: int) -> float:
    """The part of a GPU's memory that torch may take in this process now; 1.0 where torch does not tell."""
    tell = getattr(torch.cuda, "get_per_process_memory_fraction", None)
    return 1.0 if tell is None else float(tell(index))
