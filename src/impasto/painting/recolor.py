"""The photograph with the painting's colours, and no brushwork: nothing is painted, so it is done at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.images.io.read import read_picture
from impasto.images.resize import alpha_at
from impasto.inputs.color_transfer import recolored
from impasto.inputs.inputs import Guidance, Inputs, Source, read_inputs
from impasto.kernels.first_calls import settle_vector_functions
from impasto.painting.result import Result
from impasto.painting.scales import result_size
from impasto.settings import Settings
from impasto.version import __version__


def recolor(
    content: Source,
    style: Source,
    *,
    protect: Source | None = None,
    like: Source | None = None,
    **fields: Any,
) -> Result:
    """Give the photograph `content` the palette of `style`: mean and covariance of its colours in OKLab.

    Args:
        content: as for `Stylizer.paint`.
        style: as for `Stylizer.paint`; several styles are mixed by their weights.
        protect: a mask of what stays in its own colours, as far as the setting `protect_strength` says.
        like: another picture, whose palette is given that of `style`; the photograph's colours change as that one's
            do. So the frames of a film change alike. None: the photograph itself.
        fields: of `Settings`; size, bits and protect_strength matter. What else `Stylizer.paint` takes, such as masks,
            may be given too, as long as it is empty.

    Returns:
        The recoloured photograph, with an empty history.

    Raises:
        PictureError: a picture cannot be used.
        SettingsError: a setting cannot be used, or what only a painting uses is given.
    """
    for name in (*Guidance.names(), "costs", "adjustments", "resume"):
        _refuse(name, fields.pop(name, None))
    if not isinstance(fields.get("start"), str):
        _refuse("start", fields.pop("start", None))
    settings = Settings.from_dict({**fields, "colour": "only"})
    settle_vector_functions()
    inputs = read_inputs(content, style, guidance=Guidance(protect=protect))
    size = result_size(settings.size, inputs.content)
    other = None if like is None else read_picture(like, role="picture to change alike")
    return Result(
        image=recolored(inputs, size, settings.protect_strength, other),
        alpha=alpha_at(inputs.content, size),
        history=[],
        stopped="recoloured",
        seconds=0.0,
        settings=settings,
        weights={},
        metadata=_metadata(settings, inputs, size),
        pictures={"content": inputs.content, "style": inputs.styles[0].picture},
    )


def _metadata(settings: Settings, inputs: Inputs, size: tuple[int, int]) -> dict[str, Any]:
    described = inputs.described().items()
    return {
        "settings": settings.as_dict(),
        "width": size[1],
        "height": size[0],
        "inputs": {role: {**one, "name": Path(one["name"]).name} for role, one in described},
        "versions": {"impasto": __version__},
        "steps": 0,
        "stopped": "recoloured",
    }


def _refuse(name: str, value: Any) -> None:
    if value is not None and not (isinstance(value, Sequence) and not value):
        raise SettingsError(f"colour only paints nothing, so {name} would have no effect: omit it")
