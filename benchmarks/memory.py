"""Peak resident memory of two steps, in a process of its own for each contender and size: impasto and pastiche 1.6.

python benchmarks/memory.py              # both, at 512 and 1024 pixels, and the slope between; writes memory.json
"""

import json
import subprocess
import sys
from pathlib import Path

from step import impasto_step, pastiche_step, picture

from impasto.memory import process as memory

SIZES = (512, 1024)


def height(width: int) -> int:
    """The pictures are 3:2."""
    return round(width * 2 / 3)


def two_steps(contender: str, width: int) -> int:
    """Take two steps in this process; the most memory it ever held, in bytes."""
    size = height(width), width
    if contender == "impasto":
        step = impasto_step(picture("content", *size), picture("style", *size), "auto")
    else:
        step = pastiche_step(*size)
    step()
    step()
    return memory.peak()


def main(arguments: list[str]) -> None:
    """Without arguments everything; with a contender and a width, its bytes alone."""
    if arguments:
        print(two_steps(arguments[0], int(arguments[1])))
        return
    found: dict[str, dict[str, object]] = {}
    slopes = {}
    pixels = [width * height(width) for width in SIZES]
    for contender in ("impasto", "pastiche"):
        peaks = []
        for width in SIZES:
            command = [sys.executable, __file__, contender, str(width)]
            peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        slopes[contender] = (peaks[1] - peaks[0]) / (pixels[1] - pixels[0])
        found[contender] = {"peaks": peaks, "bytes a pixel": slopes[contender]}
        amounts = "  ".join(f"{peak / 1e9:.2f} GB" for peak in peaks)
        print(f"{contender:9} {amounts}  {slopes[contender] / 1e3:.2f} kB a pixel more")
    ratio = slopes["impasto"] / slopes["pastiche"]
    print(f"the slope is {ratio:.2f} of pastiche's")
    out = Path(__file__).with_name("memory.json")
    out.write_text(json.dumps({"pixels": pixels, **found, "ratio": ratio}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
