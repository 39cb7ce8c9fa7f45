"""The memory that counts: the computer's, or that of the GPU that computes."""

import pytest
import torch

from impasto.memory import process as memory
from impasto.memory.available import (
    CONTEXT_BYTES,
    AvailableMemory,
    available_on,
    gpu_memory_limit,
    step_limit,
)

CPU, GPU = torch.device("cpu"), torch.device("cuda")
GIGA = 10**9


@pytest.fixture
def card(monkeypatch):
    """One of 80 GB: 60 free; of the rest 2 are held by this process's allocator, 1.5 of them taken."""
    told = {
        "mem_get_info": (60 * GIGA, 80 * GIGA),
        "memory_reserved": 2 * GIGA,
        "memory_allocated": 3 * GIGA // 2,
    }
    for name, answer in told.items():
        monkeypatch.setattr(torch.cuda, name, lambda device, answer=answer: answer)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    fractions = []
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda *given: fractions.append(given))
    monkeypatch.setattr(torch.cuda, "get_per_process_memory_fraction", lambda index: 0.9, raising=False)
    return fractions


def test_of_the_computers_memory(monkeypatch):
    for name, answer in {"resident": 300, "peak": 400, "available": 1000}.items():
        monkeypatch.setattr(memory, name, lambda answer=answer: answer)
    assert available_on(CPU, None) == AvailableMemory(base=300, limit=300 + 800, named=False, reached=400)
    assert available_on(CPU, None, on_machine=4).limit == 300 + 200
    assert available_on(CPU, "2kB") == AvailableMemory(base=300, limit=2000, named=True, reached=400)


def test_of_a_gpus_memory(card):
    held = CONTEXT_BYTES + 2 * GIGA
    assert available_on(GPU, None) == AvailableMemory(
        3 * GIGA // 2, held + 48 * GIGA, named=False, reached=held
    )
    assert available_on(GPU, "10GB") == AvailableMemory(3 * GIGA // 2, 10 * GIGA, named=True, reached=held)


@pytest.mark.parametrize(("on_machine", "cards", "part"), [(2, 1, 2), (2, 2, 1), (3, 2, 2)])
def test_processes_share_what_is_free_of_a_card(card, monkeypatch, on_machine, cards, part):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
    assert available_on(GPU, None, on_machine).limit == CONTEXT_BYTES + 2 * GIGA + 48 * GIGA // part


def test_the_allocator_is_held_to_what_the_context_leaves_and_let_go_again(card):
    with pytest.raises(ZeroDivisionError), gpu_memory_limit(CONTEXT_BYTES + 20 * GIGA, GPU):
        raise ZeroDivisionError
    assert card == [(0.25, 0), (0.9, 0)]


def test_no_more_than_the_host_allowed(card):
    with gpu_memory_limit(100 * GIGA, torch.device("cuda", 1)):
        assert card[-1] == (0.9, 1)


def test_a_torch_that_does_not_tell_what_the_host_allowed(card, monkeypatch):
    monkeypatch.delattr(torch.cuda, "get_per_process_memory_fraction")
    with gpu_memory_limit(CONTEXT_BYTES + 20 * GIGA, GPU):
        pass
    assert card == [(0.25, 0), (1.0, 0)]


def test_a_step_may_take_twice_what_was_summed_up_and_never_more_than_is_allowed():
    assert step_limit(100, 30) == 60
    assert step_limit(50, 30) == 50
