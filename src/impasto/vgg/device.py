"""Where the network computes: the device that a setting names, if it is there."""

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
