"""What a plan says against what is then observed: peak memory and time; in a process of its own for each case.

python benchmarks/plan.py                      # memory of all cases; writes plan.json; ten minutes
python benchmarks/plan.py --time               # time too: on a quiet machine; another ten
python benchmarks/plan.py --cases tiled adam   # the cases whose names hold one of these words

Each case paints a few steps through the public API, at one scale unless it says otherwise. Its layout is given, so that
every way to keep things is tried, and the plan is asked for that layout's peak. Observed is the operating system's own
figure for the process.
With --time the case is painted once more: what `impasto plan` would forecast is measured in the same process, right
before and right after, so that a machine that changes its speed shows in the difference between the two.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from step import DEMO, enlarged

import impasto
from impasto.layout import Layout
from impasto.memory import process as memory
from impasto.painting.painting import Painting

HISTORY = 1
STEPS = {"memory": 2, "time": 6}
"""The one pair is there when the second step asks for its first evaluation; a time needs some more."""


def _case(size: int, settings: dict[str, Any] | None = None, **layout: Any) -> dict[str, Any]:
    return {"size": size, "settings": settings or {}, "layout": {"history": HISTORY, **layout}}


CASES: dict[str, dict[str, Any]] = {
    "256 whole": _case(256),
    "512 whole": _case(512),
    "512 whole, two threads": _case(512, {"threads": 2}),
    "512 whole, max pooling, no margin": _case(512, {"pooling": "max", "border": "zeros"}),
    "512 whole, torch's convolutions": _case(512, {"convolution": "direct"}),
    "512 whole, adam": _case(512, solver="adam"),
    "512 tiles of 128, adam": _case(512, solver="adam", tile=128, style_tile=128, encoding="disk"),
    "768 whole, three scales": _case(768, {"scales": 3}),
    "768 tiles of 256": _case(768, tile=256, style_tile=256),
    "1024 whole": _case(1024),
    "1024 whole, float16": _case(1024, kept="float16"),
    "1024 tiles of 512, disk": _case(1024, kept="disk", tile=512, style_tile=512),
    "1536 tiles of 256, all on disk": _case(1536, kept="disk", encoding="disk", tile=256, style_tile=256),
    "1024 tiles of 256, deep whole": _case(1024, tile=256, style_tile=256, deep_tile=1024),
    "1536 tiles of 512, deep 1024, adam": _case(
        1536, solver="adam", tile=512, style_tile=512, deep_tile=1024
    ),
    "1536 tiles of 512": _case(1536, tile=512, style_tile=512),
    "1536 whole": _case(1536),
}


def painting_of(case: dict[str, Any], folder: Path, steps: int) -> Painting:
    """Nothing is computed yet; the layout is the case's."""
    fields = {
        "size": case["size"],
        "scales": 1,
        "steps": steps,
        "threads": 1,
        "coarse_steps": 1.0,
        **case["settings"],
    }
    painting = impasto.Stylizer(impasto.Settings(**fields)).paint(
        folder / "content.jpg", folder / "style.jpg"
    )
    painting.layouts = [Layout(**case["layout"])] * len(painting.layouts)
    return painting


def painted(painting: Painting) -> float:
    """Seconds to the picture as it is written."""
    began = time.perf_counter()
    for _ in painting:
        pass
    with tempfile.TemporaryDirectory() as folder:
        painting.result().save(Path(folder) / "out.png")
    return time.perf_counter() - began


def of_memory(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Bytes, planned and observed."""
    painting = painting_of(case, folder, STEPS["memory"])
    plan = painting.plan(times=False)
    painted(painting)
    return {"base": plan.base, "planned": plan.peak, "observed": memory.peak()}


def of_time(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Seconds, forecast before and after, and observed."""
    painting = painting_of(case, folder, STEPS["time"])
    began = time.perf_counter()
    before = painting.plan().seconds
    took = time.perf_counter() - began
    seconds = painted(painting)
    return {"seconds": seconds, "forecast": [before, painting.plan().seconds], "calibration": took}


def _in_a_process(name: str, what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", name, what, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _line(name: str, found: dict[str, Any]) -> str:
    line = (
        f"{name:34} {found['planned'] / 1e9:5.2f} GB planned, {found['observed'] / 1e9:5.2f} observed: "
        f"{100 * (found['planned'] / found['observed'] - 1):+5.1f} %"
    )
    if "seconds" in found:
        told = " and ".join(f"{one:.1f}" for one in found["forecast"])
        line += f"; {told} s forecast, {found['seconds']:.1f} observed"
    return line


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Plans against what is observed.")
    parser.add_argument("--cases", nargs="+", default=[""], help="words that the names of cases hold")
    parser.add_argument("--time", action="store_true", help="time too; on a quiet machine")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("plan.json"))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, what, folder = options.one
        measure = {"memory": of_memory, "time": of_time}[what]
        print(json.dumps(measure(CASES[name], Path(folder))))
        return
    results = []
    for name, case in CASES.items():
        if not any(word in name for word in options.cases):
            continue
        with tempfile.TemporaryDirectory() as folder:
            size = round(case["size"] * 2 / 3), case["size"]
            for picture in ("content", "style"):
                enlarged(DEMO / f"{picture}.jpg", size, Path(folder) / f"{picture}.jpg")
            found = _in_a_process(name, "memory", Path(folder))
            if options.time:
                found |= _in_a_process(name, "time", Path(folder))
        print(_line(name, found), flush=True)
        results.append({"case": name, **case, **found})
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
