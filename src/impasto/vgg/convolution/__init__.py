"""One layer of VGG-19, relu(x * kernel + bias): one file for each way to compute it, behind one signature."""

from impasto.vgg.convolution.choose import ALGORITHMS, Chosen, checked_algorithm, prepare
from impasto.vgg.convolution.interface import Convolution, Pooling
from impasto.vgg.convolution.pool import average_pool, max_pool

__all__ = [
    "ALGORITHMS",
    "Chosen",
    "Convolution",
    "Pooling",
    "average_pool",
    "checked_algorithm",
    "max_pool",
    "prepare",
]
