"""The masks that a map of regions stands for, for whoever shows or changes them before anything is painted."""

import numpy as np

from impasto.images.masks.label_map import in_hex, read_labels


def region_masks(source: object) -> dict[str, np.ndarray]:
    """Each region's mask, by its colour as "#rrggbb", in reading order, as `--regions` gives them to paintings.

    source: what `read_picture` takes. A mask is uint8 [H, W]: 255 where the region is, else 0; each place is in one of
    them.
    Raises PictureError: it is no map of regions; one line says why.
    """
    labels = read_labels(source)
    return {
        in_hex(color): mask.values.array[..., 0]
        for color, mask in zip(labels.colors, labels.masks, strict=True)
    }
