"""`impasto video`."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_inputs, same_file
from impasto.cli.display import make_reporter
from impasto.cli.guidance import takes_masks, where_of
from impasto.cli.interrupt import INTERRUPTED, finishing_the_step
from impasto.cli.job import absolute_weights
from impasto.cli.messages import say
from impasto.cli.options import given, paintings, takes_settings
from impasto.cli.reporter import Reporter, Title
from impasto.distributed.process_info import place
from impasto.errors import OutputError, SettingsError
from impasto.faces.words import command, operand, spent
from impasto.files.atomic_write import check_target
from impasto.files.readable import fingerprint, opened
from impasto.inputs.style_sources import in_words
from impasto.settings import Settings
from impasto.settings.amounts import in_words as size_in_words

if TYPE_CHECKING:
    from impasto.video.job import FilmJob
    from impasto.video.painting import FilmPainting
    from impasto.video.plan import FilmPlan
    from impasto.video.state import State

PACKAGES = {"av": "av", "cv2": "opencv-python-headless"}
"""What the extra brings: modules, and the packages that have them."""


@takes_settings
@takes_masks
def video(
    film: p.Film,
    style: p.Styles,
    output: p.FilmOutput,
    start: p.From = 0.0,
    stop: p.To = None,
    every: p.Every = 1,
    rate: p.Rate = None,
    codec: p.Codec = None,
    hold: p.HoldWeight = None,
    frame_steps: p.FrameSteps = None,
    passes: p.Passes = 1,
    loop: p.Loop = False,
    key: p.Keys = None,
    force: p.Force = False,
    quiet: p.Quiet = False,
    **fields: Any,
) -> int:
    """Paint the film FILM in the manner of the painting STYLE, or of several, so that it does not flicker."""
    check_installed()
    from impasto.video.codecs import codec_of
    from impasto.video.job import FilmJob
    from impasto.video.keys import keys_in, read_key
    from impasto.video.temporal import Temporal

    file = fields.get("settings")
    where, named = where_of(fields), given(fields)
    if named.get("weights"):
        named["weights"] = absolute_weights(named["weights"])
    if stop is not None and stop <= start:
        raise SettingsError(
            f"--to {stop:g} lies before --from {start:g}: give the seconds at which the part ends"
        )
    own: dict[str, Any] = {"hold": hold, "frame_steps": frame_steps}
    temporal = Temporal(
        passes=passes, loop=loop, **{name: one for name, one in own.items() if one is not None}
    )
    job = FilmJob(
        film=film,
        styles=tuple(paintings(style)),
        output=output,
        settings=Settings.from_dict(named),
        temporal=temporal,
        keys=(*(keys_in(file) if file else ()), *(read_key(text) for text in key or [])),
        start=Fraction(str(start)),
        stop=None if stop is None else Fraction(str(stop)),
        every=every,
        rate=None if rate is None else Fraction(str(rate)),
        codec=codec,
        guidance=where,
    )
    codec_of(output, codec)
    if not place().alone:
        raise SettingsError("a film is painted by one process: start impasto video without torchrun")
    return paint_film(job, _new_folder(job, force), force=force, quiet=quiet)


def resume_film(folder: Path, output: Path | None, weights: Path | None, force: bool, quiet: bool) -> int:
    """Go on with a film that was stopped; see `impasto resume`."""
    check_installed()
    from impasto.video.job import FilmJob
    from impasto.video.state import State, read_job

    saved = read_job(folder)
    job = FilmJob.from_dict(saved["job"])
    if weights is not None:
        job = replace(job, settings=replace(job.settings, weights=absolute_weights(weights)))
    if output is not None:
        job = job.to(output)
        _check_output(job, force)
    elif not force and not _may_be_replaced(job.output, saved):
        raise OutputError(
            f"'{job.output}' is not the film that was left there: "
            "choose another name with -o, or replace it with --force"
        )
    if job.fingerprints() != saved["fingerprints"]:
        raise impasto.CheckpointError(
            f"the film or a picture that '{folder}' was begun with has changed: put it back, or start over"
        )
    return paint_film(job, State(folder), force=True, quiet=quiet)


def check_installed() -> None:
    """Raises SettingsError, with what to install, where a package of the extra is missing."""
    missing = [package for module, package in PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise SettingsError(f"films need {' and '.join(missing)}: pip install 'impasto[video]'")


def paint_film(job: "FilmJob", state: "State", *, force: bool, quiet: bool) -> int:
    """Paint a film, or go on with it, and write it; returns the exit code."""
    from impasto.video.plan import plan_film

    complete, painting, began = True, None, 0.0
    try:
        with make_reporter(quiet) as report:
            report.loading("Reading the film, the pictures and VGG-19 ...")
            painting = _begin(job, state, force)
            for text in [*painting.notes, *_notes(job, painting)]:
                report.note(text)
            if not quiet:
                report.note(_planned(plan_film(painting)))
            names = in_words([path.name for path, _ in job.styles])
            report.begin(Title(job.film.name, names, str(job.output), painting.size), 0.0)
            with finishing_the_step(report.stopping) as interruption:
                complete, began = _all(painting, report, interruption)
                if painting.done:
                    report.loading("Writing the film ...")
                    painting.save(job.output, codec=job.codec, overwrite=force)
    except OutputError as error:
        if painting is None or not painting.done:
            raise
        raise OutputError(f"{error}; nothing is lost: go on with `{_resume_command(state)}`") from None
    except KeyboardInterrupt:
        if not quiet:
            say("Stopped at once. Go on with what is finished, by:")
            say(f"  {_resume_command(state)}")
        return INTERRUPTED
    if complete:
        state.remove()
    elif painting.done:
        state.write_job({**state.job(), "written": _digest(job.output)})
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


def _notes(job: "FilmJob", painting: "FilmPainting") -> list[str]:
    """What the file cannot do as the film does."""
    from impasto.video.codecs import codec_of

    codec, found = codec_of(job.output, job.codec), []
    if codec is not None and painting.about.transparent and codec.clear is None:
        found.append(
            f"codec {codec.name} has no transparency: the film is shown on white (--codec prores has it)"
        )
    if codec is not None and codec.odd != codec.pixels and any(side % 2 for side in painting.size):
        found.append(
            "a side is odd, so colour is coded at full resolution, which some players do not show: "
            "an even --size is shown by all"
        )
    return found


def _planned(plan: "FilmPlan") -> str:
    frames, shots = (
        f"{number} {what}{'' if number == 1 else 's'}"
        for number, what in ((plan.frames, "frame"), (plan.shots, "shot"))
    )
    return (
        f"{frames} in {shots}: about {spent(plan.seconds)}, at most {size_in_words(plan.peak)} of memory, and "
        f"{size_in_words(plan.disk)} of disk until it is done"
    )


def _new_folder(job: "FilmJob", force: bool) -> "State":
    """The folder for a film that is begun, once it is sure that nothing is lost by it."""
    from impasto.video.open_film import open_film
    from impasto.video.state import State, default_folder, is_state

    check_inputs({role: path for role, path in job.inputs().items() if path.suffix and not path.is_dir()})
    open_film(job.film, job.rate)
    for role, path in {"film": job.film, **job.inputs()}.items():
        if same_file(path, job.output):
            raise OutputError(f"'{job.output}' is the {role}: choose another name for the result")
    _check_output(job, force)
    folder = default_folder(job.output)
    if folder.exists() and not is_state(folder) and any(folder.iterdir()):
        raise OutputError(
            f"'{folder}', where the film is kept while it is painted, is something else: move it away"
        )
    if is_state(folder) and not force:
        raise OutputError(
            f"'{folder}' keeps a film that is not finished: go on with `{_resume_command(State(folder))}`, "
            "or paint from the beginning with --force"
        )
    if is_state(folder):
        State(folder).remove()
    return State(folder)


def _check_output(job: "FilmJob", force: bool) -> None:
    from impasto.video.codecs import codec_of

    if codec_of(job.output, job.codec) is not None:
        check_target(job.output, force)
    elif job.output.is_dir() and any(job.output.iterdir()) and not force:
        raise OutputError(f"the folder '{job.output}' is not empty: choose another name, or use --force")


def _may_be_replaced(output: Path, saved: Mapping[str, Any]) -> bool:
    """Whether nothing stands at the output, or what --force gave away, or what this painting left there.

    saved: what the folder keeps. A kill may have come after the film and before the record of it; then the film itself
    tells what it was painted from.
    """
    if not output.exists() or (saved["force"] and "written" not in saved):
        return True
    if _digest(output) == saved.get("written"):
        return True
    from impasto.video.write import read_recipe

    try:
        recipe = read_recipe(output)
    except impasto.PictureError:
        return False
    of_film, settings = recipe["film"]["fingerprint"], recipe["settings"]
    return of_film == saved["fingerprints"]["film"] and settings == saved["job"]["settings"]


def _digest(output: Path) -> str:
    from impasto.video.pictures import Pictures

    if output.is_dir():
        return Pictures(output, Fraction(1)).fingerprint()
    with opened(output, f"the film '{output}'", OutputError) as file:
        return fingerprint(file)


def _resume_command(state: "State") -> str:
    return command(["impasto", "resume", operand(state.folder)])


def _say_ended(
    job: "FilmJob", painting: "FilmPainting", state: "State", complete: bool, seconds: float
) -> None:
    height, width = painting.size
    if complete:
        say(
            f"Painted {job.output}, {painting.count} frames of {width} x {height} pixels, in {spent(seconds)}."
        )
        return
    say(f"Stopped after {painting.done} of {painting.visits} frames.")
    if painting.done:
        say(f"The film so far is {job.output}. Go on with:")
    say(f"  {_resume_command(state)}")
