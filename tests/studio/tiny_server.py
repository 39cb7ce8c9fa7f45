"""`python -m tests.studio.tiny_server`, the arguments of `impasto studio`: the same program with a tiny network.

Further, by environment: STEP_SECONDS, so long every step takes at least; HOLD, a file: while it is there, a
painting waits after its step; REAL=1, with the weights that everyone gets.
"""

import os
import sys
import time
from pathlib import Path

from impasto.cli import main
from impasto.studio import work
from impasto.vgg import vgg19
from impasto.vgg.weights import find_weights
from tests.helpers import tiny_weights


def tiny(choice=None):
    return find_weights(choice) if choice else tiny_weights()


def slowly(stepped):
    hold = os.environ.get("HOLD")

    def then(self, *arguments):
        stepped(self, *arguments)
        time.sleep(float(os.environ.get("STEP_SECONDS", "0")))
        while hold is not None and Path(hold).exists():
            time.sleep(0.02)

    return then


if __name__ == "__main__":
    if not os.environ.get("REAL"):
        vgg19.find_weights = tiny
    work.Work._stepped = slowly(work.Work._stepped)
    sys.exit(main(["studio", "--no-open", *sys.argv[1:]]))
