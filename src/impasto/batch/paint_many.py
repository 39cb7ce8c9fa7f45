"""`impasto.paint_many`: a batch from Python."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from impasto.batch.batch import Batch, Outcome
from impasto.batch.engine import Event
from impasto.batch.jobs import NAME, AnyPath, Habits, find_jobs
from impasto.inputs.inputs import Guidance


def paint_many(
    photos: AnyPath | Sequence[AnyPath] | None,
    paintings: AnyPath | Sequence[AnyPath] | None,
    folder: AnyPath,
    *,
    jobs: AnyPath | None = None,
    pairs: bool = False,
    name: str = NAME,
    force: bool = False,
    checkpoint_every: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    report: bool = False,
    watch: Callable[[Event], object] | None = None,
    **fields: Any,
) -> Outcome:
    """Paint every photograph with every painting, on all cores of this machine or on a cluster.

    Results are files in `folder`, next to a journal, a contact sheet and a page. What is there by the same settings is
    not painted again, and what was stopped in the middle goes on. Workers are processes that import the program's main
    module: a script has to keep what it does under `if __name__ == "__main__":`.

    Args:
        photos: files, folders (every picture directly in them) or patterns such as "holiday/*.jpg"; None with `jobs`.
        paintings: likewise; each is a style of its own.
        folder: of the results; it is made.
        jobs: instead of both, a table of jobs, CSV or TOML; see `docs/batch.md`.
        pairs: whether the first photograph goes with the first painting alone, and so on.
        name: pattern of the results' names, with {photo}, {painting}, {photo_folder}, {painting_folder}, {number} or
            a setting in braces; the suffix is the format.
        force: whether a picture that is there and is another one may be replaced.
        checkpoint_every: in steps; 0 for never, None for four times a minute.
        workers: pictures painted at the same time; None for one on each core, as far as the memory goes.
        scheduler: the address of a cluster of dask.distributed, such as "tcp://10.0.0.1:8786", which paints instead.
        report: whether every picture is measured, too, into report.csv; see `impasto.report`.
        watch: called with every event: `Working`, how far a picture is; `Ended`; `Lost`, a worker is gone.
        fields: those of `Settings`; and masks, style_masks, regions, style_regions and protect, paths that may hold
            {photo} and {painting}.

    Returns:
        Which pictures were painted now, were found, failed (and why), or are unfinished, by their names.

    Raises:
        BatchError: dask.distributed is not installed, the workers do not start, or the scheduler is gone.
        PictureError, SettingsError, OutputError: what is asked for cannot be; nothing was begun. A picture that cannot
            be painted is no error: it is among the outcome's `failed`.
    """
    where = {key: fields.pop(key) for key in Guidance.names() if fields.get(key)}
    habits = Habits(Path(folder), name, fields, where, force, checkpoint_every)
    found = find_jobs(_several(photos), _several(paintings), jobs, habits, pairs=pairs)
    batch = Batch(found, Path(folder), workers=workers, scheduler=scheduler, report=report)
    for event in batch.run():
        if watch is not None:
            watch(event)
    if batch.finished:
        batch.publish()
    return batch.outcome


def _several(paths: AnyPath | Sequence[AnyPath] | None) -> Sequence[AnyPath]:
    if paths is None:
        return []
    return [paths] if isinstance(paths, str | os.PathLike) else paths
