"""The reusable object, and the one-shot function over it."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch

from impasto.costs.custom import CustomCost, checked_costs
from impasto.distributed.process_info import place
from impasto.errors import SettingsError
from impasto.inputs.inputs import Source, read_inputs
from impasto.kernels.threads import computing_with
from impasto.painting.checkpoint import Checkpoint
from impasto.painting.painting import Painting
from impasto.painting.result import Result
from impasto.settings import STARTS, Settings
from impasto.vgg.device import find_device
from impasto.vgg.vgg19 import VGG19

if TYPE_CHECKING:
    from impasto.distributed.group import Group

MORE_INPUTS = ("masks", "style_masks", "regions", "style_regions", "protect")
"""What goes into a painting beside the pictures, as arguments of `Stylizer.paint`."""


class Stylizer:
    """Paints pictures with one set of settings; the encoder is loaded once.

    encoder: one that is loaded already, to be used instead of what the settings name.
    costs: of your own, added to J; see `CustomCost`.
    Started by `torchrun`, it paints together with the other processes, each of which has to do the same: each owns
    some rows of every picture; see `distributed/`.
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
        self.settings, self._costs = settings or Settings(), checked_costs(costs)
        self._given = encoder is not None
        with computing_with(self.settings.threads):
            self.encoder = encoder or encoder_for(self.settings)
        self._group = None if place().alone else _join(self.encoder.device)

    @property
    def alone(self) -> bool:
        """Whether it paints in this process only, and not together with others."""
        return self._group is None

    def varied(self, settings: Settings) -> "Stylizer":
        """One with other settings that shares what is loaded: the encoder where it stays the same, or its weights.

        Raises what `Stylizer` raises.
        """
        other = Stylizer(settings, encoder=self._encoder_for(settings), costs=self._costs)
        other._given = self._given
        return other

    def _encoder_for(self, settings: Settings) -> VGG19:
        same_weights = settings.weights == self.settings.weights
        if self._given or (same_weights and _network(settings) == _network(self.settings)):
            return self.encoder
        weights = self.encoder.weights if same_weights else settings.weights
        return VGG19(weights, **_network(settings))

    def paint(
        self,
        content: Source,
        style: Source,
        *,
        start: Source | None = None,
        masks: Sequence[Source] = (),
        style_masks: Sequence[Source] = (),
        regions: Source | None = None,
        style_regions: Source | None = None,
        protect: Source | None = None,
        resume: Checkpoint | None = None,
    ) -> Painting:
        """Start (or go on with) a painting; nothing is computed before the first step is asked for.

        content: a path, PIL image, numpy array [H, W, 3] or tensor [3, H, W].
        style: likewise; several are blended: a list of them, or of pairs (source, weight), or a folder.
        start: a picture to start from, instead of what the settings say.
        masks: where the style goes, white there and black elsewhere: grey pictures of the photograph's shape, of any
            size. Region i takes style i, as strongly as its weight says, or all take the only one. What belongs to no
            region has no style cost, and stays near the photograph. They may not overlap, but for soft edges.
        style_masks: over the paintings: which part mask i learns from; without masks, which part of style i.
        regions: instead of masks a map of the photograph, one colour a region; see `images/masks/label_map.py`. Styles
            are taken in the order in which regions are met from the top left, or one by all.
        style_regions: the same of the only painting: each region learns from the part of its own colour.
        protect: a mask of what stays as photographed, as far as the setting `protect_strength` says.
        resume: a checkpoint of the same inputs and settings.
        Raises PictureError for a picture or mask that cannot be used; SettingsError for weights or numbers of masks
        that do not go together, and for a size that is too small for the layers; CheckpointError when the inputs or
        weights are not the checkpoint's.
        """
        reporting = nullcontext() if self._group is None else self._group.reporting()
        with reporting, computing_with(self.settings.threads):
            inputs = read_inputs(
                content,
                style,
                start=start if start is not None else self._start_file(),
                masks=masks,
                style_masks=style_masks,
                regions=regions,
                style_regions=style_regions,
                protect=protect,
            )
        return Painting(self.settings, self.encoder, inputs, resume, self._group, self._costs)

    def stylize(self, content: Source, style: Source, **more: Any) -> Result:
        """Paint to the end; `more`: as for `paint`."""
        painting = self.paint(content, style, **more)
        for _ in painting:
            pass
        return painting.result()

    def _start_file(self) -> str | None:
        if self.settings.start == "picture":
            raise SettingsError("start='picture' needs the picture: give its path, or start=... in Python")
        return None if self.settings.start in STARTS else self.settings.start


def encoder_for(settings: Settings) -> VGG19:
    """The network as the settings want it; raises as `Stylizer`."""
    return VGG19(settings.weights, **_network(settings))


def _network(settings: Settings) -> dict[str, Any]:
    """What of the settings, beside the weights, makes the encoder another one."""
    return {
        "pooling": "max" if settings.pooling == "max" else "average",
        "border": "replicate" if settings.border == "replicate" else "zeros",
        "convolution": settings.convolution,
        "device": _own_device(find_device(settings.device)),
        "precision": settings.precision,
    }


def _own_device(device: torch.device) -> torch.device:
    """Of several processes on a machine with several GPUs each takes another one, when the settings name none."""
    here = place()
    if here.alone or device.type != "cuda" or device.index is not None:
        return device
    return torch.device("cuda", here.local % torch.cuda.device_count())


def _join(device: torch.device) -> "Group":
    from impasto.distributed.group import join

    return join(place(), device)


def stylize(content: Source, style: Source, *, costs: Sequence[CustomCost] = (), **fields: Any) -> Result:
    """Paint the photograph `content` in the manner of the painting `style`, or of several.

    content, style: as for `Stylizer.paint`.
    costs: of your own, added to J; see `CustomCost`.
    fields: those of `Settings`, and what `Stylizer.paint` takes: masks, style_masks, regions, style_regions, protect;
        `start` may be a picture, too.
    Raises what `Settings`, `Stylizer` and `Stylizer.paint` raise.
    """
    more = {name: fields.pop(name) for name in MORE_INPUTS if name in fields}
    start = fields.get("start")
    if start is not None and not isinstance(start, str):
        more["start"] = fields.pop("start")
    return Stylizer(Settings.from_dict(fields), costs=costs).stylize(content, style, **more)
