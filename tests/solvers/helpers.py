"""Problems for solvers whose answers are known, and a count of the memory that is alive."""

import weakref

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from impasto.evaluation import Cost, Evaluation
from impasto.solvers.smoothing_metric import picture_metric
from impasto.solvers.vector_store import StoredVector


def bowl(shape, seed=3):
    """sum w (x - c)^2 with curvatures from 1 to 100, c partly outside the box; part by part if need be.

    Returns evaluate(image, part=slice(None), total=lambda cost: cost), the part being rows of the picture.
    """
    generator = torch.Generator().manual_seed(seed)
    c = torch.rand(shape, generator=generator, dtype=torch.float64) * 1.4 - 0.2
    w = 10 ** (torch.rand(shape, generator=generator, dtype=torch.float64) * 2)

    def evaluate(image, part=slice(None), total=lambda cost: cost):
        off = image.double() - c[:, :, part]
        J = total(float((w[:, :, part] * off**2).sum()))
        return Evaluation(Cost(J, J, 0.0), (2 * w[:, :, part] * off).to(image.dtype))

    return evaluate


def saved(state):
    """A solver's state as a checkpoint gives it back: plain tensors, in memory of their own."""
    read = {
        name: value.tensor() if isinstance(value, StoredVector) else value for name, value in state.items()
    }
    return {name: value.clone() if torch.is_tensor(value) else value for name, value in read.items()}


class LiveBytes(TorchDispatchMode):
    """Counts the memory of all tensors that torch's operations make: `live` now, and `peak`.

    `paused`: what is made meanwhile is not counted, unless `adopt` takes it up.
    """

    def __init__(self):
        super().__init__()
        self.live = self.peak = 0
        self.paused = False
        self._seen = {}

    def adopt(self, tensor):
        """Count a tensor's memory, once, until its last view is gone."""
        storage = tensor.untyped_storage()
        address, size = storage.data_ptr(), storage.nbytes()
        holders = self._seen.setdefault(address, set())
        if not holders:
            self.live += size
            self.peak = max(self.peak, self.live)
        key = object()
        holders.add(key)
        weakref.finalize(tensor, self._drop, address, key, size)

    def _drop(self, address, key, size):
        holders = self._seen[address]
        holders.discard(key)
        if not holders:
            del self._seen[address]
            self.live -= size

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if not self.paused:
            for one in out if isinstance(out, (tuple, list)) else (out,):
                if isinstance(one, torch.Tensor):
                    self.adopt(one)
        return out


def smoothed(change):
    """The metric of each channel by itself, as if there were no colour to hold back."""
    return torch.cat([picture_metric(channel) for channel in change.split(1, dim=1)], dim=1)
