"""The pictures of a few pairs measure as they did: see benchmarks/pairs.py, which records them."""

import functools
import json
from collections.abc import Iterator

import pytest
import torch
from benchmarks import pairs

from impasto import VGG19, encoders_made_by
from impasto.measures.detail import blurred
from tests.helpers import needs_pictures

RECORDED = json.loads(pairs.RECORDED.read_text("utf-8"))
PAINT = functools.cache(lambda pair: pairs.paint(pair, **pairs.WAYS["one thread"]))


@pytest.fixture
def weights_that_everyone_gets(real_encoder) -> Iterator[None]:
    with encoders_made_by(lambda weights, **network: VGG19(real_encoder.weights, **network)):
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("weights_that_everyone_gets")
@pytest.mark.parametrize(
    "pair", [pytest.param(name, marks=[] if name == "demo" else needs_pictures) for name in pairs.PAIRS]
)
def test_a_pairs_picture_measures_as_recorded(pair):
    found = pairs.measured(pair, PAINT(pair))
    assert found.keys() == RECORDED[pair].keys(), "run python benchmarks/pairs.py"
    off = pairs.beyond(found, RECORDED[pair])
    assert not off, (
        "the picture has changed: look at it, and if it is meant to, run python benchmarks/pairs.py"
    )


def with_noise(image):
    return image + 1.5 / 255 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0))


def softened(image):
    return torch.lerp(image, torch.cat([blurred(one) for one in image.split(1, dim=1)], dim=1), 0.2)


def with_dots(image):
    image = image.clone()
    image[..., ::8, ::8] += 0.08
    return image


def with_a_dark_edge(image):
    image = image.clone()
    image[..., :16] -= 0.06
    return image


def with_a_seam(image):
    image = image.clone()
    image[..., 100:] += 0.08
    return image


@pytest.fixture
def without_the_network(monkeypatch, weights_that_everyone_gets) -> None:
    """The measures that look through it are left out: each harm is one of the pixels."""
    for name in ("distances", "painted"):
        monkeypatch.setattr(f"impasto.measures.report.{name}", lambda *_: ())


@pytest.mark.slow
@pytest.mark.usefixtures("without_the_network")
@pytest.mark.parametrize(
    ("harm", "measure"),
    [
        (with_noise, "noise"),
        (softened, "sharpness"),
        (with_dots, "lattice"),
        (with_a_dark_edge, "border"),
        (with_a_seam, "seams"),
    ],
)
def test_small_harm_is_noticed_and_named(harm, measure):
    found = pairs.measured("demo", harm(PAINT("demo")).clamp(0, 1))
    recorded = {name: RECORDED["demo"][name] for name in found}
    assert any(name.startswith(measure) for name in pairs.beyond(found, recorded))


def test_the_recorded_value_is_the_middle_and_the_tolerance_three_times_the_widest_range():
    held = pairs.record(
        {"one": [{"a": 1.0, "b": 5.0}, {"a": 1.2, "b": 5.0}], "other": [{"a": 3.0, "b": 7.0}] * 2}
    )
    assert held["one"] == {
        "a": {"value": 1.1, "tolerance": pytest.approx(0.6)},
        "b": {"value": 5.0, "tolerance": pytest.approx(0.05)},
    }
    assert held["other"]["a"] == {"value": 3.0, "tolerance": pytest.approx(0.6)}
    assert list(pairs.beyond({"a": 1.65, "b": 5.06}, held["one"])) == ["b"]
