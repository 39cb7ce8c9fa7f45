"""The ranks that are alive, when they have lost their connection: each leaves word in the store that they all share."""

import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from impasto.errors import RankError

LISTEN_SECONDS = 10.0
"""How long the others have to answer. One that is in the middle of a computation notices nothing before its end."""


class FailureReport:
    """store: a key-value store of torch.distributed, reached by all ranks of the group."""

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
