"""Vector functions are called before several threads could make their first call."""

import subprocess
import sys

import pytest
import torch

from impasto.kernels.first_calls import FUNCTIONS, settle_vector_functions

ROOTS = """
import hashlib, torch
from impasto.kernels.first_calls import settle_vector_functions
torch.set_num_threads(2)
settle_vector_functions()
x = torch.rand(200_000, generator=torch.Generator().manual_seed(0))
for y in (x, x.double()):
    first, second = y.sqrt(), y.sqrt()
    exact = y.double().numpy() ** 0.5
    print(torch.equal(first, second), float(abs(first.double().numpy() / exact - 1).max()) < 1e-7)
    print(hashlib.sha256(first.numpy().tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_the_first_roots_of_a_process_are_exact():
    answers = {
        subprocess.run([sys.executable, "-c", ROOTS], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(answers) == 1
    assert answers.pop().split()[::3] == ["True", "True"]


def test_each_is_called_in_both_precisions(monkeypatch):
    import impasto.kernels.first_calls as module

    called = []
    monkeypatch.setattr(module, "_settled", [])
    for name in FUNCTIONS:
        monkeypatch.setattr(torch, name, lambda x, name=name: called.append((name, x.dtype, x.numel())))
    settle_vector_functions()
    settle_vector_functions()
    assert sorted(called, key=str) == sorted(
        [(name, dtype, 8) for name in FUNCTIONS for dtype in (torch.float32, torch.float64)], key=str
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_too_few_numbers_to_be_shared_out_give_what_many_give(name):
    many = torch.full((200_000,), 0.5)
    assert torch.equal(getattr(torch, name)(many)[:8], getattr(torch, name)(many[:8]))
