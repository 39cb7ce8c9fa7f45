"""What a worker's process of the tests imports first: a tiny network, and one thread."""

from contextvars import ContextVar

import torch

from impasto import stylizer
from tests.helpers import tiny_encoder

torch.set_num_threads(1)
stylizer._make_encoder = ContextVar("make_encoder", default=tiny_encoder)
