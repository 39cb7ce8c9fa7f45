"""The reusable object, and the one-shot function over it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
from impasto.objective.scale_setup import KnownNeighbours
from impasto.painting.adjust import read_adjustments
from impasto.painting.checkpoint import Checkpoint
from impasto.painting.painting import Painting
from impasto.painting.recolor import recolor
from impasto.painting.result import Result
from impasto.settings import STARTS, Settings
from impasto.vgg.device import find_device, quickest
from impasto.vgg.vgg19 import VGG19
from impasto.vgg.weights import Weights


@dataclass(frozen=True, eq=False)
class EncodedStyle:
    """Style images with their encodings; `Stylizer.encode_style` makes it, `Stylizer.paint` takes it as style."""

    styles: tuple[Style, ...]
    encodings: StyleEncodings


class Stylizer:
    """An object that paints any number of pictures with one set of settings, and loads the encoder once.

    Args:
        settings: None stands for `Settings()`.
        encoder: a loaded one, to be used instead of what the settings name.
        costs: costs of your own, added to J; see `CustomCost` and `ImageCost`.
        partition: how every picture is shared out among processes, such as `join_torchrun()`; each process has to do
            the same. By default this process paints alone, whatever started it.

    Raises:
        SettingsError: the device is missing or does not compute in the precision, or a cost is not one.
        WeightsError: the weights cannot be used.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        encoder: VGG19 | None = None,
        costs: Sequence[CustomCost | ImageCost] = (),
        partition: Partition = WHOLE,
    ):
        asked = settings or Settings()
        self.settings, self._partition = with_precision(asked), partition
        self._notes = [] if encoder else _precision_note(asked, self.settings)
        check_costs(costs)
        self._costs = tuple(costs)
        self._given = encoder is not None
        with computing_with(self.settings.threads):
            self.encoder = encoder or encoder_for(self.settings, partition)

    @property
    def alone(self) -> bool:
        """Whether this process paints by itself, and not together with others."""
        return self._partition.size == 1

    def varied(self, settings: Settings) -> "Stylizer":
        """A Stylizer with other settings that shares the encoder where it stays the same, and otherwise its weights.

        Raises:
            SettingsError, WeightsError: as `Stylizer`.
        """
        encoder = self._encoder_for(with_precision(settings))
        other = Stylizer(settings, encoder=encoder, costs=self._costs, partition=self._partition)
        other._given = self._given
        other._notes = [] if self._given else _precision_note(settings, other.settings)
        return other

    def _encoder_for(self, settings: Settings) -> VGG19:
        same_weights = settings.weights == self.settings.weights
        networks = [network_of(one, self._partition) for one in (settings, self.settings)]
        if self._given or (same_weights and networks[0] == networks[1]):
            return self.encoder
        return encoder_for(settings, self._partition, self.encoder.weights if same_weights else None)

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
        neighbours: KnownNeighbours = (),
    ) -> Painting:
        """Begin a painting, or go on with one: read and check the pictures, and plan it. `for step in painting` paints.

        Unless the setting `colour` is "painting", whole pictures are recoloured here, before the first step.

        Args:
            content: a path, PIL image, numpy array [H, W, 3] or tensor [3, H, W].
            style: likewise. Several are blended: a list of them, or of pairs (source, weight), or a folder. Or what
                `encode_style` made.
            start: a picture to start from, instead of what the settings say. The setting `start_scale` says at which
                scale it enters.
            masks: where the style goes, white there and black elsewhere: grey pictures of the photograph's shape, of
                any size. Region i takes style i, as strongly as its weight says, or all regions take the only style.
                What belongs to no region has no style cost, and stays near the photograph. Masks must not overlap,
                except at soft edges.
            style_masks: masks over the style images: which part mask i learns from; without masks, which part of
                style i counts.
            regions: a map of the photograph instead of masks, one colour a region; see `images/label_map.py`.
                Styles are taken in the order in which regions are met from the top left, or one by all.
            style_regions: a map of the only style image: each region learns from the part of its own colour.
            protect: a mask of what stays as photographed, as far as the setting `protect_strength` says.
            costs: costs of your own for this painting, in addition to those of the Stylizer.
            adjustments: changes of weights on the way, as (number of steps, {name: value}); see `Painting.adjust`, and
                "adjustments" in a picture's metadata. A painting that goes on has its checkpoint's instead.
            resume: a checkpoint of the same inputs and settings.
            neighbours: what `Painting.neighbours` gave, of a painting of the same styles, regions and size, moved to
                where each place is now; -1 where they are to be searched. They hold at the last scale. For one process.

        Raises:
            PictureError: a picture or mask cannot be used.
            SettingsError: weights or numbers of masks do not match, the size is too small for the layers, no layout
                fits into the memory, or `colour` is "only", which `impasto.recolor` does.
            CheckpointError: the inputs, settings, costs or weights are not the checkpoint's.
        """
        if not self.settings.paints:
            raise SettingsError(
                'colour="only" paints nothing: use impasto.recolor, or `impasto recolor` on the command line'
            )
        own, image_costs = check_costs([*self._costs, *costs])
        with self._partition.reporting(), computing_with(self.settings.threads):
            inputs = read_inputs(
                content,
                style.styles if isinstance(style, EncodedStyle) else style,
                start=start if start is not None else self._start_file(),
                guidance=Guidance(masks, style_masks, regions, style_regions, protect),
            )
        painting = Painting(
            self.settings,
            self.encoder,
            inputs,
            resume,
            self._partition,
            own,
            image_costs,
            read_adjustments(adjustments),
            style.encodings if isinstance(style, EncodedStyle) else None,
            neighbours,
        )
        painting.notes = [*self._notes, *painting.notes]
        return painting

    def encode_style(self, style: Source, *, size: int | None = None) -> EncodedStyle:
        """Read a style, or several, and cache their encodings, so that `paint` need not make them again.

        Encodings are cached by size and layers, up to `objective/encode_style.py`'s CACHE_BYTES, which the memory plan
        counts. The pictures are the same to the bit.

        Args:
            style: as for `paint`.
            size: long side, in pixels, of the result for which the style is encoded now; None for the setting `size`.
                Where that is None as well, or `colour` is not "painting", the first painting encodes the style.

        Returns:
            What `paint` and `stylize` take as style.

        Raises:
            PictureError, SettingsError: as `paint`, for a style.
        """
        encoded = EncodedStyle(read_styles(style), StyleEncodings())
        size = size or self.settings.size
        if size is None or self.settings.colour != "painting":
            return encoded
        # A canvas's long side alone decides how large the style is encoded, so any content will do.
        inputs = Inputs(content=encoded.styles[0].picture, styles=encoded.styles)
        settings = replace(self.settings, size=size)
        painting = Painting(
            settings, self.encoder, inputs, partition=self._partition, styles=encoded.encodings
        )
        painting.encode_styles()
        return encoded

    def stylize(self, content: Source, style: Source, **more: Any) -> Result:
        """Paint to the end; with the setting colour="only", do what `recolor` does.

        Args:
            content: as for `paint`.
            style: as for `paint`.
            more: what else `paint` takes.

        Returns:
            The picture, at the size of the result.

        Raises:
            ImpastoError: as `paint`, and CostError where the cost is not a finite number.
        """
        if not self.settings.paints:
            return recolor(content, style, **{**self.settings.changed(), **more})
        painting = self.paint(content, style, **more)
        for _ in painting:
            pass
        return painting.result()

    def _start_file(self) -> str | None:
        if self.settings.start == "picture":
            raise SettingsError("start='picture' needs the picture: give its path, or start=... in Python")
        return None if self.settings.start in STARTS else self.settings.start


