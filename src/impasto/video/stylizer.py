"""`VideoStylizer`: a film painted frame by frame, each from what the motion of the film brings of those before it.

The method is that of Ruder, Dosovitskiy and Brox ("Artistic style transfer for videos", arXiv 1604.08610). The first
frame of a shot is painted as a still, coarse to fine. Each later one starts from the paint that its tracks bring
(`tracks.py`), and takes few steps at the full size, held to it by

    J_temporal = hold * mean(trust (G - W)^2)        W the paint that is brought, trust how far it can be (`Hold`)

What no earlier frame has seen starts with the paint of what looks alike in the film (`start.py`). It is held more
firmly from frame to frame, so that the steps of several frames paint it. Where the film does not change at all,
neither does the painting, to the bit.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import impasto
from impasto.errors import SettingsError
from impasto.inputs.inputs import read_styles
from impasto.settings import Settings
from impasto.video.film import Film
from impasto.video.frame_painter import FramePainter, settings_of_film
from impasto.video.guides import Guides
from impasto.video.keys import Key, check_weights
from impasto.video.open_film import open_film
from impasto.video.painting import FilmPainting
from impasto.video.reel import Reel
from impasto.video.temporal import Temporal

if TYPE_CHECKING:
    from impasto import Stylizer


class VideoStylizer:
    """A painter of films with one set of settings, who loads the encoder once.

    Args:
        settings: as for `Stylizer`; None stands for `Settings()`. The setting `size` is the long side of the painted
            film; None: as large as the film itself.
        temporal: how frames follow from one another; None stands for `Temporal()`.
        more: encoder, costs and partition, as for `Stylizer`.

    Raises:
        SettingsError, WeightsError: as `Stylizer`; 16 bits, which no frame is kept in; a partition among processes.
    """

    def __init__(self, settings: Settings | None = None, *, temporal: Temporal | None = None, **more: Any):
        self.settings, self.temporal = settings or Settings(), temporal or Temporal()
        if self.settings.bits != 8:
            raise SettingsError("the frames of a film have 8 bits a channel: omit bits", names=("bits",))
        self.stylizer: Stylizer = impasto.Stylizer(self.settings, **more)
        if not self.stylizer.alone:
            raise SettingsError(
                "the frames of a film are painted by one process: several paint its segments (impasto.video.segments)"
            )

    def paint(
        self,
        film: str | Path | Film,
        style: Any,
        *,
        start: float | Fraction = 0,
        stop: float | Fraction | None = None,
        every: int = 1,
        rate: float | Fraction | None = None,
        keys: Sequence[Key] = (),
        folder: Path | None = None,
        **guidance: Any,
    ) -> FilmPainting:
        """Begin a film, or go on with one: read it through once. `for frame in painting` paints.

        Args:
            film: a file that FFmpeg reads, a folder of pictures, or a pattern of their names.
            style: as for `Stylizer.paint`.
            start: seconds of the film at which the painted part begins.
            stop: seconds at which it ends; None for the film's end.
            every: of so many frames one is painted, for a trial.
            rate: frames a second of a film of pictures.
            keys: settings that change over time; see `Key`.
            folder: where the frames are kept as they are done; what is there already of this very painting is not
                painted again. None: a temporary folder, which goes with the painting.
            guidance: masks, style_masks, regions, style_regions and protect, as for `Stylizer.paint`; those of the
                photograph may be films themselves.

        Raises:
            PictureError, SettingsError: as `Stylizer.paint`, and for what is no film, or has no frame in this part.
            CheckpointError: what the folder keeps is damaged.
        """
        found = open_film(Path(film), _fraction(rate)) if isinstance(film, str | Path) else film
        notes: list[str] = []
        in_order = tuple(sorted(keys, key=lambda one: one.time))
        styles = style.styles if isinstance(style, impasto.EncodedStyle) else read_styles(style)
        check_weights(in_order, len(styles))
        reel = Reel(found, _fraction(start) or Fraction(0), _fraction(stop), every, notes.append)
        guides = Guides(guidance, reel.times, notes.append)
        by = self.stylizer.varied(settings_of_film(self.settings, found.about.size))
        painter = FramePainter(by, reel, styles, guides, in_order, self.temporal)
        return FilmPainting(painter, reel, self.settings, self.temporal, in_order, folder, notes)


def _fraction(seconds: float | Fraction | None) -> Fraction | None:
    """A number as the user wrote it: 0.1 is a tenth."""
    return None if seconds is None else Fraction(str(seconds))
