"""A process that torchrun starts: `impasto ...` with a tiny network. DIE_AFTER=RANK:STEP kills that rank there; FIRST
has commands, one a line, that are given before it in the same processes, and succeed.

The others listen for two seconds for what a dead one has to say: here no computation takes longer.
"""

import os
import shlex
import signal
import sys

import torch

from impasto.cli import main
from impasto.cli.output_files import OutputWriter
from impasto.distributed import group
from tests.helpers import tiny_encoder

torch.set_num_threads(1)
group.LISTEN_SECONDS = 2.0
doomed, last = map(int, os.environ.get("DIE_AFTER", "-1:0").split(":"))
keep = OutputWriter.step


def step(self, painting, step):
    keep(self, painting, step)
    if (int(os.environ["RANK"]), step.number) == (doomed, last):
        os.kill(os.getpid(), signal.SIGKILL)


OutputWriter.step = step
for command in filter(None, os.environ.get("FIRST", "").splitlines()):
    assert main(shlex.split(command), encoder=tiny_encoder) == 0
sys.exit(main(encoder=tiny_encoder))
