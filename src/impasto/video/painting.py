"""A film while it is painted: an iterator of frames that can be watched, stopped, and gone on with."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from impasto.settings import Settings
from impasto.video.cuts import is_cut
from impasto.video.edges import mixed_edges
from impasto.video.events import FrameStep, PaintedFrame
from impasto.video.film import About, Frame
from impasto.video.follow import follow
from impasto.video.frame_painter import FramePainter
from impasto.video.keys import Key
from impasto.video.metadata import film_metadata
from impasto.video.neighbours import Neighbours, brought_neighbours
from impasto.video.order import Visit, final_visits, visits
from impasto.video.output import write_frames
from impasto.video.paints import Paints
from impasto.video.reel import Reel
from impasto.video.start import first_canvas
from impasto.video.temporal import Temporal
from impasto.video.things import all_things
from impasto.video.tracks import Tracks

if TYPE_CHECKING:
    from impasto import Painting, Step

REMEMBERED_EVERY, REMEMBERED = 4, 6
"""The tracks of every so many frames are remembered, of the last so many: what one saw, and another hid, comes back."""
KEPT, STEEPLY = 0.6, 3
"""The part of the paint brought that a frame keeps where it is trusted fully, whatever its steps made of it; elsewhere
so much less as this power of the trust says. The steps are there for what is new."""
STILL = 4.0
"""A still takes about so many times as long as a later frame: how far a film has come is counted with that."""


@dataclass(frozen=True)
class Kept:
    """The paint that was brought to a frame and stays. paint: [H, W, 3] in [0, 1]. part: [H, W] in [0, 1]."""

    paint: np.ndarray
    part: np.ndarray


class FilmPainting:
    """A film that `VideoStylizer.paint` began: every turn of its iteration paints one frame.

    Attributes:
        size: height and width of the painted frames, in pixels. count: frames that are painted. shots: how many shots
            they are. notes: sentences that the user should know, such as which frames are damaged. painter, reel: who
            paints single frames, and the film.
    """

    def __init__(
        self,
        painter: FramePainter,
        reel: Reel,
        settings: Settings,
        temporal: Temporal,
        keys: tuple[Key, ...],
        folder: Path | None,
        notes: list[str],
    ):
        self.size, self.count, self.shots, self.notes = painter.size, len(reel), len(reel.cuts) + 1, notes
        self.painter, self.reel, self._temporal = painter, reel, temporal
        self._settings, self._keys = settings, keys
        self._order = list(visits(self.count, temporal.passes, temporal.loop))
        self._final = final_visits(self.count, temporal.passes, temporal.loop)
        self._paints = Paints(folder)
        self._film: dict[int, np.ndarray] = {}
        self._shot, self._done = 0, 0
        self._tracks: Tracks | None = None
        self._earlier: list[Tracks] = []
        found = self._paints.state.tracks()
        if found:
            (self._tracks, self._shot), *rest = found
            self._earlier = [tracks for tracks, _ in rest]
            self._done = self._tracks.number + 1

    # What is asked for.

    @property
    def visits(self) -> int:
        """How many frames are painted in all, passes counted."""
        return len(self._order)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return self._done

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
            yield self.reel.painted(number, self._paints.paint(shown[number]))

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
        shown = min(self._done, self.count)
        stop = None if shown == self.count else self.reel.times[shown]
        write_frames(
            *(Path(path), codec, self.reel, self.size, self.metadata, self.frames()),
            stop=stop,
            overwrite=overwrite,
        )

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata of the film: its inputs and settings, JSON-able, without names of folders."""
        painted, styles = min(self._done, self.count), self.painter.styles
        return film_metadata(
            self.reel, styles, self._settings, self._temporal, self._keys, self.size, painted
        )

    @property
    def about(self) -> About:
        """The properties of the film that was read."""
        return self.reel.film.about

    @property
    def stills_left(self) -> int:
        """How many frames are still to be painted that begin a shot."""
        return sum(first >= self._done for first in (0, *self.reel.cuts))

    @property
    def free(self) -> int:
        """Bytes that are free where the frames are kept."""
        return self._paints.state.free()

    def close(self) -> None:
        """Remove the temporary folder, if the frames are kept in one."""
        self._paints.close()

    # How a frame is painted.

    def _painted(self, visit: Visit) -> Iterator[PaintedFrame | FrameStep]:
        began, steps = time.perf_counter(), 0
        small = self.painter.small(visit.frame)
        begins, changes = self._begins(visit), self._changes(visit)
        if begins:
            self._shot += visit.before is not None
            tracks = replace(Tracks.begun(visit.number, self.size), things=self._things(visit, small))
            self._earlier = []
        else:
            tracks = self._followed(visit, small)
        pixels = self._had_already(visit, tracks, begins, changes)
        if pixels is None:
            found: Neighbours = ()
            for painting, kept in self._paintings(visit, small, tracks, begins, changes):
                for step in painting:
                    steps += 1
                    yield self._told(visit, step)
                pixels = self._pixels(painting.result(), visit, tracks, kept, keeps=not (begins or changes))
                if begins and steps and not self._paints.has_base(visit.number):
                    self._paints.put_base(visit.number, pixels)
                found = painting.neighbours
            if found:
                self._paints.put_neighbours(visit.number, found)
        if pixels is None:
            pixels = self._pixels(self.painter.recoloured(visit.frame), visit, tracks, None, keeps=False)
        self._paints.put(visit.number, pixels)
        if changes and not begins:  # the paint of this frame is another one
            tracks = replace(
                Tracks.begun(visit.number, self.size),
                likeness=tracks.likeness,
                trust=tracks.trust,
                still=tracks.still,
            )
        self._tracks = tracks.grown()
        needed = {visit.number}.union(
            *({one.number, *one.sources()} for one in (self._tracks, *self._earlier))
        )
        self._film = {number: self._film[number] for number in needed if number in self._film}
        self._paints.save_tracks(self._tracks, self._shot, self._earlier)
        self._done = visit.number + 1
        shown = self.reel.painted(visit.frame, pixels)
        yield PaintedFrame(
            number=visit.frame,
            visit=visit.number,
            shot=self._shot,
            time=shown.time,
            pixels=shown.pixels,
            alpha=shown.alpha,
            steps=steps,
            seconds=time.perf_counter() - began,
            new=float(tracks.new.mean()),
            final=self._final[visit.frame] == visit.number,
        )

    def _had_already(self, visit: Visit, tracks: Tracks, begins: bool, changes: bool) -> np.ndarray | None:
        """The frame, where there is nothing to paint in it: the same picture as before, or the end of a pass."""
        if begins:
            return None if visit.earlier is None else self._paints.paint(visit.earlier)
        if visit.before is not None and visit.earlier is None and not changes and bool(tracks.still.all()):
            return self._paints.paint(visit.before)
        return None

    def _paintings(
        self, visit: Visit, small: np.ndarray, tracks: Tracks, begins: bool, changes: bool
    ) -> "Iterator[tuple[Painting, Kept | None]]":
        """The paintings of a frame, one after the other, each with the paint that stays; the last one is shown.

        The first frame of a shot takes, after the still that later frames are brought from, the steps that each of them
        takes, too: otherwise the second frame would be the first to show what these change.
        """
        if not self.painter.paints:
            return
        if begins:
            yield self.painter.still(visit.frame), None
            everywhere = np.ones(self.size, np.float32)
            tracks = replace(tracks, likeness=everywhere, trust=everywhere)
        painting, kept = self._later(visit, small, tracks, changes)
        yield painting, kept if begins or not changes else None

    def _later(
        self, visit: Visit, small: np.ndarray, tracks: Tracks, changes: bool
    ) -> "tuple[Painting, Kept | None]":
        """The painting of a frame from what its tracks bring, and from what an earlier pass made of it.

        changes: whether its settings are others than those of the frame before; then no neighbours are known.
        """
        brought = tracks.paint(self._paints.bases(tracks.sources()))
        if visit.earlier is None:
            canvas = first_canvas(small.astype(np.float32) / 255, brought, tracks.likeness, tracks.trust)
        else:
            own = self._paints.paint(visit.earlier)[..., :3].astype(np.float32) / 255
            canvas = own + 0.5 * tracks.likeness[..., None] * (brought - own)
        known = () if changes else brought_neighbours(tracks, self._paints.neighbours(tracks.sources()))
        later = self.painter.later(visit.frame, canvas, brought, tracks, known)
        if visit.earlier is not None or not self._temporal.hold:
            return later, None
        part = KEPT * tracks.trust**STEEPLY * (1 - self.painter.protected(visit.frame))
        return later, Kept(brought, part)

    def _pixels(
        self, result: Any, visit: Visit, tracks: Tracks, kept: "Kept | None", *, keeps: bool
    ) -> np.ndarray:
        """A result as it is kept: uint8 [H, W, 3 or 4], and where nothing changed as it was in the frame before."""
        image = result.image[0].permute(1, 2, 0).numpy().clip(0, 1)
        if kept is not None:
            image = image + kept.part[..., None] * (kept.paint - image)
        if kept is not None and tracks.things is not None and tracks.things.any():
            image = mixed_edges(image, self.painter.small(visit.frame), tracks.things)
        pixels = np.round(image * 255).astype(np.uint8)
        if keeps and visit.before is not None and visit.earlier is None:
            last = self._paints.paint(visit.before)
            pixels[tracks.still] = last[..., :3][tracks.still]
        if not self.about.transparent:
            return pixels
        alpha = np.full(self.size, 255, np.uint8)
        if result.alpha is not None:
            alpha = np.round(result.alpha[0, 0].numpy() * 255).astype(np.uint8)
        return np.dstack([pixels, alpha])

    def _begins(self, visit: Visit) -> bool:
        """Whether a shot begins with this frame, in the direction in which the film is gone through."""
        if visit.before is None:
            return True
        one, other = sorted((visit.frame, self._order[visit.before].frame))
        if other == one + 1:
            return other in self.reel.cuts
        return is_cut(self.painter.small(visit.frame), self.painter.small(self._order[visit.before].frame))

    def _changes(self, visit: Visit) -> bool:
        """Whether this frame is painted with other settings than the one before it, or other masks."""
        return visit.before is not None and self.painter.differ(visit.frame, self._order[visit.before].frame)

    def _things(self, visit: Visit, small: np.ndarray) -> np.ndarray | None:
        """What moves by itself in a frame that nothing precedes, by the frame that follows it in its shot."""
        after = visit.frame + 1
        if after >= self.count or after in self.reel.cuts:
            return None
        return all_things(small, self.painter.small(after))

    def _followed(self, visit: Visit, small: np.ndarray) -> Tracks:
        assert self._tracks is not None
        assert visit.before is not None
        before = Tracks.begun(visit.before, self.size) if visit.turned else self._tracks
        if visit.turned:
            self._earlier = []
        self._film[visit.number] = small
        needed = set[int]().union(*({one.number, *one.sources()} for one in (before, *self._earlier)))
        for number in needed - self._film.keys():
            self._film[number] = self.painter.small(self._order[number].frame)
        found = follow(before, self._film, visit.number, self._earlier)
        if visit.before % REMEMBERED_EVERY == 0:
            self._earlier = [before, *self._earlier][:REMEMBERED]
        return found

    def _told(self, visit: Visit, step: "Step") -> FrameStep:
        """A step, with how far the film has come by it: a shot's first frame counts STILL later ones more."""
        begun = [0, *self.reel.cuts]
        whole = len(self._order) + STILL * len(begun)
        before = visit.number + STILL * sum(n < visit.number for n in begun)
        first = visit.number in begun and self._paints.has_base(visit.number)
        own = STILL + step.done if first else step.done * (STILL if visit.number in begun else 1)
        return FrameStep(
            visit.frame, visit.number, len(self._order), self._shot, step, min(1.0, (before + own) / whole)
        )
