"""A film painted by this process, frame by frame, while the user watches."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli.interrupt import INTERRUPTED, finishing_the_step
from impasto.cli.messages import say
from impasto.cli.reporter import Reporter, Title, make_reporter
from impasto.errors import OutputError
from impasto.files.readable import fingerprint_of
from impasto.inputs.style_sources import joined_names
from impasto.settings.amounts import bytes_text
from impasto.ui.formatting import duration, resume_command

if TYPE_CHECKING:
    from impasto.video.job import FilmJob
    from impasto.video.painting import FilmPainting
    from impasto.video.plan import FilmPlan
    from impasto.video.state import State


def paint_film(job: "FilmJob", state: "State", *, force: bool, quiet: bool) -> int:
    """Paint a film, or go on with it, and write it; returns the exit code."""
    from impasto.video.plan import plan_film

    complete, painting, began = True, None, 0.0
    try:
        with make_reporter(quiet) as report:
            report.loading("Reading the film, the pictures and VGG-19 ...")
            painting = _begin(job, state, force)
            for text in [*painting.notes, *notes_of(job, painting.size, painting.about.transparent)]:
                report.note(text)
            if not quiet:
                report.note(_planned(plan_film(painting)))
            names = joined_names([path.name for path, _ in job.styles])
            report.begin(Title(job.film.name, names, str(job.output), painting.size), 0.0)
            with finishing_the_step(report.stopping) as interruption:
                complete, began = _all(painting, report, interruption)
                if painting.done:
                    report.loading("Writing the film ...")
                    painting.save(job.output, codec=job.codec, overwrite=force)
    except OutputError as error:
        if painting is None or not painting.done:
            raise
        raise OutputError(f"{error}; nothing is lost: go on with `{resume_command(state.folder)}`") from None
    except KeyboardInterrupt:
        return stopped_at_once(state, quiet)
    if complete:
        state.remove()
    elif painting.done:
        state.write_job({**state.job(), "written": digest_of(job.output)})
    if not quiet:
        _say_ended(job, painting, state, complete, began)
    return 0 if complete else INTERRUPTED


def _begin(job: "FilmJob", state: "State", force: bool) -> "FilmPainting":
    """The painting; of one that cannot begin, nothing stays behind."""
    try:
        painting = job.begin(state.folder)
        if painting.done == 0:
            state.write_job({"job": job.as_dict(), "fingerprints": job.fingerprints(), "force": force})
    except impasto.ImpastoError:
        state.discard_unbegun()
        raise
    return painting


def _all(painting: "FilmPainting", report: Reporter, interruption: Any) -> tuple[bool, float]:
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


def notes_of(job: "FilmJob", size: tuple[int, int], transparent: bool) -> list[str]:
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


def _planned(plan: "FilmPlan") -> str:
    return (
        f"{counted(plan.frames, 'frame')} in {counted(plan.shots, 'shot')}: about {duration(plan.seconds)}, at most "
        f"{bytes_text(plan.peak)} of memory, and {bytes_text(plan.disk)} of disk until it is done"
    )


def counted(number: int, what: str) -> str:
    """1 frame, 2 frames."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def digest_of(output: Path) -> str:
    """SHA-256 of a film or a folder of pictures, in hex."""
    from impasto.video.pictures import Pictures

    if output.is_dir():
        return Pictures(output, Fraction(1)).fingerprint()
    return fingerprint_of(output, "film", OutputError)


def stopped_at_once(state: "State", quiet: bool) -> int:
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
