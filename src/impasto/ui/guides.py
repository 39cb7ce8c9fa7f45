"""The masks and maps that say where what is painted: each stands here once, with its name and its help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from impasto.inputs.style_sources import numbered

Where = Mapping[str, Any]
"""The files that were given: a path, or several paths, by the argument of `Stylizer.paint` that takes them."""


@dataclass(frozen=True)
class GuideOption:
    """An option for a mask or a map.

    argument: of `Stylizer.paint`. role: the option's name, and that of the file in a picture's metadata.
    file: what messages call the file. several: whether the option may be given again.
    """

    argument: str
    role: str
    file: str
    metavar: str
    help: str
    several: bool = False

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return "--" + self.role.replace(" ", "-")


GUIDES = (
    GuideOption(
        "masks", "mask", "mask", "MASK", several=True,
        help="Where the style goes: a grey picture, white there; again for each further STYLE, in order.",
    ),
    GuideOption(
        "style_masks", "style mask", "style mask", "MASK", several=True,
        help="Which part of the style image is looked at; again for each --mask, or each STYLE, in order.",
    ),
    GuideOption(
        "regions", "regions", "map of regions", "MAP",
        help="Instead of masks: a map of the photograph, one colour a region; STYLEs go by reading order.",
    ),
    GuideOption(
        "style_regions", "style regions", "map of the style image's regions", "MAP",
        help="A map of the style image: each region learns from the part of its own colour.",
    ),
    GuideOption(
        "protect", "protect", "protect mask", "MASK",
        help="What stays as photographed, such as a face: a grey picture, white there.",
    ),
)  # fmt: skip


def given_guides(where: Where) -> list[tuple[GuideOption, int, Any]]:
    """Each file that was given: which of GUIDES it is, its number among those of its kind, from 0, and its path."""
    found = []
    for guide in (one for one in GUIDES if one.argument in where):
        files = where[guide.argument]
        several = files if isinstance(files, list | tuple) else [files]
        found += [(guide, i, path) for i, path in enumerate(several)]
    return found


def files_of(where: Where) -> dict[str, Any]:
    """Every mask and map, by what it is."""
    return {numbered(guide.file, i): path for guide, i, path in given_guides(where)}


def inputs_of(content: Any, styles: Sequence[tuple[Any, float]], start: Any, where: Where) -> dict[str, Any]:
    """The path of every picture that is read, by what it is; start: None where there is none."""
    found = {"content picture": content}
    found |= {numbered("style picture", i): path for i, (path, _) in enumerate(styles)}
    found |= {"start picture": start} if start else {}
    return found | files_of(where)
