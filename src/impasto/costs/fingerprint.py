"""An identification of a user's own cost, for checkpoints."""

import hashlib
from typing import Any

import torch
from torch import Tensor


def fingerprint(cost: object) -> str:
    """The cost's class, and all fields that are numbers, texts or tensors: in a few letters, the same everywhere."""
    own = {name: getattr(cost, name) for name in ("layer", "weight") if hasattr(cost, name)} | vars(cost)
    return f"{type(cost).__name__}({', '.join(f'{name}={_in_words(own[name])}' for name in sorted(own))})"


def _in_words(value: Any) -> str:
    if isinstance(value, Tensor):
        data = value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
        return f"tensor {list(value.shape)} {hashlib.sha256(data).hexdigest()[:16]}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_in_words, value))}]"
    return repr(value) if isinstance(value, str | bool | int | float | None) else type(value).__name__
