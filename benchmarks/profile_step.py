"""Where a step of the default goes, kernel by kernel, and how far each is from what this machine could do.

    python benchmarks/profile_step.py                 # 512 pixels; writes benchmarks/profile_step.json
    python benchmarks/profile_step.py --size 181 --host --out host.json    # in a host that loaded torch by itself

Each kernel's calls are timed in whole steps; the timers take microseconds. Beside its seconds stand its floor: its
multiplications at the rate of a large matrix product of their type, or its bytes at the rate of a copy, whichever takes
longer. Rates are measured in the same run.
"""

import argparse
import json
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from impasto.cli.main import prepare_process

if "--host" not in sys.argv:
    prepare_process()  # as the program does, before torch is imported

import torch

import impasto
from impasto.costs import wasserstein
from impasto.costs.neighbours import NeighbourPairs
from impasto.kernels import gram_autograd
from impasto.kernels.convolution import winograd as native
from impasto.objective import palette
from impasto.vgg.convolution.patches import PatchesConvolution
from impasto.vgg.convolution.winograd import WinogradConvolution
from impasto.vgg.device import multiplies_bf16

DEMO = Path(impasto.__file__).parent / "demo"
Floor = Callable[..., tuple[float, float]]
"""What a call cannot do without: (multiplications and additions in float32, bytes read and written)."""


