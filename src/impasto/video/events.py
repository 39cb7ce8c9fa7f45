"""The events of a film that is painted."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from impasto import Step


@dataclass(frozen=True, eq=False)
class PaintedFrame:
    """A frame that was painted.

    number: of the frame among those that are painted, from 0. visit: how many frames were painted before it, passes
    counted. shot: from 0. time: in seconds of the film. pixels: uint8 [H, W, 3], RGB. alpha: uint8 [H, W], None when
    opaque. steps: taken for it. seconds: it took. new: part of it that no earlier frame had seen, 0 to 1. final:
    whether no later pass paints it again.
    """

    number: int
    visit: int
    shot: int
    time: Fraction
    pixels: np.ndarray
    alpha: np.ndarray | None
    steps: int
    seconds: float
    new: float
    final: bool


@dataclass(frozen=True)
class FrameStep:
    """A step of the solver while a frame is painted. visit: of `visits`. done: part of the whole work, 0 to 1."""

    number: int
    visit: int
    visits: int
    shot: int
    step: "Step"
    done: float
