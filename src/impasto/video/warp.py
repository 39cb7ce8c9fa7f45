"""Pictures fetched from where a flow or a track says."""

import numpy as np

Flow = np.ndarray
"""float32 [H, W, 2]: the displacement (x, y) of each pixel, in pixels."""

_COLUMNS = 8192
"""OpenCV takes no more than 32,767 places in a row."""


def grid(size: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel of a frame of this height and width: float32 [H, W]."""
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
    return columns, rows


def places(w: Flow) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel's flow leads: x and y, float32 [H, W], in pixels."""
    columns, rows = grid(w.shape)
    return columns + w[..., 0], rows + w[..., 1]


def sampled(picture: np.ndarray, x: np.ndarray, y: np.ndarray, *, fine: bool = False) -> np.ndarray:
    """A picture read between its pixels; beyond its edge, the edge.

    Args:
        picture: [H, W] or [H, W, C], uint8 or float32.
        x: columns, float32 of any shape.
        y: rows, likewise.
        fine: by Lanczos's kernel over 8 x 8 pixels, which keeps detail, instead of bilinear.

    Returns:
        float32, of the shape of x and, for a picture with channels, with them at the end.
    """
    import cv2

    kind = cv2.INTER_LANCZOS4 if fine else cv2.INTER_LINEAR
    flat_x, flat_y = (_in_rows(one) for one in (x, y))
    found = cv2.remap(
        picture.astype(np.float32, copy=False), flat_x, flat_y, kind, borderMode=cv2.BORDER_REPLICATE
    )
    channels = picture.shape[2:]
    return found.reshape(-1, *channels)[: x.size].reshape(*x.shape, *channels)


def _in_rows(values: np.ndarray) -> np.ndarray:
    flat = values.astype(np.float32, copy=False).ravel()
    if values.ndim == 2 and values.shape[1] < _COLUMNS:
        return flat.reshape(values.shape)
    rows = -(-flat.size // _COLUMNS)
    return np.pad(flat, (0, rows * _COLUMNS - flat.size)).reshape(rows, _COLUMNS)
