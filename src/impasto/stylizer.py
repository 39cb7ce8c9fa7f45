"""The reusable object, and the one-shot function over it."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch

from impasto import memory
from impasto.checkpoint import Checkpoint
from impasto.costs.custom import CustomCost, checked_costs
from impasto.encoder.device import find_device
from impasto.encoder.vgg19 import VGG19
from impasto.errors import SettingsError
from impasto.images.files import read_picture
from impasto.painting import Painting
from impasto.result import Result
from impasto.settings import STARTS, Settings
from impasto.torchrun import place

if TYPE_CHECKING:
    from impasto.ranks.group import Group

Source = object
"""A path, PIL image, numpy array [H, W, 3] or tensor [3, H, W]; `read_picture` says what of each is taken."""


class Stylizer:
    """Paints pictures with one set of settings; the encoder is loaded once.

    encoder: one that is loaded already, to be used instead of what the settings name.
    costs: of your own, added to J; see `CustomCost`.
    Started by `torchrun`, it paints together with the other processes, each of which has to do the same: each owns
    some rows of every picture; see `ranks/`.
    Raises SettingsError when the device is not there or does not compute in the precision, or a cost is none;
    WeightsError when the weights cannot be used, RankError when the other processes do not come.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        encoder: VGG19 | None = None,
        costs: Sequence[CustomCost] = (),
    ):
        memory.return_at_once()
        self.settings, self._costs = settings or Settings(), checked_costs(costs)
        self.encoder = encoder or VGG19(
            self.settings.weights,
            pooling="max" if self.settings.pooling == "max" else "average",
            border="replicate" if self.settings.border == "replicate" else "zeros",
            convolution=self.settings.convolution,
            device=_own_device(find_device(self.settings.device)),
            precision=self.settings.precision,
        )
        self._group = None if place().alone else _join(self.encoder.device)

    def paint(
        self,
        content: Source,
        style: Source,
        *,
        start: Source | None = None,
        resume: Checkpoint | None = None,
    ) -> Painting:
        """Start (or go on with) a painting; nothing is computed before the first step is asked for.

        content, style: paths, PIL images, numpy arrays [H, W, 3] or tensors [3, H, W].
        start: a picture to start from, instead of what the settings say.
        resume: a checkpoint of the same pictures and settings.
        Raises PictureError for a picture that cannot be read; SettingsError for a size that is too small
        for the layers; CheckpointError when the pictures or weights are not the checkpoint's.
        """
        with nullcontext() if self._group is None else self._group.reporting():
            pictures = {
                "content": read_picture(content, role="content picture"),
                "style": read_picture(style, role="style picture"),
            }
            start = start if start is not None else self._start_file()
            if start is not None:
                pictures["start"] = read_picture(start, role="start picture")
        return Painting(self.settings, self.encoder, pictures, resume, self._group, self._costs)

    def stylize(self, content: Source, style: Source, *, start: Source | None = None) -> Result:
        """Paint to the end."""
        painting = self.paint(content, style, start=start)
        for _ in painting:
            pass
        return painting.result()

    def _start_file(self) -> str | None:
        if self.settings.start == "picture":
            raise SettingsError("start='picture' needs the picture: give its path, or start=... in Python")
        return None if self.settings.start in STARTS else self.settings.start


def _own_device(device: torch.device) -> torch.device:
    """Of several processes on a machine with several GPUs each takes another one, when the settings name none."""
    here = place()
    if here.alone or device.type != "cuda" or device.index is not None:
        return device
    return torch.device("cuda", here.local % torch.cuda.device_count())


def _join(device: torch.device) -> "Group":
    from impasto.ranks.group import join

    return join(place(), device)


def stylize(content: Source, style: Source, *, costs: Sequence[CustomCost] = (), **fields: Any) -> Result:
    """Paint the photograph `content` in the manner of the painting `style`.

    content, style: paths, PIL images, numpy arrays [H, W, 3] or tensors [3, H, W].
    costs: of your own, added to J; see `CustomCost`.
    fields: those of `Settings`; `start` may be a picture, too.
    Raises what `Settings`, `Stylizer` and `Stylizer.paint` raise.
    """
    start = fields.get("start")
    if start is not None and not isinstance(start, str):
        fields = {name: value for name, value in fields.items() if name != "start"}
        return Stylizer(Settings.from_dict(fields), costs=costs).stylize(content, style, start=start)
    return Stylizer(Settings.from_dict(fields), costs=costs).stylize(content, style)