_make_encoder: ContextVar[Callable[..., VGG19]] = ContextVar("make_encoder", default=VGG19)


@contextmanager
def encoders_made_by(make: Callable[..., VGG19]) -> Iterator[None]:
    """Within this block, in this thread, the network that settings name is made by `make`, called as VGG19 is.

    So a small network, which answers in milliseconds, can stand in for VGG-19 in tests.
    """
    token = _make_encoder.set(make)
    try:
        yield
    finally:
        _make_encoder.reset(token)


def encoder_for(settings: Settings, partition: Partition = WHOLE, weights: Weights | None = None) -> VGG19:
    """The network that the settings name, with these weights instead of theirs; raises what `Stylizer` raises."""
    return _make_encoder.get()(weights or settings.weights, **network_of(settings, partition))


def with_precision(settings: Settings) -> Settings:
    """The settings with the precision that "auto" stands for on their device.

    Metadata and checkpoints have the precision itself: another machine would choose another one.
    """
    if settings.precision != "auto":
        return settings
    return replace(settings, precision=quickest(find_device(settings.device)))


def _precision_note(asked: Settings, settings: Settings) -> list[str]:
    chosen = asked.precision == "auto" and settings.precision != "float32"
    return (
        [f"precision auto: it is painted in {settings.precision}, which is quickest here"] if chosen else []
    )


def network_of(settings: Settings, partition: Partition) -> dict[str, Any]:
    """The arguments of VGG19, in addition to the weights, that the settings decide."""
    return {
        "pooling": "max" if settings.pooling == "max" else "average",
        "border": "replicate" if settings.border == "replicate" else "zeros",
        "convolution": settings.convolution,
        "device": _own_device(find_device(settings.device), partition),
        "precision": settings.precision,
    }


def _own_device(device: torch.device, partition: Partition) -> torch.device:
    """The device of this process: each of several on one machine gets another GPU, unless the settings name one."""
    if partition.size == 1 or device.type != "cuda" or device.index is not None:
        return device
    return torch.device("cuda", partition.local_rank % torch.cuda.device_count())


def stylize(
    content: Source, style: Source, *, costs: Sequence[CustomCost | ImageCost] = (), **fields: Any
) -> Result:
    """Paint the photograph `content` in the manner of the painting `style`, or of several.

    Args:
        content: as for `Stylizer.paint`.
        style: as for `Stylizer.paint`.
        costs: costs of your own, added to J; see `CustomCost` and `ImageCost`.
        fields: those of `Settings`, and of what `Stylizer.paint` takes masks, style_masks, regions, style_regions and
            protect. `start` may be a picture, too.

    Returns:
        The picture, at the size of the result.

    Raises:
        ImpastoError: as `Settings`, `Stylizer` and `Stylizer.stylize`.
    """
    more = {name: fields.pop(name) for name in Guidance.names() if name in fields}
    start = fields.get("start")
    if start is not None and not isinstance(start, str):
        more["start"] = fields.pop("start")
    return Stylizer(Settings.from_dict(fields), costs=costs).stylize(content, style, **more)
