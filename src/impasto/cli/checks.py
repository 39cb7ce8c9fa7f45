"""Checks that can be made before torch is loaded and hours are spent."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import impasto
from impasto.cli.job import PaintingJob
from impasto.distributed.join import process_info
from impasto.errors import OutputError, PictureError
from impasto.files.atomic_write import check_target
from impasto.files.figure import check_figure
from impasto.files.readable import check_regular, is_there
from impasto.settings import Settings
from impasto.ui.commands import resume_command


def check_new(job: PaintingJob, settings: Settings) -> None:
    """Check the files of a new painting: PictureError, SettingsError and OutputError say what is wrong with them.

    What is written concerns the first of several processes alone.
    """
    check_inputs(job.inputs())
    if process_info().rank > 0:
        return
    _check_distinct(job, settings.weights)
    impasto.check_writable(job.output, bits=settings.bits, overwrite=job.force)
    _check_checkpoint(job)
    if job.plot:
        check_figure(job.plot, job.force, "plot")


def check_resumed(job: PaintingJob, *, overwrite: bool) -> None:
    """Check the files of a painting that goes on: as check_new, but its own files may be there.

    overwrite: whether a file at the output may be replaced.
    """
    check_inputs(job.inputs())
    if process_info().rank > 0:
        return
    check_target(job.output, overwrite)
    check_target(job.checkpoint, overwrite=True)
    if job.plot:
        check_figure(job.plot, overwrite=True, what="plot")


def check_snapshots(job: PaintingJob, steps: int) -> None:
    """Check that no numbered snapshot is there already; `steps` is what the painting takes at most."""
    if job.save_every and not job.force and process_info().rank == 0:
        for number in range(job.save_every, steps + 1, job.save_every):
            check_target(job.snapshot(number), overwrite=False)


def check_inputs(inputs: Mapping[str, Path]) -> None:
    """Check that every picture that is to be read is a file.

    inputs: the paths, by what the pictures are. Raises PictureError: one is no file.
    """
    for role, path in inputs.items():
        check_regular(path, role, PictureError)


def _check_distinct(job: PaintingJob, weights: str | None) -> None:
    """No file is written over one that is read, or over another one that is written."""
    taken = job.inputs()
    taken |= {"weights file": Path(weights)} if weights else {}
    for role, path in (("result", job.output), ("checkpoint", job.checkpoint), ("plot", job.plot)):
        if path is not None:
            check_free(path, taken, role)
            taken[role] = path


def check_free(path: Path, taken: Mapping[str, Path], role: str = "result") -> None:
    """Check that a file that is written is none of the others.

    taken: the others, by what they are. role: what is written. Raises OutputError: both names mean one file.
    """
    for other, there in taken.items():
        if _same_file(path, there):
            raise OutputError(f"'{path}' is the {other}: choose another name for the {role}")


def _same_file(one: Path, other: Path) -> bool:
    """Whether both name one file, which need not be there yet."""
    with suppress(ValueError):  # a name that no file can have
        try:
            return one.samefile(other)
        except OSError:
            return os.path.realpath(one) == os.path.realpath(other)
    return False


def _check_checkpoint(job: PaintingJob) -> None:
    if is_there(job.checkpoint) and not job.force:
        raise OutputError(
            f"'{job.checkpoint}' holds a painting that is not finished: go on with `{resume_command(job.checkpoint)}`, "
            "or paint from the beginning with --force"
        )
    check_target(job.checkpoint, overwrite=True)
