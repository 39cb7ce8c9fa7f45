"""The metadata inside a painted film's file: from what it was painted, and how."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import impasto
from impasto.inputs.inputs import Style
from impasto.settings import Settings
from impasto.video.keys import Key
from impasto.video.reel import Reel
from impasto.video.temporal import Temporal


def film_metadata(
    reel: Reel,
    styles: Sequence[Style],
    settings: Settings,
    temporal: Temporal,
    keys: Sequence[Key],
    size: tuple[int, int],
    painted: int,
) -> dict[str, Any]:
    """JSON-able, without names of folders.

    size: height and width of the painted frames. painted: how many frames are done.
    """
    return {
        "film": {"name": reel.film.path.name, "fingerprint": reel.film.fingerprint()},
        "styles": [
            {
                "name": Path(one.picture.name).name,
                "fingerprint": one.picture.fingerprint,
                "weight": one.weight,
            }
            for one in styles
        ],
        "settings": settings.as_dict(),
        "temporal": temporal.as_dict(),
        "keys": [one.as_text() for one in keys],
        "part": reel.as_dict(),
        "frames": len(reel),
        "painted": painted,
        "width": size[1],
        "height": size[0],
        "versions": {"impasto": impasto.__version__},
    }
