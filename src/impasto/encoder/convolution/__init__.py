"""One layer of VGG-19, relu(x * kernel + bias): one file for each way to compute it, behind one signature."""

from impasto.encoder.convolution.base import Convolution, Pooling
from impasto.encoder.convolution.choice import ALGORITHMS, prepare
from impasto.encoder.convolution.pool import average_pool, max_pool

__all__ = ["ALGORITHMS", "Convolution", "Pooling", "average_pool", "max_pool", "prepare"]
