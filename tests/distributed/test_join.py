"""Whether a process paints together with others is said, and not guessed from its environment."""

import pytest

import impasto
from impasto.distributed.partition import WHOLE
from impasto.errors import SettingsError
from impasto.settings import Settings
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

NAMES = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")


@pytest.fixture
def launched(monkeypatch):
    """Started as one of several, by whatever sets these variables."""
    for name, value in zip(NAMES, ("1", "2", "1", "2"), strict=True):
        monkeypatch.setenv(name, value)


@pytest.fixture
def by_itself(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("launched")
def test_a_stylizer_paints_alone_whatever_started_it():
    stylizer = impasto.Stylizer(Settings(recipe="glaze", steps=1, scales=1), encoder=VGG19(tiny_weights()))
    assert stylizer.alone
    result = stylizer.stylize(random_image(36, 48, 1), random_image(40, 40, 2))
    assert type(result) is impasto.Result and result.image.shape == (1, 3, 36, 48)


@pytest.mark.usefixtures("by_itself")
def test_joining_where_nobody_else_was_started_is_painting_alone():
    assert impasto.join_torchrun() is WHOLE


def test_one_of_one_is_alone(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert impasto.join_torchrun() is WHOLE


@pytest.mark.parametrize(("rank", "size"), [("2", "2"), ("-1", "2"), ("first", "2"), ("0", "0")])
def test_variables_that_fit_no_group_are_told_in_one_line(monkeypatch, rank, size):
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", size)
    with pytest.raises(SettingsError, match=f"RANK={rank}, WORLD_SIZE={size}") as caught:
        impasto.join_torchrun()
    assert "\n" not in str(caught.value)
