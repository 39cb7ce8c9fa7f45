"""The reusable object, and the one-shot function over it."""

from typing import Any

import torch

from impasto.checkpoint import Checkpoint
from impasto.encoder.vgg19 import VGG19
from impasto.errors import SettingsError
from impasto.images.files import read_picture
from impasto.painting import Painting
from impasto.result import Result
from impasto.settings import STARTS, Settings

Source = object
"""A path, PIL image, numpy array [H, W, 3] or tensor [3, H, W]; `read_picture` says what of each is taken."""


class Stylizer:
    """Paints pictures with one set of settings; the encoder is loaded once.

    encoder: one that is loaded already, to be used instead of what the settings name.
    Raises SettingsError when the device is not there, WeightsError when the weights cannot be used.
    """

    def __init__(self, settings: Settings | None = None, *, encoder: VGG19 | None = None):
        self.settings = settings or Settings()
        self.encoder = encoder or VGG19(
            self.settings.weights,
            pooling="max" if self.settings.pooling == "max" else "average",
            border="replicate" if self.settings.border == "replicate" else "zeros",
            convolution=self.settings.convolution,
            device=_device(self.settings.device),
        )

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
        pictures = {
            "content": read_picture(content, role="content picture"),
            "style": read_picture(style, role="style picture"),
        }
        start = start if start is not None else self._start_file()
        if start is not None:
            pictures["start"] = read_picture(start, role="start picture")
        return Painting(self.settings, self.encoder, pictures, resume)

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


def stylize(content: Source, style: Source, **fields: Any) -> Result:
    """Paint the photograph `content` in the manner of the painting `style`.

    content, style: paths, PIL images, numpy arrays [H, W, 3] or tensors [3, H, W].
    fields: those of `Settings`; `start` may be a picture, too.
    Raises what `Settings`, `Stylizer` and `Stylizer.paint` raise.
    """
    start = fields.get("start")
    if start is not None and not isinstance(start, str):
        fields = {name: value for name, value in fields.items() if name != "start"}
        return Stylizer(Settings.from_dict(fields)).stylize(content, style, start=start)
    return Stylizer(Settings.from_dict(fields)).stylize(content, style)


def _device(name: str) -> torch.device:
    """The device that is meant; CUDA and MPS are only asked about when they are wanted."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind = name.split(":")[0]
    there = kind == "cpu" or (torch.cuda if kind == "cuda" else torch.backends.mps).is_available()
    if not there:
        raise SettingsError(f"there is no {name} device here; use --device cpu or auto")
    return torch.device(name)
