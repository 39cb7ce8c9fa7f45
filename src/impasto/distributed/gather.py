"""Send everything to rank 0: the picture, and the solver's state tensor by tensor, so that one at a time is whole."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from impasto.distributed.group import Group
from impasto.distributed.partition import WriteState
from impasto.errors import OutputError
from impasto.files.tensor_file import Stored, is_stored
from impasto.tensor_types import Span

_SEND, _DONE, _FAILED = "send", "done", "failed"


def gathered(group: Group, spans: Sequence[Span], own: Tensor) -> Tensor | None:
    """The whole picture [1, n, H, W] on the CPU of rank 0, None elsewhere; `own`: this rank's rows."""
    if group.rank:
        if own.numel():
            group.exchange([(0, own)], [])
        return None
    height = max(span.stop for span in spans)
    whole = torch.empty(*own.shape[:2], height, own.shape[3], dtype=own.dtype)
    whole[:, :, slice(*spans[0])] = own
    for rank, span in enumerate(spans[1:], 1):
        if span.start < span.stop:
            strip = torch.empty(*own.shape[:2], span.stop - span.start, own.shape[3], dtype=own.dtype)
            group.exchange([], [(rank, strip)])
            whole[:, :, slice(*span)] = strip
    return whole


def save_together(group: Group, spans: Sequence[Span], state: dict[str, Any], write: WriteState) -> None:
    """Rank 0 calls `write` with the state of the whole picture; the others send their rows of a tensor when asked.

    state: of this rank's solver; its tensors are rows of the picture, all else is the same in every rank.
    Raises OutputError in every rank when `write` does in rank 0.
    """
    if group.rank:
        _answer(group, spans, state)
        return
    whole: dict[str, Any] = {
        name: _Gathered(group, spans, name, value) if isinstance(value, Tensor) or is_stored(value) else value
        for name, value in state.items()
    }
    try:
        write(whole)
    except OutputError as error:
        group.tell([_FAILED, str(error)])
        raise
    group.tell([_DONE, ""])


def _answer(group: Group, spans: Sequence[Span], state: dict[str, Any]) -> None:
    while True:
        command, text = group.tell()
        if command == _FAILED:
            raise OutputError(text)
        if command == _DONE:
            return
        if text in state:
            gathered(group, spans, _tensor(state[text]))


class _Gathered:
    """A tensor of the whole picture, `Stored` in the slabs of all ranks."""

    def __init__(self, group: Group, spans: Sequence[Span], name: str, own: Tensor | Stored):
        self._group, self._spans, self._name, self._own = group, spans, name, own
        self.dtype = own.dtype

    @property
    def shape(self) -> torch.Size:
        height = max(span.stop for span in self._spans)
        return torch.Size((*self._own.shape[:2], height, self._own.shape[3]))

    def tensor(self) -> Tensor:
        self._group.tell([_SEND, self._name])
        whole = gathered(self._group, self._spans, _tensor(self._own))
        assert whole is not None  # this is rank 0
        return whole


def _tensor(value: Tensor | Stored) -> Tensor:
    return value if isinstance(value, Tensor) else value.tensor()
