"""`impasto resume`."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli.checks import check_resumed
from impasto.cli.commands.stylize import anywhere
from impasto.cli.job import Job, SoFar, from_extra
from impasto.cli.output_files import fingerprint
from impasto.cli.paint import paint_on
from impasto.distributed.process_info import place
from impasto.errors import OutputError, PictureError
from impasto.files.atomic_write import check_target

if TYPE_CHECKING:
    from impasto.painting.checkpoint import Checkpoint


def resume(path: Path, output: Path | None, weights: Path | None, force: bool, quiet: bool) -> int:
    """Go on with everything as it was; returns the exit code."""
    checkpoint = impasto.load_checkpoint(path)
    job, so_far = from_extra(checkpoint.extra, path)
    if output is not None:
        job, so_far = replace(job, output=output, force=force), replace(so_far, written=None)
        if place().rank == 0:
            check_target(output, force)
    check_resumed(job)
    if output is None and not force and place().rank == 0:
        _check_output(job, so_far, checkpoint)
    if weights is not None:
        checkpoint = replace(checkpoint, settings=replace(checkpoint.settings, weights=anywhere(weights)))
    return paint_on(job, so_far, checkpoint, quiet)


def _check_output(job: Job, so_far: SoFar, checkpoint: "Checkpoint") -> None:
    """The file at the output may be replaced when it is this very painting, and nobody has changed it since.

    Raises:
        OutputError: it is something else.
    """
    consented = job.force and so_far.written is None  # nothing but what --force allowed to replace
    if consented or not job.output.exists() or _is_ours(job.output, so_far, checkpoint):
        return
    raise OutputError(
        f"'{job.output}' is not the picture that this painting left there: "
        "choose another name with -o, or replace it with --force"
    )


def _is_ours(output: Path, so_far: SoFar, checkpoint: "Checkpoint") -> bool:
    """Told by the recipe inside it: a kill may have come after the picture and before the next checkpoint."""
    try:
        recipe = impasto.read_metadata(output)
    except PictureError:
        return False
    if not _same_painting(recipe, checkpoint):
        return False
    if so_far.written is None or so_far.written[0] != recipe.get("steps"):
        return True
    return so_far.written[1] == fingerprint(output)


def _same_painting(recipe: Mapping[str, Any], checkpoint: "Checkpoint") -> bool:
    try:
        painted, wanted = (
            {role: (one["fingerprint"], one.get("weight", 1)) for role, one in inputs.items()}
            for inputs in (recipe["inputs"], checkpoint.inputs)
        )
        return painted == wanted and recipe["settings"] == checkpoint.settings.as_dict()
    except (KeyError, TypeError, AttributeError):
        return False
