"""impasto: paint a photograph in a painting's manner, by neural style transfer.

>>> import impasto
>>> impasto.total_cost(J_content=0.5, J_style=0.25)
15.0
"""

import importlib
from typing import TYPE_CHECKING, Any

from impasto.version import __version__

if TYPE_CHECKING:
    from impasto.batch.batch import paint_many
    from impasto.costs.content import content_cost
    from impasto.costs.custom import CustomCost
    from impasto.costs.gram import gram_matrix
    from impasto.costs.image_cost import CanvasScale, Hold, ImageCost, PictureRows
    from impasto.costs.style import layer_style_cost, style_cost
    from impasto.costs.total import total_cost
    from impasto.distributed.join import join_torchrun
    from impasto.errors import (
        BatchError,
        CheckpointError,
        CostError,
        ImpastoError,
        OutputError,
        PictureError,
        RankError,
        SettingsError,
        WeightsError,
    )
    from impasto.evaluation import Cost
    from impasto.images.io.formats import check_writable
    from impasto.images.io.read import read_metadata, read_picture
    from impasto.images.picture import Picture
    from impasto.measures.measure import Report
    from impasto.measures.rendering import report_table, save_report
    from impasto.measures.report import report
    from impasto.notebook.show import show
    from impasto.painting.checkpoint import Checkpoint, load_checkpoint
    from impasto.painting.loop import Event, Step
    from impasto.painting.painting import Painting
    from impasto.painting.recolor import recolor
    from impasto.painting.result import Result
    from impasto.settings import Settings
    from impasto.settings.toml_file import read_settings, write_settings
    from impasto.stylizer import EncodedStyle, Stylizer, encoders_made_by, stylize
    from impasto.vgg.vgg19 import VGG19
    from impasto.vgg.weights import describe as describe_weights
    from impasto.vgg.weights import verify as verify_weights
    from impasto.video.stylizer import VideoStylizer

__all__ = [
    "VGG19", "BatchError", "CanvasScale", "Checkpoint", "CheckpointError", "Cost", "CostError",
    "CustomCost", "EncodedStyle", "Event", "Hold", "ImageCost", "ImpastoError", "OutputError", "Painting",
    "Picture", "PictureError", "PictureRows", "RankError", "Report", "Result", "Settings", "SettingsError",
    "Step", "Stylizer", "VideoStylizer", "WeightsError", "__version__", "check_writable", "content_cost",
    "describe_weights", "encoders_made_by", "gram_matrix", "join_torchrun", "layer_style_cost",
    "load_checkpoint", "paint_many", "read_metadata", "read_picture", "read_settings", "recolor", "report",
    "report_table", "save_report", "show", "style_cost", "stylize", "total_cost", "verify_weights",
    "write_settings",
]  # fmt: skip

_HOME = {
    name: module
    for module, names in {
        "batch.batch": "paint_many",
        "costs.content": "content_cost",
        "costs.custom": "CustomCost",
        "costs.gram": "gram_matrix",
        "costs.image_cost": "CanvasScale Hold ImageCost PictureRows",
        "costs.style": "layer_style_cost style_cost",
        "costs.total": "total_cost",
        "distributed.join": "join_torchrun",
        "errors": "BatchError CheckpointError CostError ImpastoError "
        "OutputError PictureError RankError SettingsError WeightsError",
        "evaluation": "Cost",
        "images.io.formats": "check_writable",
        "images.io.read": "read_metadata read_picture",
        "images.picture": "Picture",
        "measures.measure": "Report",
        "measures.rendering": "report_table save_report",
        "measures.report": "report",
        "notebook.show": "show",
        "painting.checkpoint": "Checkpoint load_checkpoint",
        "painting.loop": "Event Step",
        "painting.painting": "Painting",
        "painting.recolor": "recolor",
        "painting.result": "Result",
        "settings": "Settings",
        "settings.toml_file": "read_settings write_settings",
        "stylizer": "EncodedStyle Stylizer encoders_made_by stylize",
        "vgg.vgg19": "VGG19",
        "video.stylizer": "VideoStylizer",
    }.items()
    for name in names.split()
} | {"describe_weights": "vgg.weights:describe", "verify_weights": "vgg.weights:verify"}
"""The module of each public name, and what it is called there if that is another name."""


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used: torch takes seconds."""
    if name not in _HOME:
        raise AttributeError(f"module 'impasto' has no attribute {name!r}")
    module, _, own_name = _HOME[name].partition(":")
    return getattr(importlib.import_module(f"impasto.{module}"), own_name or name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
