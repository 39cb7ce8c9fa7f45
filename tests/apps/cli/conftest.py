"""The command line called in this very process, with a tiny network, on tiny pictures."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from impasto.apps.cli import main
from impasto.apps.cli.keeping import Keeper
from impasto.encoder import vgg19
from impasto.encoder.weights import Weights, find_weights
from impasto.images.files import write_picture
from tests.helpers import random_image, tiny_weights


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys) -> Callable[..., Outcome]:
    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(one) for one in arguments])
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


def _weights(choice: str | None = None) -> Weights:
    return tiny_weights() if choice is None else find_weights(choice)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny pictures are painted faster by one thread than by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def studio(tmp_path, monkeypatch, one_thread) -> Path:
    """The current folder: content.png (48x36) and style.png (40x40) are there, the default network is tiny."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(vgg19, "find_weights", _weights)
    write_picture(tmp_path / "content.png", random_image(36, 48, 1))
    write_picture(tmp_path / "style.png", random_image(40, 40, 2))
    return tmp_path


SHORT = ("--scales", "2", "--steps", "6", "--threads", "1")
"""15 steps: 9 at 24x18, 6 at 48x36."""
BOTH_SOLVERS = pytest.mark.parametrize("solver", ["lbfgs", "adam"])


def stylize(*options: object, output: object = "out.png") -> list[object]:
    return ["stylize", "content.png", "style.png", "-o", output, *SHORT, *options]


@pytest.fixture
def after_step(monkeypatch) -> Callable[[int, Callable[[], None]], None]:
    """Do something, once, right after a step of the painting."""
    plans: dict[int, Callable[[], None]] = {}
    keep = Keeper.step

    def step(self, step):
        keep(self, step)
        plans.pop(step.number, lambda: None)()

    monkeypatch.setattr(Keeper, "step", step)
    return plans.__setitem__


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)
