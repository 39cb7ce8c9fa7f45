"""A studio without a page: a tiny network, tiny pictures, a folder of its own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

pytest.importorskip("nicegui", reason="the studio's packages are not here: pip install 'impasto[studio]'")

from impasto.images.io.write import write_picture
from impasto.studio.atelier import Atelier
from impasto.vgg import vgg19
from impasto.vgg.weights import find_weights
from tests.helpers import random_image, tiny_weights

PATIENCE = 120.0
"""Seconds; a machine that is busy with other things answers late."""


@pytest.fixture
def pictures(tmp_path) -> Path:
    """A folder with photo.png (48 x 36) and paint.png, monet.png (40 x 40)."""
    folder = tmp_path / "given"
    folder.mkdir()
    write_picture(folder / "photo.png", random_image(36, 48, 1))
    write_picture(folder / "paint.png", random_image(40, 40, 2))
    write_picture(folder / "monet.png", random_image(40, 40, 3))
    return folder


@pytest.fixture
def tiny(monkeypatch) -> Iterator[None]:
    """The default network is a tiny one, and one thread computes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(
        vgg19, "find_weights", lambda choice=None: find_weights(choice) if choice else tiny_weights()
    )
    yield
    torch.set_num_threads(before)


@pytest.fixture
def open_atelier(tmp_path, tiny) -> Iterator[Callable[..., Atelier]]:
    """Opens the studio of this test, again and again; what is open at the end is closed."""
    opened: list[Atelier] = []

    def call(*, begin: bool = True) -> Atelier:
        atelier = Atelier(tmp_path / "studio")
        opened.append(atelier)
        if begin:
            atelier.open()
        return atelier

    yield call
    for atelier in opened:
        atelier.close()


@pytest.fixture
def atelier(open_atelier, pictures) -> Atelier:
    """A studio with both pictures on its desk, 48 pixels, six steps a scale."""
    atelier = open_atelier()
    lay(atelier, pictures)
    return atelier


def lay(atelier: Atelier, pictures: Path, **settings: object) -> None:
    """Put the pictures on the desk."""
    desk = atelier.desk
    desk.place_photograph(atelier.library.add_copy(pictures / "photo.png", "photo.png"))
    desk.add_style(atelier.library.add_copy(pictures / "paint.png", "paint.png"))
    desk.take_settings({"recipe": "glaze", "size": 48, "scales": 2, "steps": 6, "threads": 1, **settings})


def until(done: Callable[[], object], what: str = "it") -> None:
    """Wait for something that others do."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, f"{what} has not happened in {PATIENCE:g} seconds"
        time.sleep(0.005)
