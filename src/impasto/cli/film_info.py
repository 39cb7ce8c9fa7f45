"""The part of `impasto info` for a painted film."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impasto.settings import Settings
from impasto.ui.formatting import as_option, as_text, command, operand
from impasto.ui.repeat_command import settings_words
from impasto.video.temporal import Temporal

FILM_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".avi", ".nut")


def read_film(path: Path) -> dict[str, Any]:
    """The metadata of a painted film; raises PictureError where there is none, SettingsError without the extra."""
    from impasto.cli.commands.video import check_installed

    check_installed()
    from impasto.video.write import read_film_metadata

    return read_film_metadata(path)


def film_rows(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rows that show a film's metadata: label and value."""
    settings, part = Settings.from_dict(metadata["settings"]), metadata["part"]
    own = [f"{name.replace('_', '-')} {as_text(value)}" for name, value in settings.changed().items()]
    rows = [
        ("size", f"{metadata['width']} x {metadata['height']} pixels"),
        ("frames", f"{metadata['painted']} of {metadata['frames']}"),
        ("film", _file(metadata["film"])),
        ("part", "; ".join(f"{name} {value:g}" for name, value in part.items() if value not in (None, 0.0))),
        *(("style", _file(one)) for one in metadata["styles"]),
        ("recipe", settings.recipe),
        ("changed", "; ".join(own) or "nothing, all as the recipe has it"),
        ("over time", "; ".join(metadata["keys"])),
        ("temporal", "; ".join(f"{n.replace('_', '-')} {one}" for n, one in metadata["temporal"].items())),
        ("versions", ", ".join(f"{name} {version}" for name, version in metadata["versions"].items())),
    ]
    return [(label, value) for label, value in rows if value]


def film_command(metadata: Mapping[str, Any], path: Path) -> str:
    """The command line that paints the film again, in the folder where everything is."""
    settings, plain = Settings.from_dict(metadata["settings"]), Temporal().as_dict()
    words = ["impasto", "video", operand(Path(metadata["film"]["name"]))]
    words += [operand(Path(one["name"])) + _weight(one) for one in metadata["styles"]]
    words += ["-o", operand(path)]
    for name, value in metadata["part"].items():
        if value is not None and value != {"from": 0.0, "every": 1}.get(name):
            words += [f"--{name}", f"{value:g}"]
    words += settings_words(settings)
    for name, value in metadata["temporal"].items():
        if value != plain[name]:
            words += ["--loop"] if name == "loop" else as_option(name, value)
    return command([*words, *(word for key in metadata["keys"] for word in ("--key", key))])


def _file(one: Mapping[str, Any]) -> str:
    return f"{one['name']}{_weight(one)} (sha256 {one['fingerprint'][:16]}...)"


def _weight(one: Mapping[str, Any]) -> str:
    return "" if one.get("weight", 1) == 1 else f":{one['weight']!r}"
