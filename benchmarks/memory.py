"""Peak resident memory of two steps, in a process of its own for each contender and size: impasto and pastiche 1.6.

python benchmarks/memory.py              # both, at 512 and 1024 pixels, and the slope between
"""

import subprocess
import sys

from step import impasto_step, pastiche_step, picture

SIZES = (512, 1024)


def height(width: int) -> int:
    """The pictures are 3:2."""
    return round(width * 2 / 3)


def two_steps(contender: str, width: int) -> float:
    """Take two steps in this process; the most memory it ever held, in bytes (Linux counts it in KiB)."""
    import resource

    size = height(width), width
    if contender == "impasto":
        step = impasto_step(picture("content", *size), picture("style", *size), "auto")
    else:
        step = pastiche_step(*size)
    step()
    step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def main(arguments: list[str]) -> None:
    """Without arguments everything; with a contender and a width, its bytes alone."""
    if arguments:
        print(two_steps(arguments[0], int(arguments[1])))
        return
    for contender in ("impasto", "pastiche"):
        peaks = []
        for width in SIZES:
            command = [sys.executable, __file__, contender, str(width)]
            peaks.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        pixels = [width * height(width) for width in SIZES]
        slope = (peaks[1] - peaks[0]) / (pixels[1] - pixels[0])
        print(
            f"{contender:9} {peaks[0] / 1e9:.2f} GB  {peaks[1] / 1e9:.2f} GB  {slope / 1e3:.2f} kB a pixel more"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
