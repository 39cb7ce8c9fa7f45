"""impasto's nodes for ComfyUI: paint a photograph in a painting's manner."""

from .nodes.report import Report
from .nodes.settings import SettingsNode
from .nodes.style import StyleNode
from .nodes.stylize import Stylize

NODE_CLASS_MAPPINGS = {
    "ImpastoStylize": Stylize,
    "ImpastoStyle": StyleNode,
    "ImpastoSettings": SettingsNode,
    "ImpastoReport": Report,
}
NODE_DISPLAY_NAME_MAPPINGS = {
    "ImpastoStylize": "Stylize (impasto)",
    "ImpastoStyle": "Style (impasto)",
    "ImpastoSettings": "Settings (impasto)",
    "ImpastoReport": "Report (impasto)",
}
__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
