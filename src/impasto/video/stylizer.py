"""`VideoStylizer`: a film painted frame by frame, each from what the motion of the film brings of those before it.

The method is that of Ruder, Dosovitskiy and Brox ("Artistic style transfer for videos", arXiv 1604.08610). The first
frame of a shot is painted as a still, coarse to fine. Each later one starts from the paint that its tracks bring
(`tracks.py`), and takes few steps at the full size, held to it by

    J_temporal = hold * mean(trust (G - W)^2)        W the paint that is brought, trust how far it can be (`Hold`)

What no earlier frame has seen starts from the film in the colours of the paint around it (`start.py`), is not held, and
so is painted by the steps. Where the film does not change at all, neither does the painting, to the bit.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import impasto
from impasto.errors import SettingsError
from impasto.settings import Settings
from impasto.video.cuts import is_cut
from impasto.video.film import Film, Frame
from impasto.video.guides import Guides
from impasto.video.keys import Key, settings_at
from impasto.video.order import Visit, final_visits, visits
from impasto.video.paints import Paints
from impasto.video.reel import Reel
from impasto.video.start import first_canvas
from impasto.video.temporal import Temporal
from impasto.video.tracks import Tracks, follow

if TYPE_CHECKING:
    from impasto import EncodedStyle, Step, Stylizer

LATER: Mapping[str, Any] = {"start_scale": "last", "scales": None, "solver": "lbfgs", "averaging": 0.0}
"""What a later frame sets otherwise than the first of a shot. L-BFGS moves no pixel further than the cost asks, while
Adam's first steps move each by the learning rate: a flicker."""


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


class VideoStylizer:
    """A painter of films with one set of settings, who loads the encoder once.

    Args:
        settings: as for `Stylizer`; None stands for `Settings()`. The setting `size` is the long side of the painted
            film; None: as large as the film itself.
        temporal: how frames follow from one another; None stands for `Temporal()`.
        more: encoder, costs and partition, as for `Stylizer`.

    Raises:
        SettingsError, WeightsError: as `Stylizer`; 16 bits, which no frame is kept in.
    """

    def __init__(self, settings: Settings | None = None, *, temporal: Temporal | None = None, **more: Any):
        self.settings, self.temporal = settings or Settings(), temporal or Temporal()
        if self.settings.bits != 8:
            raise SettingsError("the frames of a film have 8 bits a channel: omit bits", names=("bits",))
        self.stylizer: Stylizer = impasto.Stylizer(self.settings, **more)

    def paint(
        self,
        film: str | Path | Film,
        style: Any,
        *,
        start: float | Fraction = 0,
        stop: float | Fraction | None = None,
        every: int = 1,
        rate: float | Fraction | None = None,
        keys: Sequence[Key] = (),
        folder: Path | None = None,
        **guidance: Any,
    ) -> "FilmPainting":
        """Begin a film, or go on with one: read it through once. `for frame in painting` paints.

        Args:
            film: a file that FFmpeg reads, a folder of pictures, or a pattern of their names.
            style: as for `Stylizer.paint`.
            start: seconds of the film at which the painted part begins.
            stop: seconds at which it ends; None for the film's end.
            every: of so many frames one is painted, for a trial.
            rate: frames a second of a film of pictures.
            keys: settings that change over time; see `Key`.
            folder: where the frames are kept as they are done; what is there already of this very painting is not
                painted again. None: a temporary folder, which goes with the painting.
            guidance: masks, style_masks, regions, style_regions and protect, as for `Stylizer.paint`; those of the
                photograph may be films themselves.

        Raises:
            PictureError, SettingsError: as `Stylizer.paint`, and for what is no film, or has no frame in this part.
        """
        from impasto.video.film import open_film

        found = open_film(Path(film), _fraction(rate)) if isinstance(film, str | Path) else film
        return FilmPainting(
            self,
            found,
            style,
            _fraction(start) or Fraction(0),
            _fraction(stop),
            every,
            keys,
            folder,
            guidance,
        )


