"""Where VGG-19's weights come from: found, recognised by content, checked, and put into one form."""

from impasto.vgg.weights.load import cache_folder, find_weights
from impasto.vgg.weights.model import Check, Provenance, Weights
from impasto.vgg.weights.verify import describe, verify

__all__ = ["Check", "Provenance", "Weights", "cache_folder", "describe", "find_weights", "verify"]
