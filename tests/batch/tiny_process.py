"""What a worker's process of the tests imports first: a tiny network, and one thread."""

import torch

from impasto.vgg import vgg19
from tests.helpers import tiny_weights

torch.set_num_threads(1)
vgg19.find_weights = lambda choice=None: tiny_weights()
