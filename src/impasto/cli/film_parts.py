"""A film painted in parts by several workers, while the user watches (`impasto.video.parts`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

import impasto
from impasto.cli.batch_display import show_batch
from impasto.cli.film import counted, digest_of, notes_of, stopped_at_once
from impasto.cli.interrupt import INTERRUPTED
from impasto.cli.messages import note, say
from impasto.errors import BatchError, OutputError, SettingsError
from impasto.settings.amounts import bytes_text
from impasto.ui.formatting import duration, resume_command

if TYPE_CHECKING:
    from impasto.video.job import FilmJob
    from impasto.video.parts import FilmParts, FilmProbe
    from impasto.video.state import State


@dataclass(frozen=True)
class Shared:
    """Among whom a film is shared out, and how. Saved with an unfinished film, which is shared out likewise again."""

    workers: int | None
    scheduler: str | None
    longest: int | None

    @classmethod
    def among(cls, workers: int | None, scheduler: str | None, longest: int | None) -> Self | None:
        """The options as an object; None for a film that this process paints alone. Raises SettingsError."""
        if workers is None and scheduler is None:
            if longest is not None:
                raise SettingsError("--segment cuts a film for several workers: add --workers or --scheduler")
            return None
        return cls(workers, scheduler, longest)


def paint_in_parts(job: "FilmJob", state: "State", shared: Shared, *, force: bool, quiet: bool) -> int:
    """Have a film painted, or what is left of it, and write it; returns the exit code."""
    parts, look = _begun(job, state, shared, force)
    if not quiet:
        for text in [*look.notes, *notes_of(job, look.size, look.transparent), _planned(look, parts)]:
            note(text)
    with _nothing_lost(state):
        try:
            show_batch(parts.run(), len(parts.segments), 0, quiet, parts.stop)
        except KeyboardInterrupt:
            return stopped_at_once(state, quiet)
        for name, why in parts.failed.items():
            raise BatchError(f"{name} could not be painted: {why}")
        written = parts.save(overwrite=force)
        if written == look.plan.frames:
            state.remove()
            if not quiet:
                height, width = look.size
                say(f"Painted {job.output}, {written} frames of {width} x {height} pixels.")
            return 0
        if written:
            state.write_job({**state.job(), "written": digest_of(job.output)})
    if not quiet:
        first = f" The first {written} of {look.plan.frames} frames are {job.output}." if written else ""
        say(f"Stopped.{first}")
        say(f"Go on with:  {resume_command(state.folder)}")
    return INTERRUPTED


def _begun(job: "FilmJob", state: "State", shared: Shared, force: bool) -> "tuple[FilmParts, FilmProbe]":
    """The parts, and what is known of them; of a film that cannot be painted, nothing stays behind."""
    from impasto.video.parts import FilmParts, probe_film
    from impasto.video.state import is_state

    try:
        parts = FilmParts(job, state, **asdict(shared))
        look = probe_film(job)
        if not is_state(state.folder):
            about = {"job": job.as_dict(), "fingerprints": job.fingerprints(), "force": force}
            state.write_job({**about, "shared": asdict(shared)})
    except impasto.ImpastoError:
        state.discard_unbegun()
        raise
    return parts, look


@contextmanager
def _nothing_lost(state: "State") -> Iterator[None]:
    """Within this block, errors say how to go on, once parts are painted."""
    try:
        yield
    except (BatchError, OutputError) as error:
        raise type(error)(f"{error}; nothing is lost: go on with `{resume_command(state.folder)}`") from None


def _planned(look: "FilmProbe", parts: "FilmParts") -> str:
    plan, count = look.plan, len(parts.segments)
    what = f"{counted(plan.frames, 'frame')} in {counted(plan.shots, 'shot')}, {counted(count, 'part')}"
    disk = f"and {bytes_text(plan.disk)} of disk until it is done"
    if not parts.at_once:
        return f"{what}: about {duration(plan.seconds)} of one worker's time, {disk}"
    longest = max(one.last - one.first for one in parts.segments)
    seconds = plan.seconds * max(1 / parts.at_once, longest / plan.frames)
    return (
        f"{what}, {parts.at_once} at a time: about {duration(seconds)}, "
        f"at most {bytes_text(plan.peak)} of memory for each, {disk}"
    )
