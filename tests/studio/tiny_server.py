"""`python -m tests.studio.tiny_server`, the arguments of `impasto studio`: the same program with a tiny network.

Further, by environment: HOLD, a file: while it is there, a painting waits after its step, from number HOLD_AT (1) on,
and the file says which; REAL=1, with the weights that everyone gets.

The first look, which follows every change, is 64 pixels wide: with the real network 160 take seconds.
"""

import os
import sys
import time
from pathlib import Path

from impasto.cli import main
from impasto.studio import look, work
from impasto.vgg import vgg19
from impasto.vgg.weights import find_weights
from tests.helpers import tiny_weights


def tiny(choice=None):
    return find_weights(choice) if choice else tiny_weights()


def held(stepped, hold: Path, first: int):
    def then(self, painting, step, pace):
        stepped(self, painting, step, pace)
        if step.number >= first and hold.exists():
            hold.write_text(str(step.number))
            while hold.exists():
                time.sleep(0.02)

    return then


if __name__ == "__main__":
    look.LOOK_SIDE = 64
    if not os.environ.get("REAL"):
        vgg19.find_weights = tiny
    if os.environ.get("HOLD"):
        first = int(os.environ.get("HOLD_AT", "1"))
        work.Work._stepped = held(work.Work._stepped, Path(os.environ["HOLD"]), first)
    sys.exit(main(["studio", "--no-open", *sys.argv[1:]]))
