"""The engine: any list of tasks on the workers of dask.distributed, and an event for all that happens.

It knows nothing of pictures. Dask may run a task twice, when it takes a worker for lost that is not: so a function
leaves the same behind however often it is run. Results are small, such as the path of what was written.
"""

import contextlib
import queue
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impasto.batch import task as on_worker
from impasto.batch.task import StoppedError, Task, TryLaterError
from impasto.errors import BatchError, ImpastoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Client, Future

AT_ONCE = 1000
"""Tasks that the scheduler holds at a time: enough for a cluster to grow by, and little memory for a million."""
LATER_SECONDS = 2.0  # a task that somebody else is at is tried again so much later, at the earliest
_POLL, _LOOK = 0.2, 5.0  # seconds between looks at the scheduler, and at its workers


@dataclass(frozen=True)
class Working:
    """A task is at work. worker: its name and machine. done: part of the work, 0 to 1. words: what it does."""

    task: Task
    worker: str
    done: float
    words: str


@dataclass(frozen=True)
class Ended:
    """A task is over.

    result: what its function returned. failed: why there is no result, in one line. stopped: it was asked to, and has
    saved what it had. worker: which one was last heard of, "" where none was.
    """

    task: Task
    result: Any = None
    failed: str | None = None
    stopped: bool = False
    worker: str = ""


@dataclass(frozen=True)
class Lost:
    """A worker is gone; another one begins these tasks again."""

    worker: str
    tasks: tuple[Task, ...]


Event = Working | Ended | Lost


