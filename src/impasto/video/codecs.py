"""The kinds of films that are written: how their pictures are coded, and which files hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from impasto.errors import SettingsError

FOLDER = "png"


@dataclass(frozen=True)
class Codec:
    """A codec.

    encoder: FFmpeg's name. suffixes: files that hold it, the usual one first. pixels: its pixel format; odd: that for
    frames with an odd side, where colour cannot be halved; clear: that with alpha, None where it has none.
    options: for the encoder. rgb: whether it codes RGB, and not YCbCr.
    """

    name: str
    encoder: str
    suffixes: tuple[str, ...]
    pixels: str
    odd: str
    clear: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    rgb: bool = False


CODECS = {
    one.name: one
    for one in (
        # Quality at which brush strokes survive; files are some four times as large as those of a camera.
        Codec("h264", "libx264", (".mp4", ".mov", ".mkv", ".m4v"), "yuv420p", "yuv444p", None,
              {"crf": "16", "preset": "medium"}),
        Codec("prores", "prores_ks", (".mov", ".mkv"), "yuv422p10le", "yuv444p10le", "yuva444p10le",
              {"profile": "auto", "vendor": "apl0"}),
        Codec("ffv1", "ffv1", (".mkv", ".avi", ".nut"), "bgr0", "bgr0", "bgra",
              {"level": "3", "slicecrc": "1"}, rgb=True),
    )
}  # fmt: skip
"""Every kind of film file, by its name; a folder of PNGs is "png"."""
NAMES = (*CODECS, FOLDER)


def codec_of(path: Path, name: str | None) -> Codec | None:
    """How the film at `path` is coded; None for a folder of PNGs.

    name: of NAMES; None for H.264, or a folder where the path has no suffix.

    Raises:
        SettingsError: an unknown name, or a file that does not hold that kind.
    """
    if name is not None and name not in NAMES:
        raise SettingsError(f"codec is {name!r}; expected one of {', '.join(NAMES)}")
    if name == FOLDER or (name is None and not path.suffix):
        if path.suffix:
            raise SettingsError(
                f"'{path}': codec png writes a folder of pictures: give a name without {path.suffix}"
            )
        return None
    codec = CODECS[name or "h264"]
    if path.suffix.lower() not in codec.suffixes:
        kinds = ", ".join(codec.suffixes)
        raise SettingsError(
            f"'{path}' does not hold codec {codec.name}: end it in {kinds}, or give a name without an end for a folder "
            "of PNGs"
        )
    return codec
