"""`impasto info`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.commands.video import check_installed
from impasto.cli.messages import say, say_rows
from impasto.errors import PictureError, SettingsError
from impasto.settings import Settings
from impasto.ui.commands import (
    adjustment_texts,
    as_option,
    changed_text,
    command,
    operand,
    repeat_command,
    settings_words,
    style_words,
)
from impasto.video.temporal import Temporal

ON_THE_SCREEN = Path("-")
FILM_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".avi", ".nut")


def info(output: p.Painted, as_json: p.Json = False, toml: p.Toml = None, force: p.Force = False) -> int:
    """Say how a picture was painted: what it carries inside it, and the command that makes it again."""
    if as_json and toml:
        raise SettingsError("--json and --toml are two ways to show the same: give one of them")
    film = output.suffix.lower() in FILM_SUFFIXES
    metadata = _film_metadata(output) if film else impasto.read_metadata(output)
    if as_json:
        say(json.dumps(metadata, indent=2))
    elif toml:
        with _readable(output):
            settings = Settings.from_dict(metadata["settings"])
        _show_settings(settings, toml, force)
    else:
        with _readable(output):
            rows = _film_rows(metadata) if film else _rows(metadata)
            again = _film_command(metadata, output) if film else repeat_command(metadata, output)
        _show(output, [(label, value) for label, value in rows if value], again)
    return 0


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Reading metadata of this version. Raises PictureError: it is another's."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, SettingsError) as error:
        raise PictureError(
            f"'{path}' was painted by another version of impasto, whose metadata is different ({error}): "
            "see all of it with --json"
        ) from None


def _show_settings(settings: Settings, toml: Path, force: bool) -> None:
    if toml == ON_THE_SCREEN:
        from impasto.settings.toml_file import settings_as_toml

        say(settings_as_toml(settings).rstrip("\n"))
        return
    impasto.write_settings(toml, settings, overwrite=force)
    say(f"The settings are in {toml}. Change them in an editor, and paint with:")
    words = ["impasto", "stylize", "PHOTO", "PAINTING", "-o", "RESULT.png", "--settings", operand(toml)]
    say(f"  {command(words)}")


def _show(path: Path, rows: list[tuple[str, str]], again: str) -> None:
    say(str(path))
    say_rows(rows, "  ")
    say()
    say("The command that makes it again:")
    say(f"  {again}")


def _rows(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rows that show a picture's metadata: label and value, "" where there is nothing to show."""
    settings = Settings.from_dict(metadata["settings"])
    weights = metadata.get("weights")  # only colours taken: none were used
    costs = metadata.get("costs")
    inputs = metadata["inputs"].items()
    return [
        ("size", f"{metadata['width']} x {metadata['height']} pixels"),
        ("recipe", settings.recipe),
        ("changed", changed_text(settings)),
        ("adjusted", "; ".join(adjustment_texts(metadata.get("adjustments", [])))),
        ("seed", str(settings.seed)),
        ("steps", f"{metadata['steps']}, {metadata['stopped']}"),
        ("custom costs", f"{'; '.join(costs)}; they can be given in Python only" if costs else ""),
        *((role, f"{style_words(one)} {_short(one['fingerprint'])}") for role, one in inputs),
        ("weights", f"{weights['source']} {_short(weights['checksum'])}" if weights else ""),
        ("licence", weights["licence"] if weights else ""),
        ("versions", _versions(metadata)),
    ]


def _film_metadata(path: Path) -> dict[str, Any]:
    """The metadata of a painted film; raises PictureError where there is none, SettingsError without the extra."""
    check_installed()
    from impasto.video.write import read_film_metadata

    return read_film_metadata(path)


def _film_rows(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rows that show a film's metadata, as `_rows` does a picture's."""
    settings, part = Settings.from_dict(metadata["settings"]), metadata["part"]
    return [
        ("size", f"{metadata['width']} x {metadata['height']} pixels"),
        ("frames", f"{metadata['painted']} of {metadata['frames']}"),
        ("film", _file(metadata["film"])),
        ("part", "; ".join(f"{name} {value:g}" for name, value in part.items() if value not in (None, 0.0))),
        *(("style", _file(one)) for one in metadata["styles"]),
        ("recipe", settings.recipe),
        ("changed", changed_text(settings)),
        ("over time", "; ".join(metadata["keys"])),
        ("temporal", "; ".join(f"{n.replace('_', '-')} {one}" for n, one in metadata["temporal"].items())),
        ("versions", _versions(metadata)),
    ]


def _film_command(metadata: Mapping[str, Any], path: Path) -> str:
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
    return f"{one['name']}{_weight(one)} {_short(one['fingerprint'])}"


def _weight(one: Mapping[str, Any]) -> str:
    """A style's weight in a film, as it is typed after the name; nothing for 1."""
    return "" if one.get("weight", 1) == 1 else f":{one['weight']!r}"


def _short(checksum: str) -> str:
    """Enough of a checksum to tell files apart; --json has all of it."""
    return f"(sha256 {checksum[:16]}...)"


def _versions(metadata: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in metadata["versions"].items())
