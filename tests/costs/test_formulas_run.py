"""The published formulas are what a painting computes: a breakpoint in each of them is hit."""

import pytest

from impasto.costs import content, gram, style
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["whole", "tiled"])
@pytest.mark.parametrize(
    ("module", "formula"),
    [(gram, "gram_matrix"), (content, "content_cost"), (style, "layer_style_cost")],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_breakpoint_in_a_formula_is_hit(monkeypatch, module, formula, engine):
    calls, original = [], getattr(module, formula)
    monkeypatch.setattr(module, formula, lambda *given, **named: calls.append(1) or original(*given, **named))
    settings = Settings(
        recipe="glaze", steps=2, scales=1, engine=engine, tile=32 if engine == "tiled" else None
    )
    painting = Stylizer(settings, encoder=VGG19(tiny_weights())).paint(
        random_image(36, 48, 1), random_image(40, 40, 2)
    )
    next(painting)
    first = len(calls)
    assert first
    next(painting)
    assert len(calls) > first