def winograd(layer: Any, x: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of a convolution, forward: 36 products for each 4x4 tile and pair of channels."""
    height, width = layer.sizes_out(*x.shape[2:])
    products = 2 * native.SQUARE * native.tile_count(height, width) * layer.n_in * layer.n_out
    return products, 4 * (x.numel() + height * width * layer.n_in)


def patches(layer: Any, x: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of the first layer: direct convolution."""
    positions = x.shape[2] * x.shape[3]
    return 2 * 9 * positions * layer.n_in * layer.n_out, 4 * positions * (layer.n_in + layer.n_out)


def winograd_back(
    layer: Any, gradient: torch.Tensor, bits: Any, pooling: Any, size: tuple[int, int], rows: Any, *more: Any
) -> tuple[float, float]:
    """Of some rows of a convolution, back: as many products."""
    height = rows.stop - rows.start
    products = 2 * native.SQUARE * native.tile_count(height, size[1]) * layer.n_in * layer.n_out
    return products, 4 * height * size[1] * (layer.n_in + layer.n_out)


def gram(a: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of half a symmetric product."""
    return a.numel() * a.shape[1], 4 * a.numel()


def gram_back(a: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of one product, added to what is there."""
    return 2 * a.numel() * a.shape[1], 3 * 4 * a.numel()


def pairs(_: Any, a: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of reading positions and their neighbours."""
    return 8 * a.numel(), 2 * 4 * a.numel()


def pixels(_: Any, image: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of reading a picture once."""
    return 0.0, 4 * image.numel()


def pixels_back(_: Any, image: torch.Tensor, *more: Any) -> tuple[float, float]:
    """Of reading a picture once, and adding to the gradient by it."""
    return 0.0, 3 * 4 * image.numel()


def nothing(*given: Any) -> tuple[float, float]:
    """Where no floor is told."""
    return 0.0, 0.0


KERNELS: list[tuple[str, Any, str, Floor]] = [
    ("Winograd's convolutions, forward", WinogradConvolution, "forward", winograd),
    ("Winograd's convolutions, back", WinogradConvolution, "backward_rows", winograd_back),
    ("the first layer, forward", PatchesConvolution, "forward", patches),
    ("the first layer, back", PatchesConvolution, "backward", patches),
    ("moments of activations", gram_autograd, "_product", gram),
    ("moments of activations, back", gram_autograd, "_add_times", gram_back),
    ("neighbours", NeighbourPairs, "sums", pairs),
    ("neighbours, back", NeighbourPairs, "add", pairs),
    ("distance of Gaussians (float64)", wasserstein._Overlap, "forward", nothing),
    ("distance of Gaussians, back", wasserstein._Overlap, "backward", nothing),
    ("palette", palette.Selection, "histograms", pixels),
    ("palette, back", palette.Selection, "add_gradient", pixels_back),
]


class Timers:
    """Seconds and floors by kernel, while `running`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.products: dict[str, float] = defaultdict(float)
        self.bytes: dict[str, float] = defaultdict(float)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Every kernel of the table is timed meanwhile."""
        changed = [
            patch.object(owner, name, self._timed(*row)) for row in KERNELS for _, owner, name, _ in [row]
        ]
        for one in changed:
            one.start()
        try:
            yield
        finally:
            for one in changed:
                one.stop()

    def _timed(self, kernel: str, owner: Any, name: str, floor: Floor) -> Any:
        raw = vars(owner)[name]
        function = raw.__func__ if isinstance(raw, staticmethod) else raw

        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            found = function(*arguments, **named)
            self.seconds[kernel] += time.perf_counter() - start
            products, moved = floor(*arguments)
            self.products[kernel] += products
            self.bytes[kernel] += moved
            return found

        return staticmethod(timed) if isinstance(raw, staticmethod) else timed


def best(run: Callable[[], object], rounds: int = 5) -> float:
    """The least seconds of some rounds: what the machine can do."""
    found = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found[1:])


def rates() -> dict[str, float]:
    """What this machine can do: float32 and bfloat16 products a second, and bytes copied a second."""
    a, much = torch.randn(2048, 2048), torch.zeros(2**26)
    found = {"float32 products": 2 * 2048**3 / best(lambda: a @ a)}
    if multiplies_bf16():
        b = a.bfloat16()
        found["bfloat16 products"] = 2 * 2048**3 / best(lambda: b @ b)
    to = torch.empty_like(much)
    found["bytes"] = 2 * 4 * much.numel() / best(lambda: to.copy_(much))
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Where a step goes.")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--host", action="store_true", help="as in a host that loaded torch by itself")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    settings = impasto.Settings(
        size=options.size, scales=1, steps=options.steps + 2, threads=options.threads, device="cpu"
    )
    painting = impasto.Stylizer(settings).paint(DEMO / "content.jpg", DEMO / "style.jpg")
    next(painting), next(painting)
    timers, start = Timers(), time.perf_counter()
    with timers.running():
        for _ in painting:
            pass
    whole, speed = (time.perf_counter() - start) / options.steps, rates()
    result: dict[str, Any] = {
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "size": list(reversed(painting.size)),
        "seconds a step": whole,
        "rates": speed,
        "kernels": {},
    }
    for kernel, *_ in KERNELS:
        seconds, products, moved = (
            found[kernel] / options.steps for found in (timers.seconds, timers.products, timers.bytes)
        )
        floor = max(products / speed["float32 products"], moved / speed["bytes"])
        result["kernels"][kernel] = {"seconds": seconds, "floor": floor, "products": products, "bytes": moved}
    kernels = result["kernels"].values()
    rest = whole - sum(one["seconds"] for one in kernels)
    products = sum(one["products"] for one in kernels)
    result["rest"] = rest
    result["floor in float32"] = sum(one["floor"] for one in kernels)
    if "bfloat16 products" in speed:  # directly, for Winograd's transforms would lose bfloat16's eight bits
        direct = 4 * sum(one["products"] for name, one in result["kernels"].items() if "Winograd" in name)
        others = sum(one["floor"] for name, one in result["kernels"].items() if "Winograd" not in name)
        result["floor in bfloat16"] = direct / speed["bfloat16 products"] + others
    print(table(result))
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def table(result: dict[str, Any]) -> str:
    """Seconds, part of the step, and floor of each kernel."""
    whole = result["seconds a step"]
    width, height = result["size"]
    lines = [f"{width}x{height}, {result['threads']} threads: {whole:.3f} s a step"]
    lines += [f"  {name}: {rate / 1e9:.0f} G a second" for name, rate in result["rates"].items()]
    lines.append(f"  {'':34} {'ms':>7} {'percent':>8} {'floor ms':>9}")
    for name, one in result["kernels"].items():
        seconds, floor = one["seconds"], one["floor"]
        lines.append(f"  {name:34} {1e3 * seconds:7.1f} {100 * seconds / whole:8.1f} {1e3 * floor:9.1f}")
    lines.append(f"  {'the rest':34} {1e3 * result['rest']:7.1f} {100 * result['rest'] / whole:8.1f}")
    for name in ("floor in float32", "floor in bfloat16"):
        if name in result:
            lines.append(f"  {name:34} {1e3 * result[name]:7.1f} {100 * result[name] / whole:8.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
