"""The photograph with the painting's colours, and no brushwork: nothing is painted, so it is done at once."""

from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.images.io.read import read_picture
from impasto.images.resize.resize import alpha_at
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
        protect: a mask of what keeps its own colours, as far as the setting `protect_strength` says.
        like: another picture, whose palette is given that of `style`; the photograph's colours change as that one's
            do. So the frames of a film change alike. None: the photograph itself.
        fields: of `Settings`; size, bits and protect_strength matter.

    Returns:
        The recoloured photograph, with an empty history.

    Raises:
        PictureError: a picture cannot be used.
        SettingsError: a setting cannot be used.
    """
    settings = Settings.from_dict({**fields, "colour": "only"})
    settle_vector_functions()
    inputs = read_inputs(content, style, guidance=Guidance(protect=protect))
    size = result_size(settings.size, inputs.content)
    return Result(
        image=recolored(
            inputs,
            size,
            settings.protect_strength,
            None if like is None else read_picture(like, role="picture to change alike"),
        ),
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


def check_paints(settings: Settings) -> None:
    """Raises SettingsError when nothing would be painted."""
    if settings.colour == "only":
        raise SettingsError(
            'colour="only" paints nothing: use impasto.recolor, or `impasto recolor` on the command line'
        )