class Engine:
    """Runs tasks on the workers that a client of dask.distributed has; see `cluster.py`.

    patience: seconds without any worker after which there will be none; None where a queue may give some at any time.
    """

    def __init__(self, client: "Client", patience: float | None = None):
        self._client = client
        self._address = client.scheduler.address if client.scheduler is not None else "?"
        self._run = f"impasto-{secrets.token_hex(8)}"
        self._heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._at_work: dict[str, tuple[Task, Future]] = {}
        self._workers: dict[str, str] = {}
        self._later: list[tuple[float, Task]] = []
        self._stopping = self._asked = False
        self._patience, self._looked_at = patience, time.monotonic()
        self._had_workers = self._looked_at

    def run(self, tasks: Iterable[Task]) -> Iterator[Event]:
        """Run all tasks and yield what happens. They begin in their order, about, and end in any.

        Raises BatchError: the scheduler is gone, or all workers are. What was finished is finished.
        """
        waiting = iter(tasks)
        with self._listening():
            while True:
                if self._stopping and not self._asked:
                    self._ask_to_stop()
                exhausted = self._fill(waiting)
                if not self._at_work and exhausted and (self._stopping or not self._later):
                    return
                self._check_workers()
                for kind, about in self._news():
                    event = self._event(kind, about)
                    if event is not None:
                        yield event

    def stop(self) -> None:
        """Begin no further task, and have those at work save what they have and end. Any thread may call this."""
        self._stopping = True

    def _ask_to_stop(self) -> None:
        """Tasks that no worker has begun are taken back; the others are asked."""
        self._asked = True
        for key in self._not_begun():
            _, future = self._at_work.pop(key)
            future.cancel()
        with contextlib.suppress(OSError, TimeoutError):  # a scheduler that is gone is noticed by `run`
            self._client.run(on_worker.stop_here, self._run, on_error="ignore")

    def _not_begun(self) -> list[str]:
        try:
            processing = {key for keys in self._client.processing().values() for key in keys}
        except Exception:  # noqa: BLE001  (a scheduler that is gone is noticed by `run`)
            return []
        return [key for key in self._at_work if key not in processing and key not in self._workers]

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        topics: dict[str, Callable[[Any], None]] = {
            self._run: lambda event: self._heard.put(("working", event[1])),
            "all": lambda event: self._heard.put(("all", event[1])),
        }
        for topic, handler in topics.items():
            self._client.subscribe_topic(topic, handler)
        try:
            yield
        finally:
            for _, future in self._at_work.values():
                with contextlib.suppress(Exception):
                    future.cancel()
            for topic in topics:
                with contextlib.suppress(Exception):
                    self._client.unsubscribe_topic(topic)

    def _fill(self, waiting: Iterator[Task]) -> bool:
        """Submit what may be at work now; whether `waiting` has come to its end, or is not wanted any more."""
        while not self._stopping:
            if len(self._at_work) >= AT_ONCE:
                return False
            task = next(waiting, None)
            if task is None and self._later and self._later[0][0] <= time.monotonic():
                task = self._later.pop(0)[1]
            if task is None:
                return True
            self._submit(task)
        return True

    def _submit(self, task: Task) -> None:
        key = f"{self._run}-{secrets.token_hex(6)}"
        try:
            future = self._client.submit(_on_worker, task, self._run, key, key=key, pure=False)
        except Exception as error:
            raise self._gone() from error
        self._at_work[key] = (task, future)
        future.add_done_callback(lambda done: self._heard.put(("done", done.key)))

    def _news(self) -> Iterator[tuple[str, Any]]:
        """The messages that came, after a moment's wait."""
        with contextlib.suppress(queue.Empty):
            yield self._heard.get(timeout=_POLL)
            while True:
                yield self._heard.get_nowait()
        if self._client.status != "running":
            raise self._gone()

    def _check_workers(self) -> None:
        """Raises BatchError when there were no workers for too long."""
        now = time.monotonic()
        if self._patience is None or now - self._looked_at < _LOOK:
            return
        self._looked_at = now
        with contextlib.suppress(OSError, TimeoutError):  # a scheduler that is gone is noticed elsewhere
            self._had_workers = now if self._client.nthreads() else self._had_workers
        if now - self._had_workers > self._patience:
            raise BatchError(
                "all workers have ended, and do not begin again; what was finished is on the disk: give the same "
                "command again, with fewer --workers perhaps"
            )

    def _event(self, kind: str, about: Any) -> Event | None:
        if kind == "all":
            return self._lost(about)
        if kind == "working":
            if about["key"] not in self._at_work:
                return None
            self._workers[about["key"]] = about["who"]
            return Working(self._at_work[about["key"]][0], about["who"], about["done"], about["words"])
        return self._ended(about) if about in self._at_work else None

    def _lost(self, about: Any) -> Lost | None:
        if not isinstance(about, dict) or about.get("action") != "remove-worker":
            return None
        keys = [key for key in about.get("processing-tasks", ()) if key in self._at_work]
        begun = [key for key in keys if key in self._workers]
        names = [self._workers.pop(key) for key in begun]
        return Lost(names[0], tuple(self._at_work[key][0] for key in begun)) if begun else None

    def _ended(self, key: str) -> Ended | None:
        task, future = self._at_work.pop(key)
        worker = self._workers.pop(key, "")
        try:
            return Ended(task, future.result(timeout=60), worker=worker)
        except TryLaterError:
            self._later.append((time.monotonic() + LATER_SECONDS, task))
            return Ended(task, stopped=True, worker=worker) if self._stopping else None
        except StoppedError:
            return Ended(task, stopped=True, worker=worker)
        except Exception as error:  # noqa: BLE001  (whatever a function raises ends that task alone)
            if future.status in ("cancelled", "lost"):
                raise self._gone() from None
            return Ended(task, failed=_in_words(error), worker=worker)

    def _gone(self) -> BatchError:
        return BatchError(
            f"the scheduler at {self._address} is gone; what was finished is on the disk: give the same command again "
            "once there is one"
        )


def _on_worker(task: Task, run: str, key: str) -> Any:
    """Run a task; called in a worker's process."""
    from distributed import get_worker

    worker = get_worker()
    given = str(worker.name)  # its address where nobody gave it a name
    name = f"worker {worker.name + 1}" if isinstance(worker.name, int) else given.partition("://")[2] or given

    def send(done: float, words: str) -> None:
        worker.log_event(run, {"key": key, "who": name, "done": done, "words": words})

    return on_worker.call(task.function, task.data, run, send)


def _in_words(error: Exception) -> str:
    """Why a task failed, in one line."""
    from distributed import KilledWorker

    if isinstance(error, ImpastoError):
        return str(error)
    if isinstance(error, KilledWorker):
        return (
            f"{error.allowed_failures + 1} workers ended while they were at it, for want of memory perhaps: try fewer "
            "--workers, --memory, or a smaller --size"
        )
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