class FilmPainting:
    """A film that `VideoStylizer.paint` began: every turn of its iteration paints one frame.

    Attributes:
        about: what is known of the film. size: height and width of the painted frames. count: frames that are painted.
        notes: sentences that the user should know, such as which frames are damaged.
    """

    def __init__(
        self,
        by: VideoStylizer,
        film: Film,
        style: Any,
        start: Fraction,
        stop: Fraction | None,
        every: int,
        keys: Sequence[Key],
        folder: Path | None,
        guidance: Mapping[str, Any],
    ):
        self.notes: list[str] = []
        self.film, self.about = film, film.about
        self._by, self._keys = by, tuple(sorted(keys, key=lambda one: one.time))
        self._reel = Reel(film, start, stop, every, self.notes.append)
        self.stop = stop
        self.count = len(self._reel)
        self._guides = Guides(guidance, self._reel.times, self.notes.append)
        self._stylizer = by.stylizer.varied(
            replace(by.settings, size=by.settings.size or max(self.about.size))
        )
        self._style = style
        self._encoded: EncodedStyle | None = None
        self._order = list(visits(self.count, by.temporal.passes, by.temporal.loop))
        self._final = final_visits(self.count, by.temporal.passes, by.temporal.loop)
        self._paints = Paints(folder)
        self._film: dict[int, np.ndarray] = {}
        self._shot, self._done = 0, 0
        self._tracks: Tracks | None = None
        self._work = 0.0
        self.size = self._painting(self._stylizer, 0).size
        self._resume()

    # What is asked for.

    @property
    def visits(self) -> int:
        """How many frames are painted in all, passes counted."""
        return len(self._order)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return self._done

    @property
    def start(self) -> Fraction:
        """Seconds of the film at which its first painted frame begins."""
        return self._reel.times[0]

    def __iter__(self) -> Iterator[PaintedFrame]:
        """Paint what is not painted yet, frame by frame."""
        for event in self.events():
            if isinstance(event, PaintedFrame):
                yield event

    def events(self) -> Iterator[PaintedFrame | FrameStep]:
        """Yield every step, and every frame when it is done and kept."""
        while self._done < len(self._order):
            yield from self._painted(self._order[self._done])

    def frames(self) -> Iterator[Frame]:
        """The painted frames so far, as the last pass that is done shows them, in the order of the film."""
        shown = {one.frame: one.number for one in self._order[: self._done]}
        for number in range(self.count):
            if number not in shown:
                return
            pixels = self._paints.paint(shown[number])
            alpha = pixels[..., 3] if pixels.shape[2] == 4 else None
            original = self._reel[number]
            yield Frame(original.time, np.ascontiguousarray(pixels[..., :3]), alpha, original.duration)

    def save(self, path: str | Path, *, codec: str | None = None, overwrite: bool = False) -> None:
        """Write the frames so far as a film with the sound of the original, or as a folder of PNGs.

        Args:
            path: the file; its end, and `codec`, say what kind. Without an end: a folder.
            codec: "h264", "prores", "ffv1" or "png"; None for H.264, or PNGs in a folder.
            overwrite: whether an existing file may be replaced.

        Raises:
            OutputError: it exists and `overwrite` is not set, or cannot be written.
            SettingsError: the file does not hold that kind of film.
        """
        from impasto.video.codecs import codec_of
        from impasto.video.folder import write_folder
        from impasto.video.write import Target, write_film

        target, kind = Path(path), codec_of(Path(path), codec)
        if kind is None:
            write_folder(target, self.frames(), overwrite)
            return
        shown = min(self._done, self.count)
        stop = self.stop
        if shown < self.count:
            stop = self._reel.times[shown]
        start = self.start if self.start > 0 else Fraction(0)
        write_film(
            Target(target, kind, self.size, start, stop, self.metadata, overwrite), self.film, self.frames()
        )

    @property
    def metadata(self) -> dict[str, Any]:
        """What the film was painted from, and how: JSON-able, without names of folders."""
        return {
            "film": Path(self.about.name).name,
            "fingerprint": self.film.fingerprint(),
            "settings": self._by.settings.as_dict(),
            "temporal": self._by.temporal.as_dict(),
            "keys": [one.as_text() for one in self._keys],
            "frames": self.count,
            "painted": min(self._done, self.count),
            "width": self.size[1],
            "height": self.size[0],
            "impasto": impasto.__version__,
        }

    def close(self) -> None:
        """Remove the temporary folder, if the frames are kept in one."""
        self._paints.close()

    # How a frame is painted.

    def _painted(self, visit: Visit) -> Iterator[PaintedFrame | FrameStep]:
        began = time.perf_counter()
        small = self._small(visit.frame)
        begins = self._begins(visit)
        if begins:
            self._shot += visit.before is not None
            if visit.before is not None:
                self._paints.forget_before(visit.number)
            tracks = Tracks.begun(visit.number, self.size)
        else:
            tracks = self._followed(visit, small)
        steps = 0
        pixels: np.ndarray | None = None
        if begins and visit.earlier is not None:
            pixels = self._paints.paint(visit.earlier)
        elif not begins and bool(tracks.still.all()) and visit.earlier is None and not self._changes(visit):
            assert visit.before is not None
            pixels = self._paints.paint(visit.before)
        if pixels is None:
            for number, make in enumerate(self._paintings(visit, small, tracks, begins)):
                painting = make()
                for step in painting:
                    steps += 1
                    yield self._told(visit, step)
                pixels = self._kept(painting.result(), visit, tracks, begins)
                if begins and number == 0:
                    self._paints.put_base(visit.number, pixels)
        assert pixels is not None
        self._paints.put(visit.number, pixels)
        if self._changes(visit) and not begins:
            own = Tracks.begun(visit.number, self.size)
            tracks = replace(own, trust=tracks.trust, still=tracks.still)
        self._tracks = tracks
        self._film = {n: self._film[n] for n in {*tracks.sources(), visit.number} if n in self._film}
        self._paints.kept(tracks, self._shot)
        self._done = visit.number + 1
        alpha = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
        yield PaintedFrame(
            number=visit.frame,
            visit=visit.number,
            shot=self._shot,
            time=self._reel.times[visit.frame],
            pixels=np.ascontiguousarray(pixels[..., :3]),
            alpha=alpha,
            steps=steps,
            seconds=time.perf_counter() - began,
            new=float(tracks.new.mean()),
            final=self._final[visit.frame] == visit.number,
        )

    def _paintings(
        self, visit: Visit, small: np.ndarray, tracks: Tracks, begins: bool
    ) -> list[Callable[[], Any]]:
        """What is painted one after the other for a frame; the last one is shown.

        The first frame of a shot takes, after the still that later frames are brought from, the steps that each of them
        takes, too: otherwise the second frame would be the first to show what these change.
        """
        if not begins:
            return [lambda: self._later(visit, small, tracks)]
        whole = replace(tracks, likeness=tracks.likeness + 1, trust=tracks.trust + 1)
        return [lambda: self._still(visit), lambda: self._later(visit, small, whole)]

    def _begins(self, visit: Visit) -> bool:
        """Whether a shot begins with this frame, in the direction in which the film is gone through."""
        if visit.before is None:
            return True
        one, other = sorted((visit.frame, self._order[visit.before].frame))
        if other == one + 1:
            return other in self._reel.cuts
        return is_cut(self._small(visit.frame), self._small(self._order[visit.before].frame))

    def _still(self, visit: Visit) -> Any:
        """The painting of the first frame of a shot."""
        return self._painting(self._stylizer_at(visit), visit.frame)

    def _later(self, visit: Visit, small: np.ndarray, tracks: Tracks) -> Any:
        """The painting of a frame from what its tracks bring."""
        brought = tracks.read(self._paints.bases(tracks.sources()), fine=True)
        brought = (brought / 255).clip(0, 1)
        canvas = first_canvas(small.astype(np.float32) / 255, brought, tracks.likeness)
        if visit.earlier is not None:
            own = self._paints.paint(visit.earlier)[..., :3].astype(np.float32) / 255
            part = 0.5 * tracks.trust[..., None]
            canvas = own + part * (brought - own)
        costs = []
        if self._by.temporal.hold and tracks.trust.max() > _LEAST_TRUST:
            costs.append(impasto.Hold(_picture(brought), tracks.trust, self._by.temporal.hold))
        settings = self._stylizer_at(visit).settings
        later = self._stylizer.varied(_with(settings, **LATER, steps=self._by.temporal.frame_steps))
        return self._painting(later, visit.frame, start=_picture(canvas), costs=costs)

    def _painting(self, stylizer: "Stylizer", frame: int, **more: Any) -> Any:
        original = self._reel[frame]
        pixels = original.pixels
        if original.alpha is not None:
            pixels = np.dstack([pixels, original.alpha])
        return stylizer.paint(pixels, self._encoded_style(), **self._guides.at(original.time), **more)

    def _encoded_style(self) -> "EncodedStyle":
        if self._encoded is None:
            self._encoded = self._stylizer.encode_style(self._style)
        return self._encoded

    def _kept(self, result: Any, visit: Visit, tracks: Tracks, begins: bool) -> np.ndarray:
        """The pixels of a frame as they are kept: uint8, and where nothing changed those of the frame before."""
        pixels = np.round(result.image[0].permute(1, 2, 0).numpy().clip(0, 1) * 255).astype(np.uint8)
        if result.alpha is not None:
            pixels = np.dstack([pixels, np.round(result.alpha[0, 0].numpy() * 255).astype(np.uint8)])
        elif self.about.transparent:
            pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
        if not begins and visit.before is not None and not self._changes(visit) and visit.earlier is None:
            last = self._paints.paint(visit.before)
            colours = pixels[..., :3]
            colours[tracks.still] = last[..., :3][tracks.still]
        return pixels

    def _followed(self, visit: Visit, small: np.ndarray) -> Tracks:
        assert self._tracks is not None
        assert visit.before is not None
        before = self._tracks
        if visit.turned:
            before = Tracks.begun(visit.before, self.size)
        self._film[visit.number] = small
        for number in {visit.before, *before.sources()} - self._film.keys():
            self._film[number] = self._small(self._order[number].frame)
        return follow(before, self._film, visit.number)

    def _small(self, frame: int) -> np.ndarray:
        """A frame of the film at the size of the painting: uint8 [H, W, 3]."""
        import cv2

        pixels = self._reel[frame].pixels
        if pixels.shape[:2] == tuple(self.size):
            return pixels
        shrinks = self.size[0] < pixels.shape[0]
        return cv2.resize(
            pixels, self.size[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        )

    # What changes over time.

    def _stylizer_at(self, visit: Visit) -> "Stylizer":
        settings = settings_at(self._stylizer.settings, self._keys, self._reel.times[visit.frame])
        return self._stylizer if settings == self._stylizer.settings else self._stylizer.varied(settings)

    def _changes(self, visit: Visit) -> bool:
        """Whether this frame is painted with other settings than the one before it, or other masks."""
        if visit.before is None:
            return False
        now, then = (self._reel.times[self._order[n].frame] for n in (visit.number, visit.before))
        base = self._stylizer.settings
        other = settings_at(base, self._keys, now) != settings_at(base, self._keys, then)
        return other or self._guides.change(then, now)

    # Progress.

    def _told(self, visit: Visit, step: "Step") -> FrameStep:
        part = (visit.number + step.done) / len(self._order)
        return FrameStep(visit.frame, visit.number, len(self._order), self._shot, step, part)

    def _resume(self) -> None:
        """Go on after the last visit that is kept."""
        found = self._paints.resumed()
        if found is not None:
            self._tracks, self._shot = found
            self._done = self._tracks.number + 1


_LEAST_TRUST = 0.05


def _picture(values: np.ndarray) -> Any:
    """A float picture [H, W, 3] in [0, 1] as `read_picture` takes it."""
    return np.ascontiguousarray(values.clip(0, 1).astype(np.float32))


def _with(settings: Settings, **changes: Any) -> Settings:
    """The settings with others, whatever `strength` stands for in them."""
    values = {**settings.as_dict(), **changes}
    if settings.strength is not None:
        values |= {"alpha": None, "beta": None}
    return Settings.from_dict(values)


def _fraction(seconds: float | Fraction | None) -> Fraction | None:
    """As the user wrote it: 0.1 is a tenth."""
    return None if seconds is None else Fraction(str(seconds))
