"""Parts of the studio's page that are drawn in the browser: the picture, and the brush that paints masks."""

from impasto.studio.components.mask_brush import MaskBrush
from impasto.studio.components.picture_view import PictureView

__all__ = ["MaskBrush", "PictureView"]
