"""Encodings of styles that are kept: the second painting does not walk over the style, and gives the same bytes."""

import pytest
import torch

from impasto.costs.term import Summary
from impasto.objective import encode_style as module
from impasto.objective.encode_style import StyleEncodings
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, NEXT, STYLE, OTHER = (
    random_image(36, 48, 1),
    random_image(36, 48, 4),
    *(random_image(40, 44, i) for i in (2, 3)),
)
STYLES = {"one": STYLE, "two": [(STYLE, 2), OTHER]}


class Watching(VGG19):
    """Notes how often pictures are walked without a gradient: content and styles once a scale."""

    def __init__(self):
        super().__init__(tiny_weights())
        self.encoded = 0

    def walk(self, *given, **named):
        self.encoded += not torch.is_grad_enabled()
        return super().walk(*given, **named)


def stylizer(encoder=None, **fields):
    settings = Settings(
        **{"recipe": "glaze", "steps": 2, "scales": 2, "engine": "whole", "size": 48, **fields}
    )
    return Stylizer(settings, encoder=encoder or Watching())


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_what_was_encoded_is_not_encoded_again(style):
    one = stylizer()
    kept = one.encode_style(STYLES[style])
    before = one.encoder.encoded
    assert before == 2 * (1 if style == "one" else 2)  # each style image at each scale
    for content in (CONTENT, NEXT):
        painted = one.stylize(content, kept).image
        assert torch.equal(painted, stylizer().stylize(content, STYLES[style]).image)
    assert one.encoder.encoded - before == 2 * 2  # each photograph at each scale


def test_without_a_size_the_first_painting_encodes_it():
    one = stylizer(size=None)
    kept = one.encode_style(STYLE)
    assert (one.encoder.encoded, kept.encodings.bytes) == (0, 0)
    first = one.stylize(CONTENT, kept).image
    before = one.encoder.encoded
    assert torch.equal(one.stylize(CONTENT, kept).image, first)
    assert one.encoder.encoded - before == 2


def test_the_question_whether_the_photograph_is_painted_encodes_no_style_twice(monkeypatch):
    asked, sums = [], module.style_sums
    monkeypatch.setattr(module, "style_sums", lambda *given: asked.append(given[1].shape) or sums(*given))
    stylizer(start="underpainting").stylize(CONTENT, STYLE)
    assert len(asked) == len(set(asked)) == 2  # once at each scale


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [{"style_cost": "covariance"}, {"border": "zeros"}, {"style_scale": 0.8}, {"style_layers": "relu2_1"},
     {"colour": "match"}, {"colour": "photograph"}],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_other_settings_take_encodings_of_their_own(fields):
    one = stylizer()
    kept = one.encode_style(STYLE)
    other = one.varied(Settings(**{"recipe": "glaze", **one.settings.changed(), **fields}))
    assert torch.equal(other.stylize(CONTENT, kept).image, stylizer(**fields).stylize(CONTENT, STYLE).image)
    assert torch.equal(other.stylize(NEXT, kept).image, stylizer(**fields).stylize(NEXT, STYLE).image)


def test_another_part_of_the_style_is_measured_by_itself():
    one, mask = stylizer(), torch.linspace(0, 1, 44)[None].repeat(40, 1).numpy()
    kept = one.encode_style(STYLE)
    found = one.paint(CONTENT, kept, style_masks=[mask])
    list(found)
    assert torch.equal(found.result().image, stylizer().stylize(CONTENT, STYLE, style_masks=[mask]).image)


def test_the_parts_of_one_map_are_kept_apart():
    one, upper = stylizer(), torch.zeros(36, 48, 3).numpy()
    upper[:18] = 1
    lower = torch.zeros(40, 44, 3).numpy()
    lower[25:] = 1
    maps = {"regions": upper, "style_regions": lower}
    kept = one.encode_style(STYLE)
    expected = stylizer().stylize(CONTENT, STYLE, **maps).image
    assert torch.equal(one.stylize(CONTENT, kept, **maps).image, expected)
    assert torch.equal(one.stylize(CONTENT, kept, **maps).image, expected)


def test_no_more_is_kept_than_the_limit_and_the_oldest_goes():
    kept = StyleEncodings(limit=1000)
    sums = {"relu1_1": Summary(torch.zeros(10, 10), 4)}  # 400 bytes
    for key in ("a", "b"):
        kept.add(key, sums)
    assert kept.get("a") is sums  # used again, so that b is the oldest
    kept.add("c", sums)
    assert kept.bytes == 800
    assert [kept.get(key) is sums for key in "abc"] == [True, False, True]
    kept.add("large", {"relu1_1": Summary(torch.zeros(20, 20), 4)})
    assert kept.bytes <= 1000


def test_the_plan_counts_what_may_be_kept():
    one = stylizer()
    kept = one.encode_style(STYLE)
    with_it, without = (one.paint(CONTENT, style).plan(times=False).demand for style in (kept, STYLE))
    assert with_it.styles_kept - without.styles_kept == kept.encodings.limit
