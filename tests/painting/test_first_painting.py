"""The first painting of a process, with two threads, is the one that every process paints, and its second one."""

import subprocess
import sys

import pytest

PAINT = """
import hashlib, sys
import impasto
from tests.helpers import random_image, tiny_weights

content, style = random_image(200, 240, 1), random_image(64, 80, 2)
for _ in range(2):
    encoder = impasto.VGG19(tiny_weights())
    settings = impasto.Settings(recipe="glaze", solver=sys.argv[1], size=240, steps=4, scales=2, threads=2)
    result = impasto.Stylizer(settings, encoder=encoder).stylize(content, style)
    costs = "".join(cost.total.hex() for cost in result.history)
    print(hashlib.sha256(result.image.numpy().tobytes() + costs.encode()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_processes_agree_to_the_bit(solver):
    """`benchmarks/first_painting.py` asks 24 processes with the real network."""
    hashes = set()
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", PAINT, solver], capture_output=True, text=True, check=True
        )
        hashes |= set(done.stdout.split())
    assert len(hashes) == 1
