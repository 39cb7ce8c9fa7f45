"""`impasto resume`."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_resumed
from impasto.cli.commands.video import resume_film
from impasto.cli.job import PaintingJob, RunRecord, from_extra
from impasto.cli.options import absolute_weights
from impasto.distributed.join import process_info
from impasto.errors import OutputError, PictureError
from impasto.files.readable import fingerprint_of, is_there

if TYPE_CHECKING:
    from impasto import Checkpoint


def resume(
    checkpoint: p.Unfinished,
    output: p.OtherOutput = None,
    weights: p.MovedWeights = None,
    force: p.Force = False,
    quiet: p.Quiet = False,
) -> int:
    """Go on with a painting that was stopped, as if it had never been."""
    if checkpoint.is_dir():  # an unfinished film
        return resume_film(checkpoint, output, weights, force, quiet)
    from impasto.cli.paint import paint

    saved = impasto.load_checkpoint(checkpoint)
    job, record = from_extra(saved.extra, checkpoint)
    if output is not None:
        job, record = replace(job, output=output, force=force), replace(record, written=None)
    check_resumed(job, overwrite=output is None or force)
    if output is None and not force and process_info().rank == 0:
        _check_output(job, record, saved)
    if weights is not None:
        saved = replace(saved, settings=replace(saved.settings, weights=absolute_weights(weights)))
    return paint(job, saved.settings, quiet, resume=(record, saved))


def _check_output(job: PaintingJob, record: RunRecord, checkpoint: "Checkpoint") -> None:
    """The file at the output may be replaced when it is this very painting, and nobody has changed it since.

    Raises OutputError: it is something else.
    """
    consented = job.force and record.written is None  # nothing but what --force allowed to replace
    if consented or not is_there(job.output) or _is_ours(job.output, record, checkpoint):
        return
    raise OutputError(
        f"'{job.output}' is not the picture that this painting left there: "
        "choose another name with -o, or replace it with --force"
    )


def _is_ours(output: Path, record: RunRecord, checkpoint: "Checkpoint") -> bool:
    """Whether the metadata inside it are this painting's: a kill may come between the picture and the checkpoint."""
    try:
        metadata = impasto.read_metadata(output)
    except PictureError:
        return False
    if not _same_painting(metadata, checkpoint):
        return False
    if record.written is None or record.written[0] != metadata.get("steps"):
        return True
    return record.written[1] == fingerprint_of(output, "result", PictureError)


def _same_painting(metadata: Mapping[str, Any], checkpoint: "Checkpoint") -> bool:
    try:
        painted, wanted = (
            {role: (one["fingerprint"], one.get("weight", 1)) for role, one in inputs.items()}
            for inputs in (metadata["inputs"], checkpoint.inputs)
        )
        return painted == wanted and metadata["settings"] == checkpoint.settings.as_dict()
    except (KeyError, TypeError, AttributeError):
        return False
