"""A batch: jobs that are done by workers, from the first look at what is there to the page that shows all of it."""

import contextlib
import csv
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impasto.batch.cluster import (
    libraries,
    most_concurrent,
    patience,
    workers_at,
    workers_by_machine,
    workers_for,
)
from impasto.batch.engine import Ended, Engine, Event, Lost
from impasto.batch.finished import Journal, is_unchanged
from impasto.batch.job import Job
from impasto.batch.jobs import NAME, UNFINISHED, AnyPath, Habits, find_jobs
from impasto.batch.plan import BatchPlan, make_plan, share_out
from impasto.batch.task import Task
from impasto.batch.work import FOUND, PAINTED
from impasto.batch.worker import measure_picture, paint_picture
from impasto.errors import OutputError, SettingsError
from impasto.files.atomic_write import replacing
from impasto.inputs.inputs import Guidance
from impasto.version import __version__


@dataclass
class Outcome:
    """The outcome of a batch: names of pictures.

    painted: now. found: they were there already, by the same settings. failed: why, by name. unfinished: not begun, or
    saved in the middle, because somebody stopped it.
    """

    painted: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every picture is there."""
        return not self.failed and not self.unfinished


class Batch:
    """Jobs and the folder of their results. Iterate over `run()` to have them done; `outcome` says what became of them.

    jobs: as `jobs.find_jobs` makes them. folder: made when the first result is written. workers: on this machine; None
    for as many as paint the most pictures an hour. scheduler: the address of a cluster's, whose workers paint instead.
    report: whether every finished picture is measured.
    Raises BatchError without dask.distributed, SettingsError for workers and a scheduler, OutputError for a file as
    folder.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        folder: Path,
        *,
        workers: int | None = None,
        scheduler: str | None = None,
        report: bool = False,
    ):
        if workers is not None and scheduler is not None:
            raise SettingsError("a scheduler has workers of its own: give workers or scheduler, not both")
        if workers is not None and workers < 1:
            raise SettingsError(f"workers must be a whole number from 1 on, got {workers}")
        libraries()  # an error now, if they are missing
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"'{folder}' is a file: give the name of a folder")
        self.jobs, self.folder = list(jobs), folder
        self.journal, self.outcome = Journal(folder), Outcome()
        self._workers, self._scheduler = workers, scheduler
        self._engine: Engine | None = None
        self._report, self._stopped = report, False
        finished = self.journal.finished()
        self.finished: dict[str, Mapping[str, Any]] = {}
        self.todo: list[Job] = []
        self._known: dict[str, str] = {}
        for job in self.jobs:
            record = finished.get(job.name)
            if is_unchanged(job, record) and record is not None:
                self.finished[job.name] = record
                self.outcome.found.append(job.name)
            else:
                self.todo.append(job)
                if record is not None and record.get("job") == job.digest():
                    self._known[job.name] = str(record.get("sha256"))

    def plan(self) -> BatchPlan:
        """The plan of what is left to do: time, memory and disk; see `plan.py`."""
        at_cluster = None
        if self._scheduler is not None:
            with workers_at(self._scheduler) as client:
                at_cluster = sum(workers_by_machine(client).values())
        return make_plan(self.todo, len(self.jobs), self._workers, at_cluster, self.folder)

    def run(self) -> Iterator[Event]:
        """Have everything done that is left, and yield what happens.

        Raises BatchError when the workers do not start or the scheduler is gone, OutputError without a journal.
        """
        if not self.todo and not self._report:
            return
        left = {job.name: job for job in self.todo}
        with workers_for(self._scheduler, lambda: share_out(self.todo or self.jobs, self._workers)) as client:
            machines = workers_by_machine(client)
            concurrent = most_concurrent(client)
            counts = {"pictures": len(self.jobs), "left": len(self.todo), "workers": sum(machines.values())}
            self.journal.write("begun", impasto=__version__, **counts, machines=len(machines))
            self._engine = Engine(client, patience(self._scheduler))
            for event in self._engine.run(self._tasks(concurrent)):
                if isinstance(event, Ended):
                    self._note(left.pop(event.task.name), event)
                elif isinstance(event, Lost):
                    for task in event.tasks:
                        self.journal.write("worker lost", picture=task.name, worker=event.worker)
                yield event
            if self._report and not self._stopped:
                yield from self._measure(Engine(client, patience(self._scheduler)), concurrent)
        self.outcome.unfinished += list(left)
        self.journal.write("over", **{name: len(names) for name, names in vars(self.outcome).items()})
        if self.outcome.complete:
            with contextlib.suppress(OSError):  # another batch in the same folder has files in it
                os.rmdir(self.folder / UNFINISHED)  # noqa: PTH106

    def stop(self) -> None:
        """Begin no further picture; those at work are saved, and `run` ends. Any thread, or a signal, may call this."""
        self._stopped = True
        if self._engine is not None:
            self._engine.stop()

    def publish(self) -> list[Path]:
        """Write the contact sheet and the page, with what is finished; several of each where there are many pictures.

        Returns the pages. Raises OutputError where one cannot be written.
        """
        from impasto.batch.pages import publish

        return publish(self.jobs, self.folder, self.finished, self.outcome.failed)

    def _tasks(self, concurrent: int) -> Iterator[Task]:
        for job in self.todo:
            data = {"job": job.as_data(), "concurrent": concurrent, "sha256": self._known.get(job.name)}
            yield Task(job.name, paint_picture, data)

    def _measure(self, engine: Engine, concurrent: int) -> Iterator[Event]:
        """Write the measures of all finished pictures; the events say how far that is."""
        jobs = {f"report of {job.name}": job for job in self.jobs if job.name in self.finished}
        data = {name: {"job": job.as_data(), "concurrent": concurrent} for name, job in jobs.items()}
        tasks = (Task(name, measure_picture, one) for name, one in data.items())
        self._engine, rows = engine, {}
        for event in engine.run(tasks):
            if isinstance(event, Ended) and event.failed is not None:
                self.journal.write("not measured", picture=jobs[event.task.name].name, why=event.failed)
            elif isinstance(event, Ended) and not event.stopped:
                job = jobs[event.task.name]
                about = {"picture": job.name, "photograph": job.content, "painting": job.styles[0][0]}
                rows[event.task.name] = about | event.result
            yield event
        if rows:
            write_csv(self.folder / "report.csv", [rows[name] for name in jobs if name in rows])

    def _note(self, job: Job, event: Ended) -> None:
        """Record what became of a picture."""
        outcome, name = self.outcome, job.name
        if event.stopped:
            outcome.unfinished.append(name)
            return
        if event.failed is not None:
            outcome.failed[name] = event.failed
            self.journal.write("failed", picture=name, why=event.failed, worker=event.worker)
            return
        result: dict[str, Any] = dict(event.result)
        what = result.pop("outcome")
        {PAINTED: outcome.painted, FOUND: outcome.found}[what].append(name)
        record = {"picture": name, "job": job.digest(), **result, "worker": event.worker}
        self.journal.write(what, **record)
        self.finished[name] = record


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the table; an earlier one is replaced. A column for everything that some row has, in order.

    Raises OutputError: it cannot be written.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    with replacing(path, overwrite=True) as file:
        file.write(text.getvalue().encode())


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
