"""The masks and maps that say where what is painted: each stands here once, with its name and its help."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guide:
    """One of these options.

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
    Guide(
        "masks", "mask", "mask", "MASK", several=True,
        help="Where the style goes: a grey picture, white there; again for each further STYLE, in order.",
    ),
    Guide(
        "style_masks", "style mask", "style mask", "MASK", several=True,
        help="Which part of the style image is looked at; again for each --mask, or each STYLE, in order.",
    ),
    Guide(
        "regions", "regions", "map of regions", "MAP",
        help="Instead of masks: a map of the photograph, one colour a region; STYLEs go by reading order.",
    ),
    Guide(
        "style_regions", "style regions", "map of the style image's regions", "MAP",
        help="A map of the style image: each region learns from the part of its own colour.",
    ),
    Guide(
        "protect", "protect", "protect mask", "MASK",
        help="What stays as photographed, such as a face: a grey picture, white there.",
    ),
)  # fmt: skip
