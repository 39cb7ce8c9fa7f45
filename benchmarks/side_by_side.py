"""How much longer does a painting take beside others, and beside a busy program, than alone?

    python benchmarks/side_by_side.py                        # writes benchmarks/side_by_side.json
    python benchmarks/side_by_side.py --size 192 --rounds 5

In each round all cases take their turns: a painting alone, two and four at once, and one beside a program that keeps
every core busy; each as `impasto` runs it (threads sleep soon while they wait), with threads that sleep at once, and as
a host that loaded torch itself runs it (torch's threads spin). What counts is the time of the steps until the last
painting is done. A machine that other people use is noisy: the medians over the rounds are given, with the lowest and
the highest, and the processor's time.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from first_painting import processor

from impasto.batch.process import SPINS

CASES = {"alone": (1, False), "two": (2, False), "four": (4, False), "beside a busy program": (1, True)}
POLICIES: dict[str, dict[str, str]] = {
    "the program": {"GOMP_SPINCOUNT": SPINS},  # as it sets it (`impasto.batch.process`)
    "sleeping at once": {"OMP_WAIT_POLICY": "passive"},
    "a library": {},
}
PATIENCE = 600


def paint(size: int, steps: int, go: Path) -> dict[str, float]:
    """Seconds of the steps, and of the processor, of one painting that starts when the file `go` is there."""
    import impasto

    demo = Path(impasto.__file__).parent / "demo"
    settings = impasto.Settings(size=size, scales=1, steps=steps + 1, device="cpu")
    painting = impasto.Stylizer(settings).paint(demo / "content.jpg", demo / "style.jpg")
    next(painting)  # encodes the pictures
    go.with_name(f"ready-{os.getpid()}").touch()
    while not go.exists():
        time.sleep(0.002)
    began, used = time.perf_counter(), time.process_time()
    for _ in painting:
        pass
    return {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}


@contextmanager
def busy(wanted: bool) -> Iterator[None]:
    """A program that keeps every core busy meanwhile."""
    if not wanted:
        yield
        return
    programs = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for one in programs:
            one.kill()
            one.wait()


def at_once(count: int, beside: bool, size: int, steps: int, policy: dict[str, str]) -> dict[str, float]:
    """The seconds of the slowest of several paintings at once, and the processor's for each of them."""
    command = [sys.executable, __file__, "--size", str(size), "--steps", str(steps), "--one"]
    environment = {
        k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    } | policy
    with tempfile.TemporaryDirectory() as folder:
        go = Path(folder) / "go"
        all_of_them = [
            subprocess.Popen([*command, str(go)], env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ]
        try:
            while len(list(go.parent.glob("ready-*"))) < count:
                time.sleep(0.05)
                if any(one.poll() for one in all_of_them):
                    raise SystemExit("a painting ended early")
            with busy(beside):
                go.touch()
                answers = [
                    json.loads(one.communicate(timeout=PATIENCE)[0].splitlines()[-1]) for one in all_of_them
                ]
        finally:
            for one in all_of_them:
                one.kill()
    return {
        "seconds": max(one["seconds"] for one in answers),
        "processor": statistics.mean(one["processor"] for one in answers),
    }


def summary(values: list[float]) -> list[float]:
    """Median, lowest, highest."""
    return [round(one, 3) for one in (statistics.median(values), min(values), max(values))]


def main() -> None:
    """Write seconds and ratios by case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--policies", nargs="+", default=list(POLICIES), choices=list(POLICIES))
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    if options.one:
        print(json.dumps(paint(options.size, options.steps, options.one)))
        return
    rounds: dict[tuple[str, str], list[dict[str, float]]] = {}
    for _ in range(options.rounds):
        for policy in options.policies:
            for case, (count, beside) in CASES.items():
                found = at_once(count, beside, options.size, options.steps, POLICIES[policy])
                rounds.setdefault((policy, case), []).append(found)
                print(policy, case, found, flush=True)
    results = {
        policy: {
            case: {
                "seconds": summary([one["seconds"] for one in rounds[policy, case]]),
                "processor": summary([one["processor"] for one in rounds[policy, case]]),
                "times alone": summary(
                    [
                        one["seconds"] / alone["seconds"]
                        for one, alone in zip(rounds[policy, case], rounds[policy, "alone"], strict=True)
                    ]
                ),
            }
            for case in CASES
        }
        for policy in options.policies
    }
    about = {"processor": processor(), "cores": os.cpu_count(), "size": options.size, "steps": options.steps}
    options.out.write_text(json.dumps({**about, "rounds": options.rounds, **results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
