"""Two ranks on this machine, as two processes that are started once and asked again and again."""

import multiprocessing
import os
import traceback
from collections.abc import Iterator

import pytest
import torch

PATIENCE = 300.0
"""Seconds; a machine that is busy with other things answers late."""


class Ranks:
    """`ranks(work, *arguments)`: what `work(group, *arguments)` gives in rank 0 and in rank 1.

    work: a function of a module, so that another process finds it by its name.
    """

    def __init__(self, size: int, store: str):
        context = multiprocessing.get_context("spawn")
        self._pipes, self._processes = [], []
        for rank in range(size):
            mine, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, store, rank, size), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(mine)
            self._processes.append(process)

    def __call__(self, work, *arguments):
        for pipe in self._pipes:
            pipe.send((work, arguments))
        answers = [pipe.recv() if pipe.poll(PATIENCE) else ("error", "no answer") for pipe in self._pipes]
        failed = [text for kind, text in answers if kind == "error"]
        assert not failed, "\n".join(failed)
        return [answer for _, answer in answers]

    def close(self):
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(20)
            if process.is_alive():
                process.kill()


def _serve(pipe, store, rank, size):
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    from impasto.distributed.group import connected

    group = connected(torch.distributed.FileStore(store, size), rank, size, patience=PATIENCE)
    while True:
        try:
            work, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("answer", work(group, *arguments)))
        except Exception:  # noqa: BLE001 - told to the test
            pipe.send(("error", f"rank {rank}: {traceback.format_exc()}"))


@pytest.fixture(scope="session")
def ranks(tmp_path_factory) -> Iterator[Ranks]:
    two = Ranks(2, str(tmp_path_factory.mktemp("ranks") / "store"))
    yield two
    two.close()
