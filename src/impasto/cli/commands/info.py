"""`impasto info`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.film_info import FILM_SUFFIXES, film_command, film_rows, read_film
from impasto.cli.messages import say, say_rows
from impasto.errors import PictureError, SettingsError
from impasto.settings import Settings
from impasto.ui.formatting import as_text, command, operand
from impasto.ui.repeat_command import adjustment_texts, repeat_command, style_words

ON_THE_SCREEN = Path("-")


def info(output: p.Painted, as_json: p.Json = False, toml: p.Toml = None, force: p.Force = False) -> int:
    """Say how a picture was painted: what it carries inside it, and the command that makes it again."""
    if as_json and toml:
        raise SettingsError("--json and --toml are two ways to show the same: give one of them")
    film = output.suffix.lower() in FILM_SUFFIXES
    metadata = read_film(output) if film else impasto.read_metadata(output)
    if as_json:
        say(json.dumps(metadata, indent=2))
    elif toml:
        with _readable(output):
            settings = Settings.from_dict(metadata["settings"])
        _show_settings(settings, toml, force)
    else:
        with _readable(output):
            rows = film_rows(metadata) if film else _rows(metadata)
            again = film_command(metadata, output) if film else repeat_command(metadata, output)
        _show(output, rows, again)
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
    settings = Settings.from_dict(metadata["settings"])
    own = [f"{name.replace('_', '-')} {as_text(value)}" for name, value in settings.changed().items()]
    weights = metadata.get("weights")  # only colours taken: none were used
    costs = metadata.get("costs")
    inputs = metadata["inputs"].items()
    rows = [
        ("size", f"{metadata['width']} x {metadata['height']} pixels"),
        ("recipe", settings.recipe),
        ("changed", "; ".join(own) or "nothing, all as the recipe has it"),
        ("adjusted", "; ".join(adjustment_texts(metadata.get("adjustments", [])))),
        ("seed", str(settings.seed)),
        ("steps", f"{metadata['steps']}, {metadata['stopped']}"),
        ("custom costs", f"{'; '.join(costs)}; they can be given in Python only" if costs else ""),
        *((role, f"{style_words(one)} {_short(one['fingerprint'])}") for role, one in inputs),
        ("weights", f"{weights['source']} {_short(weights['checksum'])}" if weights else ""),
        ("licence", weights["licence"] if weights else ""),
        ("versions", ", ".join(f"{name} {version}" for name, version in metadata["versions"].items())),
    ]
    return [(label, value) for label, value in rows if value]


def _short(checksum: str) -> str:
    """Enough of a checksum to tell files apart; --json has all of it."""
    return f"(sha256 {checksum[:16]}...)"
