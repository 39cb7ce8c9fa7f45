"""The form in which a network wants its pictures: recognised from its first kernels, because tensor names do not say.

Two trained VGG-19 are in use, and their files can have the same names and shapes:

    caffe         the original: BGR x 255 minus (103.939, 116.779, 123.68)
    torchvision   retrained: RGB minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225)

Statistics cannot tell them apart: the original's conv1_1 has kernels of norm 0.4 to 1.7 and biases of about
0.5 although its inputs are 60 times larger. So one filter of each is written down here. Its 27 numbers
settle the convention, and whether the input channels are stored as RGB or BGR, also after the file was
converted, rounded to half precision or stripped of its fully connected layers. A network that matches
neither has to be labelled by the metadata of a safetensors file; otherwise it is refused rather than guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from impasto.errors import WeightsError

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Convention:
    """network input = image_rgb01 * scale - shift, each a number per RGB channel."""

    name: str
    scale: Triple
    shift: Triple
    stored_as: str
    """Order of conv1_1's input channels in files of this convention that say nothing else."""
    filter_index: int
    filter_rgb: tuple[float, ...]
    """conv1_1's kernel[filter_index] in RGB order, [3, 3, 3] flattened."""


# fmt: off
CONVENTIONS = {
    "caffe": Convention(
        "caffe", (255.0, 255.0, 255.0), (123.68, 116.779, 103.939), "BGR",
        22,  # the filter that differs most between RGB and BGR
        (-0.14591, -0.19211, -0.15238, -0.19211, -0.24889, -0.20430, -0.16120, -0.19481, -0.15827,
         0.06262, 0.03594, 0.05432, 0.03594, 0.00013, 0.02604, 0.04027, 0.02879, 0.04298,
         0.14824, 0.15275, 0.14548, 0.15536, 0.15275, 0.14824, 0.13166, 0.15275, 0.14101),
    ),
    "torchvision": Convention(
        "torchvision",
        (1 / 0.229, 1 / 0.224, 1 / 0.225), (0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225), "RGB",
        0,
        (-0.053474, -0.049257, -0.067942, 0.015314, 0.045068, 0.0021444, 0.036226, 0.019999, 0.019864,
         0.017015, 0.055403, -0.0062293, 0.14165, 0.22705, 0.13758, 0.12000, 0.20030, 0.092114,
         -0.044885, 0.012680, -0.014497, 0.059742, 0.13955, 0.054102, -0.00096141, 0.058304, -0.029663),
    ),
}
# fmt: on

# 256 values a layer are 0.9 % off at most, bfloat16 0.4 %; RGB taken for BGR is off by 50 % or more.
_TOLERANCE = 0.05


@dataclass(frozen=True)
class Decision:
    """A network's convention, the stored channel order, and whether the filter itself was recognised."""

    convention: Convention
    stored_as: str
    recognised: bool
    reason: str


def decide(path: Path, kernel: Tensor, metadata: Mapping[str, str]) -> Decision:
    """The convention of a network, from conv1_1's kernel.

    Args:
        path: the file, for messages.
        kernel: [64, 3, 3, 3], input channels ordered as stored.
        metadata: the file's own; "convention" labels a network whose training is not recognised.

    Raises:
        WeightsError: kernel and label contradict each other, the label is unknown, or there is neither a known
            kernel nor a label.
    """
    label = metadata.get("convention")
    expected = " or ".join(CONVENTIONS)
    if label is not None and label not in CONVENTIONS:
        raise WeightsError(f"{path}: its metadata says convention {label!r}; expected {expected}")
    for convention in CONVENTIONS.values():
        for order, channels in (("RGB", kernel), ("BGR", kernel.flip(1))):
            if _distance(channels, convention) < _TOLERANCE:
                if label not in (None, convention.name):
                    raise WeightsError(
                        f"{path} is labelled {label} by its metadata, but conv1_1 is that of the "
                        f"{convention.name} network; correct the label"
                    )
                return Decision(convention, order, True, f"conv1_1 is that of the {convention.name} network")
    if label is not None:
        chosen = CONVENTIONS[label]
        return Decision(chosen, chosen.stored_as, False, f"labelled {label} by the file's metadata")
    raise WeightsError(
        f"{path} is a VGG-19 of unknown training, so the channel order and range that it expects are unknown; "
        f"save it as .safetensors with the metadata 'convention': {expected}"
    )


def _distance(kernel_rgb: Tensor, convention: Convention) -> float:
    """Relative to the filter's norm, so that a rescaled first layer is not mistaken for the original."""
    known = torch.tensor(convention.filter_rgb)
    return float((kernel_rgb[convention.filter_index].flatten() - known).norm() / known.norm())
