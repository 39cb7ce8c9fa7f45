"""The reusable object, and the one-shot function over it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from impasto.costs.custom import CustomCost, check_costs
from impasto.costs.image_cost import ImageCost
from impasto.distributed.partition import WHOLE, Partition
from impasto.errors import SettingsError
from impasto.inputs.inputs import Guidance, Inputs, Source, Style, read_inputs, read_styles
from impasto.kernels.threads import computing_with
from impasto.objective.encode_style import StyleEncodings
from impasto.painting.adjust import read_adjustments
from impasto.painting.checkpoint import Checkpoint
from impasto.painting.painting import Painting
from impasto.painting.recolor import check_paints, recolor
from impasto.painting.result import Result
from impasto.settings import STARTS, Settings
from impasto.vgg.device import find_device
from impasto.vgg.vgg19 import VGG19


@dataclass(frozen=True, eq=False)
class EncodedStyle:
    """Style images whose encodings are kept; `Stylizer.encode_style` makes it, `Stylizer.paint` takes it as style."""

    styles: tuple[Style, ...]
    encodings: StyleEncodings


class Stylizer:
    """Paints pictures with one set of settings; the encoder is loaded once.

    encoder: one that is loaded already, to be used instead of what the settings name.
    costs: of your own, added to J; see `CustomCost` and `ImageCost`.
    partition: how every picture is shared out among processes, such as `join_torchrun()`; each process has to do the
        same. Left out, this process paints alone, whatever started it.
    Raises SettingsError when the device is not there or does not compute in the precision, or a cost is none;
    WeightsError when the weights cannot be used.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        encoder: VGG19 | None = None,
        costs: Sequence[CustomCost | ImageCost] = (),
        partition: Partition = WHOLE,
    ):
        self.settings, self._partition = settings or Settings(), partition
        check_costs(costs)
        self._costs = tuple(costs)
        self._given = encoder is not None
        with computing_with(self.settings.threads):
            self.encoder = encoder or encoder_for(self.settings, partition)

    @property
    def alone(self) -> bool:
        """Whether it paints in this process only, and not together with others."""
        return self._partition.size == 1

    def varied(self, settings: Settings) -> "Stylizer":
        """One with other settings that shares what is loaded: the encoder where it stays the same, or its weights.

        Raises what `Stylizer` raises.
        """
        encoder = self._encoder_for(settings)
        other = Stylizer(settings, encoder=encoder, costs=self._costs, partition=self._partition)
        other._given = self._given
        return other

    def _encoder_for(self, settings: Settings) -> VGG19:
        same_weights = settings.weights == self.settings.weights
        if self._given or (same_weights and self._network(settings) == self._network(self.settings)):
            return self.encoder
        weights = self.encoder.weights if same_weights else settings.weights
        return VGG19(weights, **self._network(settings))

    def _network(self, settings: Settings) -> dict[str, Any]:
        return network_of(settings, self._partition)

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
        costs: Sequence[CustomCost | ImageCost] = (),
        adjustments: Sequence[Any] = (),
        resume: Checkpoint | None = None,
    ) -> Painting:
        """Start (or go on with) a painting: read and check the pictures, and plan it. `for step in painting` paints.

        Where the setting `colour` asks for it, whole pictures are recoloured here.

        content: a path, PIL image, numpy array [H, W, 3] or tensor [3, H, W].
        style: likewise; several are blended: a list of them, or of pairs (source, weight), or a folder; or what
            `encode_style` made.
        start: a picture to start from, instead of what the settings say; the setting `start_scale` says at which scale.
        masks: where the style goes, white there and black elsewhere: grey pictures of the photograph's shape, of any
            size. Region i takes style i, as strongly as its weight says, or all take the only one. What belongs to no
            region has no style cost, and stays near the photograph. They must not overlap, except at soft edges.
        style_masks: over the style images: which part mask i learns from; without masks, which part of style i.
        regions: instead of masks a map of the photograph, one colour a region; see `images/masks/label_map.py`. Styles
            are taken in the order in which regions are met from the top left, or one by all.
        style_regions: the same of the only style image: each region learns from the part of its own colour.
        protect: a mask of what stays as photographed, as far as the setting `protect_strength` says.
        costs: of your own, for this painting, besides those of the Stylizer.
        adjustments: changes of weights on the way, as (number of steps, {name: value}); see `Painting.adjust`, and
            "adjustments" in a picture's metadata. A painting that goes on has its checkpoint's instead.
        resume: a checkpoint of the same inputs and settings.
        Raises PictureError for a picture or mask that cannot be used; SettingsError for weights or numbers of masks
        that do not go together, and for a size that is too small for the layers; CheckpointError when the inputs or
        weights are not the checkpoint's.
        """
        check_paints(self.settings)
        own, image_costs = check_costs([*self._costs, *costs])
        with self._partition.reporting(), computing_with(self.settings.threads):
            inputs = read_inputs(
                content,
                style.styles if isinstance(style, EncodedStyle) else style,
                start=start if start is not None else self._start_file(),
                guidance=Guidance(masks, style_masks, regions, style_regions, protect),
            )
        return Painting(
            self.settings,
            self.encoder,
            inputs,
            resume,
            self._partition,
            own,
            image_costs,
            read_adjustments(adjustments),
            style.encodings if isinstance(style, EncodedStyle) else None,
        )

    def encode_style(self, style: Source, *, size: int | None = None) -> EncodedStyle:
        """Read a style, or several, whose encodings are kept: given to `paint`, they are not encoded again.

        Encodings are kept by size and layers, up to `objective/encode_style.py`'s KEPT_BYTES, which the memory plan
        counts; the results are the same to the bit.

        style: as for `paint`. size: long side of the result for which the style is encoded now, in pixels; None for the
        setting `size`. Where that names none, or `colour` is not "painting", the first painting encodes it.
        Raises what `paint` raises for a style.
        """
        encoded = EncodedStyle(read_styles(style), StyleEncodings())
        size = size or self.settings.size
        if size is None or self.settings.colour != "painting":
            return encoded
        # A canvas's long side alone decides how large the style is beside it, so any content will do.
        inputs = Inputs(content=encoded.styles[0].picture, styles=encoded.styles)
        settings = replace(self.settings, size=size)
        painting = Painting(
            settings, self.encoder, inputs, partition=self._partition, styles=encoded.encodings
        )
        painting.encode_styles()
        return encoded

    def stylize(self, content: Source, style: Source, **more: Any) -> Result:
        """Paint to the end; `more`: as for `paint`. With the setting colour="only", see `recolor`."""
        if self.settings.colour == "only":
            return recolor(content, style, protect=more.get("protect"), **self.settings.changed())
        painting = self.paint(content, style, **more)
        for _ in painting:
            pass
        return painting.result()

    def _start_file(self) -> str | None:
        if self.settings.start == "picture":
            raise SettingsError("start='picture' needs the picture: give its path, or start=... in Python")
        return None if self.settings.start in STARTS else self.settings.start


