"""The command line called in this very process, with a tiny network, on tiny pictures."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from impasto import encoders_made_by
from impasto.cli import main
from impasto.cli.output_files import OutputWriter
from impasto.images.io.write import write_picture
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_encoder


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys) -> Callable[..., Outcome]:
    def call(*arguments: object, encoder: Callable[..., VGG19] | None = None) -> Outcome:
        capsys.readouterr()
        code = main([str(one) for one in arguments], encoder=encoder)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return call


@pytest.fixture
def refused(run) -> Callable[..., str]:
    """The one line that a command is refused with."""

    def call(*arguments: object) -> str:
        outcome = run(*arguments)
        assert outcome.code == 2
        assert outcome.out == ""
        assert outcome.err.startswith("error: ")
        assert outcome.err.count("\n") == 1
        return outcome.err

    return call


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny pictures are painted faster by one thread than by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def studio(tmp_path, monkeypatch, one_thread) -> Iterator[Path]:
    """The current folder: content.png (48x36) and style.png (40x40) are there, the default network is tiny."""
    monkeypatch.chdir(tmp_path)
    write_picture(tmp_path / "content.png", random_image(36, 48, 1))
    write_picture(tmp_path / "style.png", random_image(40, 40, 2))
    with encoders_made_by(tiny_encoder):
        yield tmp_path


LEFT = np.clip(np.linspace(2.5, -1.5, 48), 0, 1)[None].repeat(36, 0)


def save(name, grey):
    Image.fromarray(np.round(255 * grey).astype(np.uint8)).save(name)


@pytest.fixture
def masks(studio):
    """left.png, right.png (a quarter of the size), black.png, square.png, labels.png, style-labels.png; other.png."""
    save("left.png", LEFT)
    save("right.png", 1 - LEFT[::2, ::2])
    save("black.png", 0 * LEFT)
    save("white.png", 0 * LEFT + 1)
    save("square.png", np.ones((30, 30)))
    red_and_blue = np.where(LEFT[..., None] > 0.5, (255, 0, 0), (0, 0, 255)).astype(np.uint8)
    Image.fromarray(red_and_blue).save("labels.png")
    Image.fromarray(red_and_blue[:36, 4:40]).save("style-labels.png")
    Image.fromarray(255 - red_and_blue).save("other-labels.png")
    Image.fromarray(np.asarray(Image.open("style.png"))[::-1] // 2).save("other.png")


CONTROLS = {
    "two styles": ["style.png:2", "other.png"],
    "regions": ["style.png", "other.png", "--mask", "left.png", "--mask", "right.png"],
    "parts": ["style.png", "--regions", "labels.png", "--style-regions", "style-labels.png"],
    "a part": ["style.png", "--style-mask", "square.png"],
    "protected": ["style.png", "--protect", "left.png", "--protect-strength", "0.75"],
}
"""STYLE and options that say where; they need `masks`."""

SHORT = ("--recipe", "glaze", "--scales", "2", "--steps", "6", "--threads", "1")
"""15 steps: 9 at 24x18, 6 at 48x36."""
BOTH_SOLVERS = pytest.mark.parametrize("solver", ["lbfgs", "adam"])


def stylize(*options: object, output: object = "out.png") -> list[object]:
    return ["stylize", "content.png", "style.png", "-o", output, *SHORT, *options]


@pytest.fixture
def after_step(monkeypatch) -> Callable[[int, Callable[[], None]], None]:
    """Do something, once, right after a step of the painting."""
    plans: dict[int, Callable[[], None]] = {}
    keep = OutputWriter.step

    def step(self, painting, step):
        keep(self, painting, step)
        plans.pop(step.number, lambda: None)()

    monkeypatch.setattr(OutputWriter, "step", step)
    return plans.__setitem__


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)
