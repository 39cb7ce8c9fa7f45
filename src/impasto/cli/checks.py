"""All that can be checked before torch is loaded and hours are spent."""

import os
from collections.abc import Mapping
from pathlib import Path

from impasto.cli.job import Job
from impasto.cli.messages import command, operand
from impasto.cli.plot import check_plot
from impasto.distributed.process_info import place
from impasto.errors import OutputError, PictureError
from impasto.files.atomic_write import check_target


def check_new(job: Job, weights: str | None = None) -> None:
    """Before a new painting. What is written concerns the first of several processes alone.

    Raises:
        PictureError: a picture that is to be read is not there.
        SettingsError: the plot's format cannot be written.
        OutputError: a file that is to be written exists, is another one's, or its folder is missing or closed.
    """
    check_inputs(job.inputs())
    if place().rank > 0:
        return
    _check_distinct(job, weights)
    check_target(job.output, job.force)
    _check_checkpoint(job)
    if job.plot:
        check_plot(job.plot, job.force)


def check_resumed(job: Job) -> None:
    """Before going on: as check_new, but the files of this very painting may be there."""
    check_inputs(job.inputs())
    if place().rank > 0:
        return
    check_target(job.output, overwrite=True)
    check_target(job.checkpoint, overwrite=True)
    if job.plot:
        check_plot(job.plot, overwrite=True)


def check_stages(job: Job, steps: int) -> None:
    """That no numbered stage is there already; `steps` is what the painting takes at most."""
    if job.save_every and not job.force and place().rank == 0:
        for number in range(job.save_every, steps + 1, job.save_every):
            check_target(job.stage(number), overwrite=False)


def check_inputs(inputs: Mapping[str, Path]) -> None:
    """That every file that is to be read is there; inputs: by what they are.

    Raises:
        PictureError: one is not.
    """
    for role, path in inputs.items():
        if not path.exists():
            raise PictureError(f"the {role} '{path}' does not exist: check the path")


def _check_distinct(job: Job, weights: str | None) -> None:
    """No file is written over one that is read, or over another one that is written."""
    taken = job.inputs()
    taken |= {"weights file": Path(weights).expanduser()} if weights else {}
    for role, path in (("result", job.output), ("checkpoint", job.checkpoint), ("plot", job.plot)):
        if path is None:
            continue
        for other, there in taken.items():
            if same_file(path, there):
                raise OutputError(f"'{path}' is the {other}: choose another name for the {role}")
        taken[role] = path


def same_file(one: Path, other: Path) -> bool:
    """Whether both name one file, which need not be there yet."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def _check_checkpoint(job: Job) -> None:
    if job.checkpoint.is_file() and not job.force:
        resume = command(["impasto", "resume", operand(job.checkpoint)])
        raise OutputError(
            f"'{job.checkpoint}' keeps a painting that is not finished: go on with `{resume}`, "
            "or paint anew with --force"
        )
    check_target(job.checkpoint, overwrite=True)
