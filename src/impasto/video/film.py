"""A film that can be painted: its frames, upright, in sRGB's coding, with their times; and what is known before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np

HIGH_DEFINITION = 720
"""Rows from which a film without colour tags is taken to be coded by BT.709; below, by BT.601."""
_BT709, _BT601 = 1, 6  # as H.273 numbers them
_UNSPECIFIED = 2

Note = Callable[[str], None]
"""A function that is called with what is wrong with a film, but not the end."""


@dataclass(frozen=True)
class Frame:
    """One frame. time: its begin, in seconds from the film's own zero. pixels: uint8 [H, W, 3], RGB.

    alpha: uint8 [H, W], None when opaque. duration: in seconds, None where the film does not say.
    """

    time: Fraction
    pixels: np.ndarray
    alpha: np.ndarray | None = None
    duration: Fraction | None = None


@dataclass(frozen=True)
class Colours:
    """How a film codes its colours, as ITU-T H.273 numbers it; 2 stands for what the film does not say."""

    space: int = _UNSPECIFIED
    primaries: int = _UNSPECIFIED
    transfer: int = _UNSPECIFIED
    full_range: bool = False

    def matrix(self, height: int) -> int:
        """The number of the matrix between RGB and YCbCr: the film's, or the one that players assume."""
        if self.space not in (0, _UNSPECIFIED):
            return self.space
        return _BT709 if height >= HIGH_DEFINITION else _BT601


@dataclass(frozen=True)
class About:
    """The properties of a film that are known before it is read.

    size: height and width of the upright frame, in pixels. rate: frames a second, on average. time_base: the unit of
    times, in seconds. count: how many frames, about; None where nobody knows. seconds: length, likewise. sound: whether
    there is a sound track. transparent: whether frames have an alpha channel. pixel_shape: width of a pixel divided by
    its height.
    """

    name: str
    size: tuple[int, int]
    rate: Fraction
    time_base: Fraction
    count: int | None
    seconds: float | None
    sound: bool = False
    transparent: bool = False
    colours: Colours = field(default_factory=Colours)
    pixel_shape: Fraction = Fraction(1)


class Film(Protocol):
    """A film that can be painted."""

    path: Path

    @property
    def about(self) -> About:
        """The properties known before the frames are read."""
        ...

    def frames(self, start: Fraction, stop: Fraction | None, note: Note) -> Iterator[Frame]:
        """The frames that begin from `start` on and before `stop`, in seconds; damaged ones are noted and left out."""
        ...

    def fingerprint(self) -> str:
        """SHA-256 of all that the frames are made of, in hex."""
        ...
