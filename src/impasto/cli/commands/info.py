"""`impasto info`."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import impasto
from impasto.cli import adjust
from impasto.cli import parameters as p
from impasto.cli.film_info import FILM_SUFFIXES, film_command, film_rows, read_film
from impasto.cli.guidance import GUIDES
from impasto.cli.messages import as_option, as_text, command, operand, say
from impasto.errors import PictureError, SettingsError
from impasto.settings import Settings

ON_THE_SCREEN = Path("-")


def info(output: p.Painted, as_json: p.Json = False, toml: p.Toml = None, force: p.Force = False) -> int:
    """Say how a picture was painted: what it carries inside it, and the command that makes it again."""
    if as_json and toml:
        raise SettingsError("--json and --toml are two ways to show the same: give one of them")
    film = output.suffix.lower() in FILM_SUFFIXES
    recipe = read_film(output) if film else impasto.read_metadata(output)
    if as_json:
        say(json.dumps(recipe, indent=2))
    elif toml:
        with _readable(output):
            settings = Settings.from_dict(recipe["settings"])
        _show_settings(settings, toml, force)
    else:
        with _readable(output):
            rows = film_rows(recipe) if film else _rows(recipe)
            again = film_command(recipe, output) if film else again_command(recipe, output)
        _show(output, rows, again)
    return 0


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Reading a recipe of this version.

    Raises:
        PictureError: it is another's.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, SettingsError) as error:
        raise PictureError(
            f"'{path}' was painted by another version of impasto, whose recipe reads otherwise ({error}): "
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
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        say(f"  {label:{width}}  {value}")
    say()
    say("The command that makes it again:")
    say(f"  {again}")


def again_command(recipe: Mapping[str, Any], path: Path) -> str:
    """The command line that paints it again, in the folder where the pictures are."""
    settings = Settings.from_dict(recipe["settings"])
    inputs = recipe["inputs"]
    pictures = [_painting(inputs[role]) for role in ("content", *_roles(inputs, "style"))]
    words = ["impasto", "stylize", *pictures, "-o", operand(path)]
    for guide in GUIDES:
        for role in _roles(inputs, guide.role):
            words += [guide.flag, operand(Path(inputs[role]["name"]))]
    if settings.recipe != Settings().recipe:
        words += ["--recipe", settings.recipe]
    for name, value in settings.changed().items():
        words += as_option(name, value)
    return command([*words, *adjust.words_of(recipe.get("adjustments", []))])


def _roles(inputs: Mapping[str, Any], role: str) -> list[str]:
    """The inputs of one kind, in order: "style", "style 2", ..."""
    return [one for one in inputs if one == role or re.fullmatch(rf"{role} \d+", one)]


def _painting(one: Mapping[str, Any]) -> str:
    text = operand(Path(one["name"]))
    return f"{text}:{one['weight']!r}" if "weight" in one else text


def _rows(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    settings = Settings.from_dict(recipe["settings"])
    own = [f"{name.replace('_', '-')} {as_text(value)}" for name, value in settings.changed().items()]
    weights = recipe.get("weights")  # only colours taken: none were used
    costs = recipe.get("costs")
    inputs = recipe["inputs"].items()
    rows = [
        ("size", f"{recipe['width']} x {recipe['height']} pixels"),
        ("recipe", settings.recipe),
        ("changed", "; ".join(own) or "nothing, all as the recipe has it"),
        ("adjusted", "; ".join(adjust.told(recipe.get("adjustments", [])))),
        ("seed", str(settings.seed)),
        ("steps", f"{recipe['steps']}, {recipe['stopped']}"),
        ("custom costs", f"{'; '.join(costs)}; they can be given in Python only" if costs else ""),
        *((role, f"{_painting(one)} {_short(one['fingerprint'])}") for role, one in inputs),
        ("weights", f"{weights['source']} {_short(weights['checksum'])}" if weights else ""),
        ("licence", weights["licence"] if weights else ""),
        ("versions", ", ".join(f"{name} {version}" for name, version in recipe["versions"].items())),
    ]
    return [(label, value) for label, value in rows if value]


def _short(checksum: str) -> str:
    """Enough of a checksum to tell files apart; --json has all of it."""
    return f"(sha256 {checksum[:16]}...)"
