"""How one frame is painted: as a still, or from what the motion brings; with the settings that hold at its time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import impasto
from impasto.inputs.inputs import Guidance, Style, read_inputs
from impasto.memory.process import resident
from impasto.settings import Settings
from impasto.video.guides import Guides
from impasto.video.keys import Key, settings_at, weights_at
from impasto.video.neighbours import Neighbours
from impasto.video.reel import Reel
from impasto.video.temporal import Temporal
from impasto.video.tracks import Tracks

if TYPE_CHECKING:
    from impasto import EncodedStyle, Painting, Result, Stylizer

LATER: Mapping[str, Any] = {"start_scale": "last", "scales": None, "solver": "lbfgs", "averaging": 0.0}
"""What a later frame sets otherwise than the first of a shot. L-BFGS moves no pixel further than the cost asks, while
Adam's first steps move each by the learning rate: a flicker."""
LEAST_TRUST = 0.05
"""Where nothing is trusted more than this, nothing is held."""


class FramePainter:
    """A painter of the frames of one film.

    by: with the settings of the film. styles: the paintings. keys: what changes over time, in order.

    Two kinds of colour are settled here, because a palette that followed each frame would flicker. With "match" the
    paintings take the palette of the first frame of each shot. With "only" each frame changes its colours as that one
    does, and nothing is painted.
    """

    def __init__(
        self,
        by: "Stylizer",
        reel: Reel,
        styles: Sequence[Style],
        guides: Guides,
        keys: Sequence[Key],
        temporal: Temporal,
    ):
        self.base = resident()
        """Bytes that the process held before the paintings were encoded."""
        self._reel, self.styles, self._guides, self._keys = reel, tuple(styles), guides, tuple(keys)
        self._temporal = temporal
        self._colour = by.settings.colour
        self.paints = by.settings.paints
        """Whether steps are taken at all, and not only colours changed."""
        settled = self._colour in ("match", "only")
        self._by = by.varied(replace(by.settings, colour="painting")) if settled else by
        self._encoded: tuple[int, EncodedStyle] | None = None
        self.size = self._begun(self._by, 0).size
        """Height and width of the painted frames, in pixels."""

    @property
    def frame_steps(self) -> int:
        """Steps of a later frame; 0 where only colours are changed."""
        return self._temporal.frame_steps if self.paints else 0

    @property
    def encoded_bytes(self) -> int:
        """Memory that the paintings' encodings take."""
        return 0 if self._encoded is None else self._encoded[1].encodings.bytes

    def content(self, frame: int) -> np.ndarray:
        """The pixels of a frame of the film: uint8 [H, W, 3], or with alpha [H, W, 4]."""
        one = self._reel[frame]
        return one.pixels if one.alpha is None else np.dstack([one.pixels, one.alpha])

    def small(self, frame: int) -> np.ndarray:
        """A frame of the film at the size of the painting, uint8 [H, W, 3]."""
        import cv2

        pixels = self._reel[frame].pixels
        if pixels.shape[:2] == tuple(self.size):
            return pixels
        kind = cv2.INTER_AREA if self.size[0] < pixels.shape[0] else cv2.INTER_CUBIC
        return cv2.resize(pixels, self.size[::-1], interpolation=kind)

    def still(self, frame: int) -> "Painting":
        """The painting of a frame by itself, coarse to fine."""
        return self._begun(self._stylizer_at(frame), frame)

    def later(
        self,
        frame: int,
        canvas: np.ndarray,
        brought: np.ndarray,
        tracks: Tracks,
        neighbours: Neighbours = (),
        **changes: Any,
    ) -> "Painting":
        """The painting of a frame from a canvas, held to what the motion brings where its tracks are to be trusted.

        canvas, brought: float32 [H, W, 3] in [0, 1]. neighbours: those that are known. changes: of the settings.
        """
        hold = self._temporal.hold
        held = hold > 0 and float(tracks.trust.max()) > LEAST_TRUST
        costs = [impasto.Hold(brought, tracks.trust, hold)] if held else []
        settings = self._stylizer_at(frame).settings
        by = self._by.varied(replace(settings, **LATER, **{"steps": self._temporal.frame_steps, **changes}))
        return self._begun(by, frame, start=canvas, costs=costs, neighbours=neighbours)

    def recoloured(self, frame: int) -> "Result":
        """A frame in the colours of the paintings."""
        protect = {name: value for name, value in self._guidance(frame).items() if name == "protect"}
        settings = self._stylizer_at(frame).settings
        return impasto.recolor(
            self.content(frame),
            self._styles_at(frame, self.styles),
            like=self.content(self._shot(frame)),
            size=settings.size or max(self._reel.film.about.size),
            protect_strength=settings.protect_strength,
            **protect,
        )

    def protected(self, frame: int) -> np.ndarray:
        """How far each pixel of a painted frame stays as filmed: float32 [H, W] in [0, 1]."""
        mask = self._guidance(frame).get("protect")
        if mask is None:
            return np.zeros(self.size, np.float32)
        found = read_inputs(self.content(frame), self.styles, guidance=Guidance(protect=mask)).protect
        assert found is not None
        rows = found.rows(self.size, 0, self.size[0]).numpy()
        return self._stylizer_at(frame).settings.protect_strength * rows

    def differ(self, frame: int, other: int) -> bool:
        """Whether two frames are painted with other settings, or other masks."""
        times = self._reel.times
        settings = [settings_at(self._by.settings, self._keys, times[n]) for n in (frame, other)]
        weights = [weights_at(self._keys, times[n]) for n in (frame, other)]
        return (
            settings[0] != settings[1]
            or weights[0] != weights[1]
            or self._guides.change(times[frame], times[other])
        )

    def _begun(self, by: "Stylizer", frame: int, **more: Any) -> "Painting":
        return by.paint(self.content(frame), self._style_at(frame), **self._guidance(frame), **more)

    def _guidance(self, frame: int) -> dict[str, Any]:
        return self._guides.at(self._reel.times[frame])

    def _stylizer_at(self, frame: int) -> "Stylizer":
        settings = settings_at(self._by.settings, self._keys, self._reel.times[frame])
        return self._by if settings == self._by.settings else self._by.varied(settings)

    def _style_at(self, frame: int) -> "EncodedStyle":
        """The paintings, encoded once or, where they take the palette of each shot, once a shot."""
        of = self._shot(frame) if self._colour == "match" else 0
        if self._encoded is None or self._encoded[0] != of:
            styles = self.styles
            if self._colour == "match":
                first = self.content(of)
                styles = tuple(replace(one, picture=_matched(one, first)) for one in styles)
            self._encoded = of, self._by.encode_style(styles)
        encoded = self._encoded[1]
        return replace(encoded, styles=self._styles_at(frame, encoded.styles))

    def _shot(self, frame: int) -> int:
        """The first frame of the shot that a frame belongs to."""
        return max(cut for cut in (0, *self._reel.cuts) if cut <= frame)

    def _styles_at(self, frame: int, styles: Sequence[Style]) -> tuple[Style, ...]:
        """The paintings with the weights that they have at this time."""
        weights = weights_at(self._keys, self._reel.times[frame])
        if weights is None:
            return tuple(styles)
        return tuple(replace(one, weight=weight) for one, weight in zip(styles, weights, strict=True))


def settings_of_film(settings: Settings, size: tuple[int, int]) -> Settings:
    """The settings with which a film of this size (height, width) is painted: as large as it is, unless they say."""
    return replace(settings, size=settings.size or max(size))


def _matched(style: Style, frame: np.ndarray) -> "impasto.Picture":
    """A painting in the palette of a frame of the film."""
    picture = style.picture
    found = impasto.recolor(picture, frame, size=max(picture.height, picture.width))
    return impasto.Picture(found.image, found.alpha, picture.name, picture.fingerprint)
