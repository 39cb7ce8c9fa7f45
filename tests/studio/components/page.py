"""The components on pages of their own, and their Python side by HTTP.

`python -m tests.studio.components.page PORT`
"""

import asyncio
import io
import sys

import numpy as np
from fastapi import Request, Response
from nicegui import app, ui
from PIL import Image

from impasto.errors import ImpastoError
from impasto.studio.components.mask_brush import MaskBrush
from impasto.studio.components.picture_view import PictureView

SHOWN: dict[str, PictureView | MaskBrush] = {}
CHANGES: list[tuple[bool, bool]] = []


@app.get("/picture/{width}x{height}.png")
def picture(width: int, height: int, red: int = 90) -> Response:
    """A smooth picture, so that what is seen tells where it is."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[..., 0] = red
    pixels[..., 1] = np.linspace(40, 220, width)
    pixels[..., 2] = np.linspace(40, 220, height)[:, None]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return Response(file.getvalue(), media_type="image/png", headers={"Cache-Control": "no-store"})


@ui.page("/view")
def view_page(before: str = "", source: str = "/picture/400x300.png", dark: bool = False) -> None:
    _room(dark)
    with ui.row().style("width: 100%; height: 100vh; gap: 0; flex-wrap: nowrap"):
        SHOWN["view"] = PictureView(source, before=before, label="the painting")


@ui.page("/pair")
def pair_page() -> None:
    _room(False)
    with ui.row().style("width: 100%; height: 100vh; gap: 4px; flex-wrap: nowrap"):
        SHOWN["left"] = PictureView("/picture/400x300.png", group="pair")
        SHOWN["right"] = PictureView("/picture/800x600.png", group="pair")


@ui.page("/brush")
def brush_page(
    width: int = 400,
    height: int = 300,
    value: str = "255",
    toolbar: bool = False,
    dark: bool = False,
    picture: str = "",
) -> None:
    _room(dark)
    CHANGES.clear()
    with ui.column().style("width: 100%; height: 100vh; gap: 0; flex-wrap: nowrap"):
        SHOWN["brush"] = MaskBrush(
            picture or f"/picture/{width}x{height}.png",
            width,
            height,
            value=value if value.startswith("#") else int(value),
            toolbar=toolbar,
        )
        SHOWN["brush"].on(
            "changed", lambda event: CHANGES.append((event.args["canUndo"], event.args["canRedo"]))
        )


@ui.page("/tabs")
def tabs_page() -> None:
    """A brush in a tab that is not shown at first: NiceGUI builds and drops what is in it as it is opened and left."""
    with ui.tabs() as tabs:
        first, second = ui.tab("first"), ui.tab("second")
    with ui.tab_panels(tabs, value=first).style("width: 100%"):
        with ui.tab_panel(first):
            SHOWN["view"] = PictureView("/picture/400x300.png").style("height: 300px")
        with ui.tab_panel(second).style("height: 300px"):
            SHOWN["brush"] = MaskBrush("/picture/400x300.png", 400, 300, toolbar=False)


def _room(dark: bool) -> None:
    ui.dark_mode(dark)
    ui.query(".nicegui-content").style("padding: 0; gap: 0")


@app.post("/call/{name}/{method}")
async def call(name: str, method: str, request: Request) -> Response:
    """Call a method, or set a property, of a component; a PNG is passed as the body."""
    element = SHOWN[name]
    try:
        if method == "mask":
            assert isinstance(element, MaskBrush)
            return Response(await element.mask(), media_type="image/png")
        if method == "load":
            assert isinstance(element, MaskBrush)
            element.load(await request.body())
        elif method == "set":
            assert isinstance(element, MaskBrush)
            element.choose(**await request.json())
        elif method == "get":
            return Response(str(element.props["settings"][(await request.json())["name"]]))
        elif isinstance(element, MaskBrush) and method != "delete":
            while not element._ready:
                await asyncio.sleep(0.01)
            element._command(method)  # as its toolbar does
        else:
            getattr(element, method)(*await request.json())
    except (ImpastoError, ValueError) as error:
        return Response(str(error), status_code=400)
    return Response("")


@app.get("/changes")
def changes() -> list[tuple[bool, bool]]:
    return CHANGES


if __name__ in {"__main__", "__mp_main__"}:
    ui.run(host="127.0.0.1", port=int(sys.argv[1]), show=False, reload=False, show_welcome_message=False)
