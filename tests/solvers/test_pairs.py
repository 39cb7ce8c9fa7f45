"""The two loops against the matrix that they stand for."""

import pytest
import torch

from impasto.distributed.partition import WHOLE
from impasto.solvers.history import Pairs
from impasto.solvers.vector_store import InMemory, store_as

N = 6


def curved(seed):
    """s, and y = A s for a positive definite A."""
    generator = torch.Generator().manual_seed(seed)
    A = torch.randn(N, N, generator=torch.Generator().manual_seed(99), dtype=torch.float64)
    s = torch.randn(N, generator=generator, dtype=torch.float64)
    return s, (A @ A.T + torch.eye(N, dtype=torch.float64)) @ s


def inverse_hessian(pairs, M):
    """BFGS as a matrix (Nocedal and Wright, equations 6.17 and 7.20), from the newest pair's multiple of M."""
    s, y = pairs[-1]
    H = M * float(s @ y) / float(y @ M @ y)
    for s, y in pairs:
        V = torch.eye(N, dtype=torch.float64) - torch.outer(s, y) / (s @ y)
        H = V @ H @ V.T + torch.outer(s, s) / (s @ y)
    return H


@pytest.mark.parametrize("seen", [1, 3, 5])
def test_the_two_loops_are_the_bfgs_matrix_of_the_last_three_pairs(seen):
    M = torch.diag(torch.arange(1.0, N + 1, dtype=torch.float64))
    pairs, all_seen = Pairs(3, lambda x: M @ x, InMemory, WHOLE), []
    for seed in range(seen):
        s, y = curved(seed)
        all_seen.append((s.clone(), y.clone()))
        pairs.append(pairs.stored(s, y), y)
    assert len(pairs) == min(seen, 3)
    g = torch.randn(N, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    expected = inverse_hessian(all_seen[-3:], M) @ g
    torch.testing.assert_close(pairs.times(g.clone()), expected, rtol=1e-10, atol=1e-10)


def test_without_curvature_nothing_is_kept_and_nothing_forgotten():
    pairs = Pairs(1, lambda x: x, InMemory, WHOLE)
    s, y = curved(0)
    pairs.append(pairs.stored(s, y), y)
    assert pairs.stored(s.clone(), -y) is None
    assert len(pairs) == 1


@pytest.mark.parametrize("kind", ["float32", "float16", "disk"])
def test_the_newest_y_is_sent_to_its_s_however_they_are_kept(kind, tmp_path):
    """H y = s, the secant equation, holds for the vectors as they are kept."""
    pairs = Pairs(2, lambda x: x, store_as(kind, tmp_path), WHOLE)
    for seed in (0, 1):
        s, y = (v.float() for v in curved(seed))
        pair = pairs.stored(s, y)  # s and y are from here on as they are kept
        pairs.append(pair, y)
    torch.testing.assert_close(pairs.times(y.clone()), s, rtol=2e-6, atol=2e-6)
