"""The node Report: what a result is like, in numbers."""

import tempfile
from pathlib import Path
from typing import Any

import torch

import impasto

from ..images import as_image, for_each, pictures


class Report:
    """A result, compared with the two pictures that it was made from."""

    CATEGORY = "impasto"
    DESCRIPTION = (
        "Measures a result against the photograph and the painting: palette, brushwork, scene, noise, sharpness and "
        "more. Connect the result of Stylize; or a picture of any program with its photograph and its painting."
    )
    FUNCTION = "measure"
    RETURN_TYPES = ("IMAGE", "STRING")
    RETURN_NAMES = ("page", "text")
    OUTPUT_TOOLTIPS = ("The report as a page.", "The same numbers as text; the node Preview Any shows it.")

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        """The sockets."""
        return {
            "required": {},
            "optional": {
                "result": ("IMPASTO_RESULT", {"tooltip": "What Stylize gives."}),
                "image": (
                    "IMAGE",
                    {"tooltip": "A picture of any program, where there is no result of Stylize."},
                ),
                "photograph": ("IMAGE", {"tooltip": "The photograph that the image was made from."}),
                "painting": ("IMAGE", {"tooltip": "The painting whose manner it has."}),
            },
        }

    def measure(
        self, result: Any = None, image: Any = None, photograph: Any = None, painting: Any = None
    ) -> tuple[Any, str]:
        """A page and a table for each result."""
        if result is None and any(one is None for one in (image, photograph, painting)):
            raise ValueError("connect a result of Stylize, or an image with its photograph and its painting")
        with torch.inference_mode(False), torch.enable_grad():  # ComfyUI turns gradients off
            reports = [impasto.report(*one) for one in _compared(result, image, photograph, painting)]
            return as_image([_page(one) for one in reports]), "\n\n".join(map(impasto.report_table, reports))


def _compared(result: Any, image: Any, photograph: Any, painting: Any) -> list[tuple[Any, ...]]:
    """What `impasto.report` takes, for each."""
    if result is not None:
        return [(one,) for one in result]
    images = pictures(image)
    parents = (for_each(pictures(one), len(images)) for one in (photograph, painting))
    return list(zip(images, *parents, strict=True))


def _page(report: impasto.Report) -> Any:
    """The page as a picture [1, 3, H, W]."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.png"
        impasto.save_report(report, file)
        return impasto.read_picture(file).rgb
