"""Routes in addition to NiceGUI's own: pictures, uploads, downloads. No path comes from outside."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect

from impasto.errors import ImpastoError
from impasto.studio import uploads
from impasto.studio.atelier import Atelier
from impasto.studio.record import Record, bundle, export
from impasto.ui.commands import repeat_command

PREFIX = "/studio"
FORMATS = {"png": (8, 16), "tiff": (8, 16), "jpeg": (8,), "webp": (8,)}
"""The formats of downloads, with their bits a channel."""
_ENDINGS = {"png": ".png", "tiff": ".tif", "jpeg": ".jpg", "webp": ".webp"}
_NEVER_CACHED = {"cache-control": "no-store"}
_CACHED = {"cache-control": "private, max-age=31536000, immutable"}


def source_url(key: str, kind: str = "shown") -> str:
    """The address of a picture of the library. kind: "thumb" or "shown"."""
    return f"{PREFIX}/pictures/{key}/{kind}"


def look_url(version: int) -> str:
    """The address of the first look."""
    return f"{PREFIX}/look?v={version}"


def painting_url(id: str, kind: str, version: int) -> str:
    """A painting's address. kind: "live", "thumb", "shown", "picture" or "report"; of a grid also "page", "sheet"."""
    return f"{PREFIX}/paintings/{id}/{kind}?v={version}"


def download_url(id: str, format: str, bits: int) -> str:
    """The address at which a painting is downloaded."""
    return f"{PREFIX}/paintings/{id}/download?format={format}&bits={bits}"


def bundle_url(id: str) -> str:
    """The address at which a painting is downloaded with all that it was made from."""
    return f"{PREFIX}/paintings/{id}/everything"


def add_routes(app: FastAPI, atelier: Atelier) -> None:
    """Add the routes of the addresses above to the app."""

    @app.post(f"{PREFIX}/upload")
    async def upload(request: Request, role: str, name: str) -> Response:
        if role not in uploads.ROLES:
            return _line(400, "there is no such role")
        try:
            line = await uploads.receive(atelier, request.stream(), role, name)
        except ImpastoError as error:
            return _line(422, str(error))
        except ClientDisconnect:
            return _line(413, "the upload ended too early, or was too large")
        return JSONResponse({"line": line})

    @app.get(f"{PREFIX}/pictures/{{key}}/{{kind}}")
    async def picture(key: str, kind: str) -> Response:
        source = atelier.library.get(key)
        if source is None or kind not in ("thumb", "shown"):
            return _line(404, "there is no such picture")
        return _file(atelier.library.shown(source, kind))

    @app.get(f"{PREFIX}/look")
    async def look() -> Response:
        return _frame(atelier.look.frames.jpeg)

    @app.get(f"{PREFIX}/paintings/{{id}}/{{kind}}")
    async def painting(id: str, kind: str, format: str = "png", bits: int = 8) -> Response:
        record = atelier.queue.records.get(id)
        if record is None:
            return _line(404, "there is no such painting")
        work = atelier.queue.work
        if kind == "live" and work is not None and work.record is record:
            return _frame(work.frames.jpeg)
        if kind == "download":
            return await _download(record, format, bits)
        if kind == "everything":
            return await _everything(record)
        files: dict[str, tuple[Path, str | None]] = {
            "thumb": (record.small("thumb"), None),
            "shown": (record.small("shown"), None),
            "live": (record.small("shown"), None),
            "picture": (record.picture, None),
            "report": (record.home / "report.png", None),
            "page": (record.grid / "index.html", f"{record.file_name}.html"),
            "sheet": (record.picture, f"{record.file_name}-sheet.png"),
        }
        return _file(*files[kind]) if kind in files else _line(404, "there is no such picture")

    async def _download(record: Record, format: str, bits: int) -> Response:
        if bits not in FORMATS.get(format, ()):
            return _line(400, "there is no such format")
        name = record.file_name + _ENDINGS[format]
        if format == "png" and bits == record.order.settings.bits:
            return _file(record.picture, name)
        to = atelier.folder.incoming / f"download-{secrets.token_hex(8)}{_ENDINGS[format]}"
        return await _made(to, name, lambda: export(record, to, bits))

    async def _everything(record: Record) -> Response:
        to = atelier.folder.incoming / f"bundle-{secrets.token_hex(8)}.zip"
        try:
            files, command = parts_of(atelier, record)
        except ImpastoError:
            return _line(404, "there is no picture yet")
        return await _made(to, f"{record.file_name}.zip", lambda: bundle(record, to, files, command))


def parts_of(atelier: Atelier, record: Record) -> tuple[dict[str, Path], str]:
    """The files of a painting and its inputs, by name, and the command that paints it again in their folder.

    Raises PictureError: it has no picture yet.
    """
    import impasto

    files: dict[str, Path] = {}
    for source in record.order.sources():
        path = atelier.library.file(source)
        name = source.name
        if files.get(name, path) != path:
            name = f"{source.key}/{name}"  # another picture of the same name
        files[name] = path
    output = f"{record.file_name}.png"
    files[output if output not in files else f"painted-{output}"] = record.picture
    return files, repeat_command(impasto.read_metadata(record.picture), Path(f"again-{output}"))


async def _made(to: Path, name: str, make: Any) -> Response:
    try:
        await asyncio.to_thread(make)
    except ImpastoError as error:
        to.unlink(missing_ok=True)
        return _line(422, str(error))
    except (OSError, KeyError, ValueError) as error:
        to.unlink(missing_ok=True)
        return _line(422, f"this cannot be downloaded ({error})")
    return FileResponse(to, filename=name, headers=_NEVER_CACHED, background=BackgroundTask(to.unlink, True))


def _file(path: Path, name: str | None = None) -> Response:
    if not path.is_file():
        return _line(404, "there is no such picture")
    return FileResponse(path, filename=name, headers=_NEVER_CACHED if name else _CACHED)


def _frame(jpeg: bytes) -> Response:
    if not jpeg:
        return _line(404, "there is nothing to see yet")
    return Response(jpeg, media_type="image/jpeg", headers=_NEVER_CACHED)


def _line(status: int, line: str) -> Response:
    return PlainTextResponse(line, status, headers=_NEVER_CACHED)
