"""A process that torchrun starts: `impasto ...` with a tiny network. DIE_AFTER=RANK:STEP kills that rank there."""

import os
import signal
import sys

import torch

from impasto.cli import main
from impasto.cli.output_files import OutputWriter
from tests.helpers import tiny_encoder

torch.set_num_threads(1)
doomed, last = map(int, os.environ.get("DIE_AFTER", "-1:0").split(":"))
keep = OutputWriter.step


def step(self, painting, step):
    keep(self, painting, step)
    if (int(os.environ["RANK"]), step.number) == (doomed, last):
        os.kill(os.getpid(), signal.SIGKILL)


OutputWriter.step = step
sys.exit(main(encoder=tiny_encoder))
