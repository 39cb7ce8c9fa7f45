"""A film painted while the user watches: frame by frame by this process, or in parts by several workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import impasto
from impasto.cli.display import make_reporter, show_batch
from impasto.cli.interrupt import INTERRUPTED, Interruption, finishing_the_step
from impasto.cli.messages import note, say
from impasto.cli.reporter import Reporter, Title
from impasto.errors import BatchError, OutputError, SettingsError
from impasto.files.readable import fingerprint_of
from impasto.inputs.style_sources import joined_names
from impasto.settings.values import bytes_text
from impasto.ui.commands import resume_command
from impasto.ui.progress import duration

if TYPE_CHECKING:
    from impasto.video.job import FilmJob
    from impasto.video.painting import FilmPainting
    from impasto.video.parts import FilmParts, FilmProbe
    from impasto.video.plan import FilmPlan
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


def paint_film(job: "FilmJob", state: "State", *, force: bool, quiet: bool) -> int:
    """Paint a film in this process, or go on with it, and write it; returns the exit code."""
    from impasto.video.plan import plan_film

    complete, painting, seconds = True, None, 0.0
    try:
        with make_reporter(quiet) as report:
            report.loading("Reading the film, the pictures and VGG-19 ...")
            painting = _begin(job, state, force)
            for text in [*painting.notes, *_format_notes(job, painting.size, painting.about.transparent)]:
                report.note(text)
            if not quiet:
                report.note(_forecast(plan_film(painting)))
            names = joined_names([path.name for path, _ in job.styles])
            report.begin(Title(job.film.name, names, str(job.output), painting.size), 0.0)
            with finishing_the_step(report.stopping) as interruption:
                complete, seconds = _paint_frames(painting, report, interruption)
                if painting.done:
                    report.loading("Writing the film ...")
                    painting.save(job.output, codec=job.codec, overwrite=force)
    except OutputError as error:
        if painting is None or not painting.done:
            raise
        raise _nothing_is_lost(error, state) from None
    except KeyboardInterrupt:
        return _stopped_at_once(state, quiet)
    if complete:
        state.remove()
    elif painting.done:
        _remember_output(job, state)
    if not quiet:
        _say_ended(job, painting, state, complete, seconds)
    return 0 if complete else INTERRUPTED


def paint_in_parts(job: "FilmJob", state: "State", shared: Shared, *, force: bool, quiet: bool) -> int:
    """Have a film painted by several workers, or what is left of it, and write it; returns the exit code."""
    parts, probe = _begin_parts(job, state, shared, force)
    if not quiet:
        notes = [*probe.notes, *_format_notes(job, probe.size, probe.transparent)]
        for text in [*notes, _forecast_of_parts(probe, parts)]:
            note(text)
    frames, written = probe.plan.frames, 0
    try:
        show_batch(parts.run(), len(parts.segments), 0, quiet, parts.stop)
        for name, why in parts.failed.items():
            raise BatchError(f"{name} could not be painted: {why}")
        written = parts.save(overwrite=force)
        if written == frames:
            state.remove()
        elif written:
            _remember_output(job, state)
    except KeyboardInterrupt:
        return _stopped_at_once(state, quiet)
    except (BatchError, OutputError) as error:
        raise _nothing_is_lost(error, state) from None
    if written == frames and not quiet:
        height, width = probe.size
        say(f"Painted {job.output}, {written} frames of {width} x {height} pixels.")
    elif not quiet:
        first = f" The first {written} of {frames} frames are {job.output}." if written else ""
        say(f"Stopped.{first}")
        say(f"Go on with:  {resume_command(state.folder)}")
    return 0 if written == frames else INTERRUPTED


def digest_of(output: Path) -> str:
    """SHA-256 of a film or a folder of pictures, in hex."""
    from impasto.video.pictures import Pictures

    if output.is_dir():
        return Pictures(output, Fraction(1)).fingerprint()
    return fingerprint_of(output, "film", OutputError)


@contextmanager
def _discarded_if_refused(state: "State") -> Iterator[None]:
    """Within this block a film is begun; of one that cannot be painted, nothing stays behind."""
    try:
        yield
    except impasto.ImpastoError:
        state.discard_unbegun()
        raise


def _begin(job: "FilmJob", state: "State", force: bool) -> "FilmPainting":
    with _discarded_if_refused(state):
        painting = job.begin(state.folder)
        if painting.done == 0:
            state.write_job(_description(job, force))
    return painting


def _begin_parts(
    job: "FilmJob", state: "State", shared: Shared, force: bool
) -> "tuple[FilmParts, FilmProbe]":
    """The parts, and what is known of the film."""
    from impasto.video.parts import FilmParts, probe_film
    from impasto.video.state import is_state

    with _discarded_if_refused(state):
        parts = FilmParts(job, state, **asdict(shared))
        probe = probe_film(job)
        if not is_state(state.folder):
            state.write_job({**_description(job, force), "shared": asdict(shared)})
    return parts, probe


def _description(job: "FilmJob", force: bool) -> dict[str, Any]:
    """The job as its folder holds it, so that `impasto resume` goes on with it."""
    return {"job": job.as_dict(), "fingerprints": job.fingerprints(), "force": force}


def _remember_output(job: "FilmJob", state: "State") -> None:
    """Record which file stands at the output, so that going on may replace it."""
    state.write_job({**state.job(), "written": digest_of(job.output)})


def _paint_frames(
    painting: "FilmPainting", report: Reporter, interruption: Interruption
) -> tuple[bool, float]:
    """Paint until nothing is left, or Ctrl-C; whether nothing is left, and the seconds that it took."""
    from impasto.video.events import FrameStep

    begun, seconds = -1, 0.0
    for event in painting.events():
        if isinstance(event, FrameStep):
            if event.visit != begun:
                begun = event.visit
                report.part(f"frame {event.number + 1}, shot {event.shot + 1}", event.visit + 1, event.visits)
            report.step(replace(event.step, done=event.done))
        else:
            seconds += event.seconds
        if interruption.asked and painting.done < painting.visits:
            return False, seconds
    return True, seconds


def _format_notes(job: "FilmJob", size: tuple[int, int], transparent: bool) -> list[str]:
    """Notes on what the output file cannot hold of a film of this height and width, which may be transparent."""
    from impasto.video.codecs import codec_of

    codec, found = codec_of(job.output, job.codec), []
    if codec is not None and transparent and codec.clear is None:
        clear = "the film is shown on white (--codec prores has it)"
        found.append(f"codec {codec.name} has no transparency: {clear}")
    if codec is not None and codec.odd != codec.pixels and any(side % 2 for side in size):
        found.append(
            "a side is odd, so colour is coded at full resolution, which some players do not show: "
            "an even --size is shown by all"
        )
    return found


def _forecast(plan: "FilmPlan") -> str:
    return (
        f"{_counted(plan.frames, 'frame')} in {_counted(plan.shots, 'shot')}: about {duration(plan.seconds)}, at most "
        f"{bytes_text(plan.peak)} of memory, and {bytes_text(plan.disk)} of disk until it is done"
    )


def _forecast_of_parts(probe: "FilmProbe", parts: "FilmParts") -> str:
    plan, count = probe.plan, len(parts.segments)
    what = f"{_counted(plan.frames, 'frame')} in {_counted(plan.shots, 'shot')}, {_counted(count, 'part')}"
    disk = f"and {bytes_text(plan.disk)} of disk until it is done"
    if not parts.at_once:
        return f"{what}: about {duration(plan.seconds)} of one worker's time, {disk}"
    longest = max(one.last - one.first for one in parts.segments)
    seconds = plan.seconds * max(1 / parts.at_once, longest / plan.frames)
    return (
        f"{what}, {parts.at_once} at a time: about {duration(seconds)}, "
        f"at most {bytes_text(plan.peak)} of memory for each, {disk}"
    )


def _counted(number: int, what: str) -> str:
    """A number with its noun, as in "1 frame" and "2 frames"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _nothing_is_lost(error: BatchError | OutputError, state: "State") -> BatchError | OutputError:
    """The error that ends a film, with how to go on with it."""
    return type(error)(f"{error}; nothing is lost: go on with `{resume_command(state.folder)}`")


def _stopped_at_once(state: "State", quiet: bool) -> int:
    """Say how to go on after the second Ctrl-C; returns the exit code."""
    if not quiet:
        say("Stopped at once. Go on with what is finished, by:")
        say(f"  {resume_command(state.folder)}")
    return INTERRUPTED


def _say_ended(
    job: "FilmJob", painting: "FilmPainting", state: "State", complete: bool, seconds: float
) -> None:
    height, width = painting.size
    if complete:
        frames = f"{painting.count} frames of {width} x {height} pixels"
        say(f"Painted {job.output}, {frames}, in {duration(seconds)}.")
        return
    say(f"Stopped after {painting.done} of {painting.visits} frames.")
    if painting.done:
        say(f"The film so far is {job.output}. Go on with:")
    say(f"  {resume_command(state.folder)}")
