"""How many pictures an hour does a batch paint: one worker with all threads, or several with fewer?

    python benchmarks/batch.py                               # writes benchmarks/batch.json
    python benchmarks/batch.py --recipe paint glaze --rounds 3

Six small photographs, parts of the demo's, are painted with the demo's painting. In each round all cases take their
turns: one by one in a program of one's own, with all threads and with one; and batches of 1, 2, ... workers, up to
the number of cores. A batch is timed by its journal, from the workers' start to the last picture; the program from
its first import. So both load torch and the network. What is painted is compared to the byte, where the number of
threads is the same. The machine should be quiet.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from first_painting import processor

from impasto.batch.process import how_to_wait

PICTURES = 6


def photographs(folder: Path) -> list[Path]:
    """Parts of the demo's photograph, as files."""
    import impasto

    whole = impasto.read_picture(Path(impasto.__file__).parent / "demo" / "content.jpg").rgb
    _, _, height, width = whole.shape
    found = []
    for number in range(PICTURES):
        row, column = divmod(number, 3)
        top, left = row * height // 4, column * width // 6
        part = whole[:, :, top : top + height // 2, left : left + width // 2]
        path = folder / f"photo{number}.png"
        _write(path, part)
        found.append(path)
    return found


def _write(path: Path, image) -> None:
    import pyvips

    pixels = (image[0].permute(1, 2, 0).numpy() * 255).round().astype("uint8")
    pyvips.Image.new_from_array(pixels).write_to_file(str(path))


def one_by_one(folder: Path, out: Path, recipe: str, size: int, threads: int) -> None:
    """What a user would write: a loop. Prints the seconds."""
    began = time.perf_counter()
    import torch

    import impasto

    torch.set_num_threads(threads)
    painting = Path(impasto.__file__).parent / "demo" / "style.jpg"
    stylizer = impasto.Stylizer(impasto.Settings(recipe=recipe, size=size))
    style = stylizer.encode_style(painting)
    for photo in sorted(folder.glob("photo*.png")):
        stylizer.stylize(photo, style).save(out / f"{photo.stem}__style.png")
    print(time.perf_counter() - began)


def case(name: str, folder: Path, out: Path, recipe: str, size: int) -> float:
    """Seconds of one case."""
    import impasto

    environment = os.environ | how_to_wait(os.environ)
    kind, _, number = name.partition(" ")
    if kind == "loop":
        command = [sys.executable, __file__, "--loop", str(folder), str(out), number]
        done = subprocess.run(
            [*command, "--recipe", recipe, "--size", str(size)],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(done.stdout.split()[-1])
    painting = Path(impasto.__file__).parent / "demo" / "style.jpg"
    command = [sys.executable, "-m", "impasto", "batch", str(folder / "photo*.png"), "--style", str(painting)]
    subprocess.run(
        [*command, "-o", str(out), "--recipe", recipe, "--size", str(size), "--workers", number, "--quiet"],
        env=environment, check=True,
    )  # fmt: skip
    lines = [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]
    times = {line["event"]: datetime.datetime.fromisoformat(line["time"]) for line in lines}
    return (max(times["painted"], times["begun"]) - times["begun"]).total_seconds()


def main() -> None:
    """Measure all cases in turns, and write pictures an hour by case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", nargs="+", default=["paint"])
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loop", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    if options.loop:
        folder, out, threads = options.loop
        one_by_one(Path(folder), Path(out), options.recipe[0], options.size, int(threads))
        return
    cores = os.cpu_count() or 1
    names = [f"loop {cores}", "loop 1", *(f"batch {count}" for count in range(1, cores + 1))]
    measured: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        photographs(folder)
        for recipe in options.recipe:
            for number in range(options.rounds):
                painted = {}
                for name in names:
                    out = folder / f"{recipe}-{number}-{name.replace(' ', '-')}"
                    out.mkdir()
                    seconds = case(name, folder, out, recipe, options.size)
                    measured.setdefault(recipe, {}).setdefault(name, []).append(seconds)
                    painted[name] = [path.read_bytes() for path in sorted(out.glob("photo*__*.png"))]
                    print(
                        f"{recipe}, round {number + 1}, {name}: {3600 * PICTURES / seconds:.0f} an hour",
                        flush=True,
                    )
                same = (
                    painted["loop 1"] == painted[f"batch {cores}"]
                    and painted[f"loop {cores}"] == painted["batch 1"]
                )
                assert same, "a batch painted other bytes than the loop"
    found = {
        "processor": processor(),
        "cores": cores,
        "size": options.size,
        "pictures": PICTURES,
        "pictures an hour (median, lowest, highest)": {
            recipe: {
                name: [
                    round(3600 * PICTURES / one) for one in (statistics.median(times), max(times), min(times))
                ]
                for name, times in cases.items()
            }
            for recipe, cases in measured.items()
        },
        "a batch of one worker, beside the loop": {
            recipe: round(statistics.median(cases["batch 1"]) / statistics.median(cases[f"loop {cores}"]), 3)
            for recipe, cases in measured.items()
        },
    }
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
