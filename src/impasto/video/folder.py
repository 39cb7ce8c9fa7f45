"""A painted film as a folder of pictures."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from impasto.errors import OutputError
from impasto.files.atomic_write import replacing
from impasto.video.film import Frame

NAME = "frame-{:05}.png"


def write_folder(folder: Path, frames: Iterable[Frame], overwrite: bool) -> None:
    """Write frame-00001.png and so on, without loss.

    Raises:
        OutputError: the folder has something in it and `overwrite` is not set, or cannot be written.
    """
    import cv2

    try:
        folder.mkdir(exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise OutputError(
            f"the folder '{folder}' cannot be made ({error.strerror}): choose another"
        ) from None
    if taken and not overwrite:
        raise OutputError(
            f"the folder '{folder}' is not empty: choose another name, or write into it with --force"
        )
    for number, frame in enumerate(frames, 1):
        pixels = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR)
        if frame.alpha is not None:
            pixels = np.dstack([pixels, frame.alpha])
        whole, data = cv2.imencode(".png", pixels)
        assert whole
        with replacing(folder / NAME.format(number), overwrite=True) as file:
            file.write(data.tobytes())
