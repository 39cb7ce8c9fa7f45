"""Files that the browser sends: written to the studio's folder as they come, within a bound, and then looked at."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import impasto
from impasto.errors import ImpastoError, OutputError, PictureError
from impasto.studio.atelier import Atelier
from impasto.studio.guard import LARGEST_REQUEST
from impasto.studio.library import Source, safe_name

LARGEST_FILE = 512_000_000
"""Bytes of a picture file; how many pixels are read, `impasto.read_picture` knows."""
LARGEST_SETTINGS = 200_000
PHOTOGRAPH, PAINTING, SETTINGS, ANY = "photograph", "painting", "settings", "any"
ROLES = (PHOTOGRAPH, PAINTING, SETTINGS, ANY)
"""The purpose of a file. ANY: it was dropped outside the places for the others, or pasted; its content decides."""
assert LARGEST_FILE <= LARGEST_REQUEST


async def receive(atelier: Atelier, body: AsyncIterator[bytes], role: str, name: str) -> str:
    """Take a file, and lay it on the desk; a line that says what became of it.

    role: one of ROLES. A settings file sets all knobs in any role, a painted picture as SETTINGS and as ANY.
    Raises PictureError, SettingsError, OutputError: one line that says what is wrong; nothing is stored then.
    """
    file = atelier.folder.incoming / f"upload-{secrets.token_hex(8)}{Path(safe_name(name)).suffix}"
    try:
        await _write(file, body, safe_name(name))
        return await asyncio.to_thread(_place, atelier, file, role, safe_name(name))
    finally:
        file.unlink(missing_ok=True)


async def _write(file: Path, body: AsyncIterator[bytes], name: str) -> None:
    size = 0
    try:
        with file.open("xb") as opened:
            async for chunk in body:
                size += len(chunk)
                if size > LARGEST_FILE:
                    most = f"{LARGEST_FILE // 1_000_000} MB"
                    raise PictureError(f"'{name}' is larger than {most}: make it smaller")
                await asyncio.to_thread(opened.write, chunk)
    except OSError as error:
        raise OutputError(f"'{name}' could not be saved ({error.strerror}): is the disk full?") from None


def _place(atelier: Atelier, file: Path, role: str, name: str) -> str:
    desk = atelier.desk
    if _is_settings(name) or role == SETTINGS or (role == ANY and _is_painted(file)):
        return _settings(atelier, file, name)
    if role == PHOTOGRAPH or (role == ANY and desk.contents.photograph is None):
        source = atelier.library.add(file, name, "content picture")
        desk.place_photograph(source)
    else:
        source = atelier.library.add(file, name, "style picture")
        desk.add_style(source)
    return description(source)


def _is_settings(name: str) -> bool:
    return Path(name).suffix.lower() == ".toml"


def _is_painted(file: Path) -> bool:
    """Whether it is a picture with a recipe in it."""
    try:
        return "settings" in impasto.read_metadata(file)
    except PictureError:
        return False


def _settings(atelier: Atelier, file: Path, name: str) -> str:
    if _is_settings(name) and file.stat().st_size > LARGEST_SETTINGS:
        raise PictureError(f"'{name}' is too large for a settings file")
    try:
        if _is_settings(name):
            settings = impasto.read_settings(file)
        else:
            settings = impasto.Settings.from_dict(impasto.read_metadata(file)["settings"])
    except (ImpastoError, KeyError, TypeError) as error:
        raise PictureError(str(error).replace(str(file), name)) from None
    atelier.desk.take_settings({"recipe": settings.recipe, **portable(settings)})
    return f"{name}: all knobs are set as it says"


def portable(settings: "impasto.Settings") -> dict[str, Any]:
    """The settings that are not the recipe's own, without those that name a file of another machine."""
    changed = settings.changed()
    rows = {row.name: row for row in impasto.Settings.schema()}
    return {name: one for name, one in changed.items() if name != "start" and rows[name].kind != "path"}


def description(source: Source) -> str:
    """A picture in one line."""
    return f"{source.name}, {source.width} × {source.height}"
