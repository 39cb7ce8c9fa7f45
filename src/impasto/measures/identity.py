"""The identity test: painted in its own manner, the photograph must come back."""

from dataclasses import replace

from impasto.images.picture import Picture
from impasto.images.resize import resize_picture
from impasto.inputs.inputs import Inputs, Style
from impasto.measures.measure import Measure
from impasto.painting.painting import Painting
from impasto.settings import SMALLEST_SCALE, STARTS, Settings
from impasto.vgg.vgg19 import VGG19

SIZE = SMALLEST_SCALE * 2
"""Pixels: two scales, so that the way from one to the next is tested; settings with one scale take half of it."""
MOST_STEPS = 100


def identity(content: Picture, settings: Settings, encoder: VGG19) -> Measure:
    """Paint the photograph in its own manner at a small size, and see how far from itself it ends.

    Raises what `Painting` raises, SettingsError for a photograph too small for the layers.
    """
    short = _short(settings, content)
    painting = Painting(short, encoder, Inputs(content, (Style(content),)))
    steps = sum(1 for _ in painting)
    wanted = resize_picture(content, painting.size).rgb
    difference = (painting.result().image - wanted).abs()
    height, width = painting.size
    return Measure(
        "identity",
        "steps of 255",
        "The photograph painted in its own manner must come back: the largest and the mean difference (a start with "
        f"noise, or strokes of another scale, leaves some). Painted with these settings at {width} x {height} pixels, "
        f"from the start {short.start}, in at most {MOST_STEPS} steps a scale, with one painting, no regions, no "
        "protection and no cost of one's own.",
        "Galerne, Raad, Lezama and Morel, arXiv 2212.13459, where a painting is both parents.",
        {
            "largest": {"difference": 255 * float(difference.max())},
            "mean": {"difference": 255 * float(difference.mean())},
            "took": {"steps": float(steps)},
        },
    )


def _short(settings: Settings, content: Picture) -> Settings:
    """The settings at a small size, on this machine as it is, with a start that needs no picture."""
    size = SIZE if settings.scales is None or settings.scales > 1 else SMALLEST_SCALE
    return replace(
        settings,
        size=min(size, max(content.height, content.width)),
        steps=min(settings.steps, MOST_STEPS),
        start=settings.start if settings.start in STARTS and settings.start != "picture" else "content",
        engine="auto",
        tile=None,
        memory=None,
    )
