"""Is the first painting of a process always the same, to the bit? One hash for each kind of process, or not.

    python benchmarks/first_painting.py            # 24 processes a solver; writes benchmarks/first_painting.json
    python benchmarks/first_painting.py --processes 3 --size 64

For each solver and for one and two threads, fresh processes paint the same picture twice. Some of the processes find
no compiled code and compile it themselves. The hash covers the picture's numbers and all costs.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

SOLVERS = ("adam", "lbfgs")
COLD = 4
"""One in so many processes compiles for itself."""


def hashes(solver: str, size: int, threads: int) -> list[str]:
    """Of the first and of the second painting in this process."""
    import impasto

    demo = Path(impasto.__file__).parent / "demo"
    settings = impasto.Settings(solver=solver, size=size, steps=8, threads=threads, device="cpu")
    found = []
    for _ in range(2):
        result = impasto.Stylizer(settings).stylize(demo / "content.jpg", demo / "style.jpg")
        costs = json.dumps([cost.total.hex() for cost in result.history])
        found.append(hashlib.sha256(result.image.numpy().tobytes() + costs.encode()).hexdigest())
    return found


def in_a_process(solver: str, size: int, threads: int, compiled: Path) -> list[str]:
    """The same, in a process of its own with this cache of compiled code."""
    command = [sys.executable, __file__, "--one", solver, "--size", str(size), "--threads", str(threads)]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(compiled)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Write the number of processes by hash: for each solver and number of threads there should be one hash."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=24)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--solvers", nargs="+", default=SOLVERS)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    if options.one:
        print(json.dumps(hashes(options.one, options.size, options.threads[0])))
        return
    found: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for threads in options.threads:
            for solver in options.solvers:
                counts: Counter[str] = Counter()
                for number in range(options.processes):
                    cold = number % COLD == COLD - 1
                    compiled = Path(folder) / (f"{threads}-{solver}-{number}" if cold else "warm")
                    counts.update(in_a_process(solver, options.size, threads, compiled))
                found[f"{solver}, {threads} threads"] = dict(counts)
                print(
                    f"{solver}, {threads} threads: {len(counts)} hash, {counts.total()} paintings", flush=True
                )
    about = {"processor": processor(), "size": options.size, "processes": options.processes}
    options.out.write_text(json.dumps({**about, "paintings by hash": found}, indent=1) + "\n")


def processor() -> str:
    """Its name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
