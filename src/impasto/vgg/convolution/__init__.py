"""One layer of VGG-19, relu(x * kernel + bias): one file for each way to compute it, behind one signature."""

from impasto.vgg.convolution.choose import ALGORITHMS, PreparedConvolution, checked_algorithm
from impasto.vgg.convolution.interface import POOLINGS, Convolution, Pooling

__all__ = ["ALGORITHMS", "POOLINGS", "Convolution", "Pooling", "PreparedConvolution", "checked_algorithm"]
