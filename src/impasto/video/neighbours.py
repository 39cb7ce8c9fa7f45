"""The neighbours of a frame's places in the painting, brought along the tracks as its paint is.

To search them takes about as long as six steps. But a place that looks as it did where its paint comes from is
painted with the strokes that were chosen there. Only what is new, or not sure, is searched; and what is enlarged, since
otherwise the few strokes of a small place would be spread over a large one.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from impasto.video.tracks import Tracks

Neighbours = Sequence[Mapping[str, np.ndarray]]
"""What `Painting.neighbours` gives: for each region and layer a number for each position, int32 [n_H, n_W]."""
ALIKE = 0.85
"""What looks like its source by as much as this has its neighbours."""


def brought_neighbours(tracks: Tracks, known: Mapping[int, Neighbours]) -> Neighbours:
    """The neighbours that the tracks bring; -1 where they are to be searched.

    known: those of frames that the tracks read from, as `Painting.neighbours` gave them.
    """
    if not known:
        return ()
    sure = (tracks.likeness >= ALIKE) & ~tracks.spread
    return [
        {
            layer: _brought(tracks, sure, layer, {n: maps[i][layer] for n, maps in known.items()})
            for layer in one
        }
        for i, one in enumerate(next(iter(known.values())))
    ]


def _brought(tracks: Tracks, sure: np.ndarray, layer: str, known: Mapping[int, np.ndarray]) -> np.ndarray:
    # VGG-19 halves the picture between its blocks: relu3_1, of the third one, has a position for every 4 pixels.
    stride, size = 2 ** (int(layer[len("relu")]) - 1), next(iter(known.values())).shape
    last = [side - 1 for side in sure.shape]
    at = np.ix_(
        *(np.minimum(np.arange(n) * stride + stride // 2, end) for n, end in zip(size, last, strict=True))
    )
    source = tracks.source[at]
    row, column = (
        np.clip(places[at] // stride, 0, n - 1).astype(np.int32)
        for places, n in zip((tracks.y, tracks.x), size, strict=True)
    )
    missing = [(0, max(0, n * stride - side)) for n, side in zip(size, sure.shape, strict=True)]
    cells = np.pad(sure, missing, mode="edge")[: size[0] * stride, : size[1] * stride]
    whole = cells.reshape(size[0], stride, size[1], stride).min((1, 3))
    found = np.full(size, -1, np.int32)
    for number, index in known.items():
        here = whole & (source == number)
        found[here] = index[row[here], column[here]]
    return found
