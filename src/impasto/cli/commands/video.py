"""`impasto video`."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_free, check_inputs
from impasto.cli.film import Shared, digest_of, paint_film, paint_in_parts
from impasto.cli.options import absolute_weights, given, paintings, takes_masks, takes_settings, where_of
from impasto.distributed.join import process_info
from impasto.errors import OutputError, SettingsError
from impasto.files.atomic_write import check_target
from impasto.settings import Settings
from impasto.ui.commands import resume_command

if TYPE_CHECKING:
    from impasto.video.job import FilmJob
    from impasto.video.state import State

PACKAGES = {"av": "av", "cv2": "opencv-python-headless"}
"""The modules that the extra installs, and the packages that have them."""


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
    workers: p.FilmWorkers = None,
    scheduler: p.Scheduler = None,
    segment: p.SegmentFrames = None,
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
    if stop is not None and stop <= start:
        raise SettingsError(f"--to {stop:g} lies before --from {start:g}: give a later end")
    own: dict[str, Any] = {"hold": hold, "frame_steps": frame_steps, "passes": passes, "loop": loop}
    temporal = Temporal(**{name: one for name, one in own.items() if one is not None})
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
    if not process_info().alone:
        raise SettingsError("a film is painted by one process: start impasto video without torchrun")
    shared = Shared.among(workers, scheduler, segment)
    return _paint(job, _new_folder(job, force), shared, force=force, quiet=quiet)


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
    shared = Shared(**saved["shared"]) if saved.get("shared") else None
    return _paint(job, State(folder), shared, force=True, quiet=quiet)


def _paint(job: "FilmJob", state: "State", shared: Shared | None, *, force: bool, quiet: bool) -> int:
    if shared is None:
        return paint_film(job, state, force=force, quiet=quiet)
    return paint_in_parts(job, state, shared, force=force, quiet=quiet)


def check_installed() -> None:
    """Raises SettingsError, with what to install, where a package of the extra is missing."""
    missing = [package for module, package in PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise SettingsError(f"films need {' and '.join(missing)}: pip install 'impasto[video]'")


def _new_folder(job: "FilmJob", force: bool) -> "State":
    """The folder for a film that is begun, once it is sure that nothing is lost by it."""
    from impasto.video.open_film import open_film
    from impasto.video.state import State, default_folder, is_state

    check_inputs({role: path for role, path in job.inputs().items() if path.suffix and not path.is_dir()})
    open_film(job.film, job.rate)
    check_free(job.output, {"film": job.film, **job.inputs()})
    _check_output(job, force)
    folder = default_folder(job.output)
    if folder.exists() and not is_state(folder) and any(folder.iterdir()):
        raise OutputError(f"'{folder}', where the unfinished film goes, is something else: move it away")
    if is_state(folder) and not force:
        raise OutputError(
            f"'{folder}' holds a film that is not finished: go on with `{resume_command(folder)}`, "
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

    saved: what the folder holds. A kill may have come after the film and before the record of it; then the film itself
    says what it was painted from.
    """
    if not output.exists() or (saved["force"] and "written" not in saved):
        return True
    if digest_of(output) == saved.get("written"):
        return True
    from impasto.video.write import read_film_metadata

    try:
        metadata = read_film_metadata(output)
    except impasto.PictureError:
        return False
    of_film, settings = metadata["film"]["fingerprint"], metadata["settings"]
    return of_film == saved["fingerprints"]["film"] and settings == saved["job"]["settings"]
