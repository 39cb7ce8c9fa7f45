"""The first second and the preview: from the command to the first step, and to the file, of a 256-pixel painting.

    python benchmarks/start.py                  # five runs, and one without compiled code; writes benchmarks/start.json
    python benchmarks/start.py --threads 1 --rounds 3

The command is the one that a user types, in a process of its own. Run it on a quiet machine.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEMO = Path(__file__).parents[1] / "src" / "impasto" / "demo"


def run(out: Path, size: int, threads: int | None, compiled: Path | None = None) -> tuple[float, float]:
    """Seconds until the first step is told, and until the file is written. compiled: another cache of compiled code."""
    pictures = [str(DEMO / "content.jpg"), str(DEMO / "style.jpg")]
    command = [
        sys.executable,
        "-m",
        "impasto",
        "stylize",
        *pictures,
        "-o",
        str(out),
        "--size",
        str(size),
        "--force",
    ]
    command += [] if threads is None else ["--threads", str(threads)]
    environment = dict(os.environ) if compiled is None else os.environ | {"NUMBA_CACHE_DIR": str(compiled)}
    start, first = time.perf_counter(), None
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or []:
            if first is None and "step 1 of" in line:
                first = time.perf_counter() - start
    if process.returncode or first is None:
        raise SystemExit(f"the painting failed: {' '.join(command)}")
    return first, time.perf_counter() - start


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="The first second, and the preview.")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "painting.png"
        cold = run(picture, options.size, options.threads, Path(folder) / "cache")
        run(picture, options.size, options.threads)
        warm = [run(picture, options.size, options.threads) for _ in range(options.rounds)]
    found = {
        "processor": platform.processor() or platform.machine(),
        "size": options.size,
        "threads": options.threads or os.cpu_count(),
        "first step": [first for first, _ in warm],
        "file": [whole for _, whole in warm],
        "without compiled code": {"first step": cold[0], "file": cold[1]},
    }
    for name in ("first step", "file"):
        seconds = [run[name == "file"] for run in warm]
        spread, fresh = f"({min(seconds):.2f} to {max(seconds):.2f})", cold[name == "file"]
        print(f"{name:12} {statistics.median(seconds):6.2f} s {spread}, {fresh:.2f} s without compiled code")
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