def encoder_for(settings: Settings, partition: Partition = WHOLE) -> VGG19:
    """The network as the settings want it; raises what `Stylizer` raises."""
    return VGG19(settings.weights, **network_of(settings, partition))


def network_of(settings: Settings, partition: Partition) -> dict[str, Any]:
    """What of the settings, besides the weights, makes the encoder another one."""
    return {
        "pooling": "max" if settings.pooling == "max" else "average",
        "border": "replicate" if settings.border == "replicate" else "zeros",
        "convolution": settings.convolution,
        "device": _own_device(find_device(settings.device), partition),
        "precision": settings.precision,
    }


def _own_device(device: torch.device, partition: Partition) -> torch.device:
    """Of several processes on a machine with several GPUs each takes another one, when the settings name none."""
    if partition.size == 1 or device.type != "cuda" or device.index is not None:
        return device
    return torch.device("cuda", partition.local_rank % torch.cuda.device_count())


def stylize(
    content: Source, style: Source, *, costs: Sequence[CustomCost | ImageCost] = (), **fields: Any
) -> Result:
    """Paint the photograph `content` in the manner of the painting `style`, or of several.

    content, style: as for `Stylizer.paint`.
    costs: of your own, added to J; see `CustomCost` and `ImageCost`.
    fields: those of `Settings`, and what `Stylizer.paint` takes: masks, style_masks, regions, style_regions, protect;
        `start` may be a picture, too.
    Raises what `Settings`, `Stylizer` and `Stylizer.paint` raise.
    """
    more = {name: fields.pop(name) for name in Guidance.names() if name in fields}
    start = fields.get("start")
    if start is not None and not isinstance(start, str):
        more["start"] = fields.pop("start")
    return Stylizer(Settings.from_dict(fields), costs=costs).stylize(content, style, **more)
