"""Seconds a step: forward, costs, gradient to the pixels, against pastiche 1.6 and a plain eager implementation.

    make bench                                       # all of it; writes benchmarks/step.json
    python benchmarks/step.py --sizes 512 --rounds 3

Every contender has the same pictures, sizes, layers and threads, and they take turns, so that a noisy machine is
noisy for all of them: what counts is the ratio within a round. The floor is what direct convolution would take at the
speed of a large matrix product, measured in the same round.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyvips
import torch

import impasto
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.whole import Whole
from impasto.vgg.layers import TABLE

STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}
DEMO = Path(impasto.__file__).parent / "demo"


def flops_per_pixel() -> float:
    """Direct convolution from relu1_1 to relu5_1: forward, and backward to the pixels."""
    layers = [layer for layer in TABLE if layer.block < 5 or layer.name == "relu5_1"]
    return sum(2 * 2 * 9 * layer.n_in * layer.n_out / layer.stride**2 for layer in layers)


def picture(name: str, height: int, width: int) -> torch.Tensor:
    """One of the demo's pictures, resampled."""
    image = impasto.read_picture(DEMO / f"{name}.jpg").rgb
    return torch.nn.functional.interpolate(image, (height, width), mode="bicubic", antialias=True).clamp(0, 1)


def enlarged(picture: Path, size: tuple[int, int], out: Path) -> None:
    """A picture file of this height and width, in 8 bits and row by row: it is never held as a whole."""
    height, width = size
    image = pyvips.Image.new_from_file(str(picture))
    image = image.resize(width / image.width, vscale=height / image.height)
    image.write_to_file(str(out))


def impasto_step(content: torch.Tensor, style: torch.Tensor, convolution: str) -> Callable[[], object]:
    """One evaluation with our engine; "direct" convolutions make it the plain eager implementation."""
    encoder = impasto.VGG19("pastiche", convolution=convolution)
    terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, balance=True),
        *style_terms(encoder, style, STYLE_LAYERS, balance=True),
    ]
    engine = Whole(encoder, terms, 1.0, 10.0)
    return lambda: engine(content)


def pastiche_step(height: int, width: int) -> Callable[[], object]:
    """One evaluation as pastiche takes it, on the same pictures and layers."""
    from pastiche.pastiche import PasticheArtist

    artist = PasticheArtist(
        str(DEMO / "content.jpg"), [str(DEMO / "style.jpg")], size=(height, width), style_size=(height, width)
    )

    def step() -> object:
        artist.pastiche.grad = None
        loss = artist._calc_loss()
        loss.backward()
        return loss

    return step


def matrix_product_rate() -> float:
    """FLOP a second of a large float32 matrix product."""
    a, start = torch.randn(2048, 2048), time.perf_counter()
    a @ a
    return 2 * 2048**3 / (time.perf_counter() - start)


def measure(size: int, rounds: int) -> dict[str, object]:
    """Seconds of every contender in every round at `size` pixels, 3:2."""
    height, width = round(size * 2 / 3), size
    content, style = picture("content", height, width), picture("style", height, width)
    contenders = {
        "pastiche": pastiche_step(height, width),
        "plain eager": impasto_step(content, style, "direct"),
        "impasto": impasto_step(content, style, "auto"),
    }
    for step in contenders.values():
        step()
    seconds: dict[str, list[float]] = {name: [] for name in [*contenders, "floor"]}
    for _ in range(rounds):
        for name, step in contenders.items():
            start = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - start)
        seconds["floor"].append(flops_per_pixel() * height * width / matrix_product_rate())
    return {"size": [width, height], "threads": torch.get_num_threads(), "seconds": seconds}


def table(result: dict[str, object]) -> str:
    """Medians, and the ratio of impasto to each, with its spread."""
    seconds: dict[str, list[float]] = result["seconds"]  # type: ignore[assignment]
    width, height = result["size"]  # type: ignore[misc]
    lines = [f"{width}x{height}", f"  {'':12} {'median s':>9}  {'impasto / it':>12}  (lowest to highest)"]
    for name, times in seconds.items():
        ratios = [ours / theirs for ours, theirs in zip(seconds["impasto"], times, strict=True)]
        spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
        lines.append(
            f"  {name:12} {statistics.median(times):9.3f}  {statistics.median(ratios):12.2f}  {spread}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Seconds a step, side by side.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("step.json"))
    options = parser.parse_args()
    results = [measure(size, options.rounds) for size in options.sizes]
    for result in results:
        print(table(result))
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
