"""On an NVIDIA GPU, where there is one: what a CPU cannot show."""

import pytest
import torch

from impasto.layout import Layout
from impasto.memory.available import CONTEXT_BYTES
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")

CONTENT, STYLE = random_image(150, 196, 1), random_image(128, 160, 2)
LAYOUTS = {
    "whole": Layout(history=5),
    "tiles": Layout(tile=64, style_tile=64, history=5),
    "deep layers in one piece": Layout(tile=64, style_tile=64, deep_tile=400, history=5),
    "half precision": Layout(history=5, kept="float16"),
    "everything on disk": Layout(tile=64, kept="disk", encoding="disk", history=5),
    "Adam in bfloat16": Layout(solver="adam", moments="bfloat16"),
}
NETWORKS = [("average", "float32"), ("max", "float32"), ("average", "bf16")]


@pytest.fixture(scope="module")
def encoders(real_encoder):
    weights = real_encoder.weights
    return {
        (pooling, precision): VGG19(weights, pooling=pooling, device="cuda", precision=precision)
        for pooling, precision in NETWORKS
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("network", NETWORKS)
def test_painted_twice_or_resumed_it_is_the_same_to_the_bit(tmp_path, encoders, layout, network):
    pooling, precision = network
    settings = Settings(
        recipe="glaze", steps=4, scales=2, pooling=pooling, device="cuda", precision=precision
    )
    stylizer = Stylizer(settings, encoder=encoders[network])

    def begun():
        painting = stylizer.paint(CONTENT, STYLE)
        painting.layouts = [LAYOUTS[layout]] * 2
        return painting

    once, twice = begun(), begun()
    for step in once:
        if step.number == 3:
            once.save_checkpoint(tmp_path / "a.checkpoint")
    list(twice)
    assert torch.equal(once.result().image, twice.result().image)
    resumed = stylizer.paint(CONTENT, STYLE, resume=load_checkpoint(tmp_path / "a.checkpoint"))
    list(resumed)
    assert torch.equal(once.result().image, resumed.result().image)


def test_no_more_of_the_card_is_held_than_memory_allows(encoders):
    settings = Settings(recipe="glaze", size=700, steps=2, scales=1, device="cuda", memory="2500MB")
    painting = Stylizer(settings, encoder=encoders["average", "float32"]).paint(
        random_image(700, 700, 1), STYLE
    )
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    list(painting)
    assert CONTEXT_BYTES + torch.cuda.max_memory_reserved() <= 2_500_000_000
