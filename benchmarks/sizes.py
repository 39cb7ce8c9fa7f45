"""Peak resident memory against the picture's size, at a fixed allowance; in a process of its own for each.

python benchmarks/sizes.py                     # 1, 4, 16 and 64 megapixels at 4 GB; writes sizes.json; half an hour
python benchmarks/sizes.py --megapixels 1 4 --memory 3GB

One step at one scale (an evaluation of cost and gradient, and what comes before and after it), painted through the
public API with `memory`, beside the whole picture at once and beside pastiche 1.6. The photograph is a file, as it is
for a user: the demo's, enlarged by this process and read by the one that is measured. Those two are left out above what
this machine holds. The figure is the operating system's own for the process.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from step import DEMO, enlarged, pastiche_step

import impasto
from impasto.memory import process as memory

PASTICHE_BYTES, WHOLE_BYTES = 2.9e3, 1.1e3
"""A pixel, roughly: above the free memory neither is tried."""


def size_of(megapixels: float) -> tuple[int, int]:
    """Height and width, 3:2."""
    width = math.sqrt(megapixels * 1e6 * 1.5)
    return round(width / 1.5), round(width)


def painted(content: Path, width: int, allowed: str | None) -> dict[str, object]:
    """One step of a painting, with the demo's style: the layout, its peak and seconds; or why it is refused."""
    engine = {"memory": allowed} if allowed else {"engine": "whole"}
    settings = impasto.Settings(size=width, scales=1, steps=1, **engine)
    try:
        painting = impasto.Stylizer(settings).paint(content, DEMO / "style.jpg")
    except impasto.ImpastoError as error:
        return {"refused": str(error)}
    [planned] = painting.plan(times=False).scales
    for _ in painting:
        pass
    return {
        "layout": asdict(planned.layout),
        "planned": planned.peak,
        "seconds": painting.result().seconds,
    }


def measure(contender: str, content: Path, height: int, width: int, allowed: str) -> dict[str, object]:
    """In this process."""
    started = time.perf_counter()
    found: dict[str, object] = {}
    if contender == "pastiche 1.6":
        pastiche_step(height, width)()
    else:
        found = painted(content, width, allowed if contender == "impasto" else None)
    return found | {"peak": memory.peak(), "seconds in all": time.perf_counter() - started}


def measured(contender: str, height: int, width: int, allowed: str) -> dict[str, object]:
    """In a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "content.jpg"
        enlarged(DEMO / "content.jpg", (height, width), content)
        command = [sys.executable, __file__, "--memory", allowed, "--one", contender, str(content)]
        done = subprocess.run([*command, str(height), str(width)], capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Peak memory against size.")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--contenders", nargs="+", default=["impasto", "impasto, whole", "pastiche 1.6"])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("sizes.json"))
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        contender, content, height, width = options.one
        print(json.dumps(measure(contender, Path(content), int(height), int(width), options.memory)))
        return
    results = []
    for megapixels in options.megapixels:
        height, width = size_of(megapixels)
        for contender in options.contenders:
            needed = (
                {"pastiche 1.6": PASTICHE_BYTES, "impasto, whole": WHOLE_BYTES}.get(contender, 0)
                * height
                * width
            )
            result: dict[str, object] = {
                "contender": contender,
                "megapixels": megapixels,
                "size": [width, height],
            }
            if needed < memory.available():
                result |= measured(contender, height, width, options.memory)
                told = result.get("refused") or f"{result['peak'] / 1e9:6.2f} GB"  # type: ignore[operator]
                print(f"{megapixels:5g} MP  {contender:15} {told}", flush=True)
            else:
                print(
                    f"{megapixels:5g} MP  {contender:15} about {needed / 1e9:.0f} GB: not tried", flush=True
                )
            results.append(result)
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
