"""What a worker's process of the tests imports first: a tiny network, one thread, and word of every step."""

from contextvars import ContextVar

import torch

from impasto import stylizer
from impasto.batch import task
from tests.helpers import tiny_encoder

torch.set_num_threads(1)
task.TELL_SECONDS = 0.0
stylizer._make_encoder = ContextVar("make_encoder", default=tiny_encoder)
