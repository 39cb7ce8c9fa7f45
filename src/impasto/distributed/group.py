"""The processes that paint one picture together, and how they talk: torch.distributed, behind a few words.

Large tensors go over NCCL where every rank has a GPU of its own, otherwise over gloo; numbers and messages always
over gloo. Whatever goes wrong on the way becomes one `RankError` that says which rank is gone.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from impasto.errors import RankError

PATIENCE = 600.0
"""Seconds that a rank waits for the others: longer than one of them needs for anything it does alone, such as writing
the result. A process that dies is noticed at once; only a machine that vanishes from the network takes this long."""

LISTEN_SECONDS = 10.0
"""How long the others have to answer. One that is in the middle of a computation notices nothing before its end."""

Message = tuple[int, Tensor]
"""Another rank, and what is sent to it or the memory for what it sends."""


class FailureReport:
    """The ranks that are alive, when they have lost their connection: each leaves word in a store that all share.

    store: a key-value store of torch.distributed, reached by all ranks of the group.
    """

    def __init__(self, store: Any, rank: int, size: int):
        self._store, self._rank, self._size = store, rank, size
        self._reported: str | None = None

    def report(self, reason: str) -> None:
        """Leave word why this rank ends."""
        if self._reported is None:
            self._reported = reason
            with suppress(RuntimeError):
                self._store.set(str(self._rank), reason)

    def lost(self, reason: str) -> RankError:
        """The error that says which ranks are gone or have failed; `reason`: what torch.distributed said."""
        self.report("")
        words = self._words()
        missing = [rank for rank in range(self._size) if rank not in words]
        failed = {rank: text for rank, text in words.items() if text}
        left = [rank for rank, text in words.items() if not text]
        speaks = self._rank == min(left, default=0) and not failed.get(0)
        return RankError(self._message(missing, failed, reason), speaks)

    def _words(self) -> dict[int, str]:
        """The message that each rank left, "" when it only lost its connection; without those that left none."""
        words, until = {self._rank: self._reported or ""}, time.monotonic() + LISTEN_SECONDS
        for rank in range(self._size):
            if rank == self._rank:
                continue
            with suppress(RuntimeError):
                self._store.wait([str(rank)], timedelta(seconds=max(0.1, until - time.monotonic())))
                words[rank] = self._store.get(str(rank)).decode(errors="replace")
        return words

    def _message(self, missing: list[int], failed: dict[int, str], reason: str) -> str:
        if failed:
            rank, text = min(failed.items())
            return f"rank {rank} of {self._size} has failed: {text}"
        if missing:
            names = ", ".join(map(str, missing))
            are = "ranks {} of {} are gone or do" if len(missing) > 1 else "rank {} of {} is gone or does"
            what = "a process or machine has died, or its network"
            return f"{are.format(names, self._size)} not answer: {what}"
        return f"the {self._size} ranks have lost touch with each other ({reason.splitlines()[0]}): check the network"


class Group:
    """The first `size` ranks of those that were started; every method is called by all of these, in the same order.

    Every method raises RankError when another rank is gone or has failed.
    """

    def __init__(self, rank: int, size: int, wire: torch.device, failures: FailureReport, handle: Any = None):
        self.rank, self.size = rank, size
        self._wire, self._failures, self._handle = wire, failures, handle
        self._parts: dict[int, Group] = {}

    def first(self, size: int) -> "Group":
        """The group of the first `size` ranks; called by all of this group, used by those ranks only."""
        if size == self.size:
            return self
        if size not in self._parts:
            with self._guarded():
                handle = dist.new_group(list(range(size)))
            self._parts[size] = Group(self.rank, size, self._wire, self._failures, handle)
        return self._parts[size]

    def total(self, x: float) -> float:
        """The sum over all ranks, taken in their order, so that it is the same to the bit everywhere."""
        return sum(self._all(x))

    def largest(self, x: float) -> float:
        """The largest of all ranks' numbers."""
        return max(self._all(x))

    def everywhere(self, x: bool) -> bool:
        """Whether x holds in every rank."""
        return all(self._all(x))

    def anywhere(self, x: bool) -> bool:
        """Whether x holds in some rank."""
        return any(self._all(x))

    def _all(self, x: float) -> list[float]:
        with self._guarded():
            numbers = [torch.empty(1, dtype=torch.float64) for _ in range(self.size)]
            dist.all_gather(numbers, torch.tensor([x], dtype=torch.float64), group=self._handle)
            return [float(number) for number in numbers]

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor, of one type, by its sum over all ranks, in place; see `partition.Partition`."""
        with self._guarded():
            flat = torch.cat([tensor.reshape(-1) for tensor in tensors]).to(self._wire)
            dist.all_reduce(flat, group=self._handle)
            sums = flat.split([tensor.numel() for tensor in tensors])
            for tensor, part in zip(tensors, sums, strict=True):
                tensor.copy_(part.view(tensor.shape))

    def tell(self, value: Any = None) -> Any:
        """Broadcast rank 0's value, JSON-able, to every rank."""
        with self._guarded():
            text = torch.frombuffer(bytearray(json.dumps(value).encode()), dtype=torch.uint8)
            length = torch.tensor([len(text)])
            dist.broadcast(length, 0, group=self._handle)
            if self.rank:
                text = torch.empty(int(length), dtype=torch.uint8)
            dist.broadcast(text, 0, group=self._handle)
            return json.loads(text.numpy().tobytes())

    def exchange(self, sent: Sequence[Message], received: Sequence[Message]) -> None:
        """Send tensors to other ranks and receive what they send, all at once; both sides agree on shapes and order.

        Called by those ranks only that send or receive something.
        """
        with self._guarded():
            landing = [self._landing(into) for _, into in received]
            work = [dist.P2POp(dist.isend, tensor.to(self._wire).contiguous(), rank) for rank, tensor in sent]
            pairs = zip(received, landing, strict=True)
            work += [dist.P2POp(dist.irecv, space, rank) for (rank, _), space in pairs]
            for pending in dist.batch_isend_irecv(work) if work else []:
                pending.wait()
            for (_, into), space in zip(received, landing, strict=True):
                if space is not into:
                    into.copy_(space)

    def _landing(self, into: Tensor) -> Tensor:
        """A tensor to receive into: `into` itself, or one on the device that the wire begins at."""
        if into.device == self._wire and into.is_contiguous():
            return into
        return torch.empty(into.shape, dtype=into.dtype, device=self._wire)

    @contextmanager
    def reporting(self, but: type[Exception] = RankError) -> Iterator[None]:
        """Leave word for the others, who cannot go on, of what ends this rank; `but`: what does not end it."""
        try:
            yield
        except (StopIteration, RankError, but):
            raise
        except Exception as error:
            self._failures.report(str(error))
            raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            raise self._failures.lost(str(error)) from None


def connected(
    store: Any, rank: int, size: int, nccl: torch.device | None = None, patience: float = PATIENCE
) -> Group:
    """The group of `size` processes that share a store of torch.distributed; once a process.

    nccl: this rank's own GPU, when each has one; None for gloo only.
    Raises RankError when the others do not come.
    """
    failures = FailureReport(dist.PrefixStore("impasto", store), rank, size)
    backend = "gloo" if nccl is None else "cpu:gloo,cuda:nccl"
    try:
        wait, store = timedelta(seconds=patience), dist.PrefixStore("torch", store)
        dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=wait)
    except RuntimeError as error:
        raise failures.lost(str(error)) from None
    return Group(rank, size, nccl or torch.device("cpu"), failures)
