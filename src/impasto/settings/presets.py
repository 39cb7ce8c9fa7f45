"""The presets, named sets of defaults (`Settings.recipe` names one), and numbers that no setting changes."""

from typing import Any

STATED_ALPHA = 10.0
STATED_BETA = 40.0
STATED_STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}

DEFAULT_PRESET = "paint"
PRESETS: dict[str, dict[str, Any]] = {
    # The stated method to the letter (Gatys et al., arXiv 1508.06576, as design and course notes give it).
    "classic": {
        "alpha": STATED_ALPHA,
        "beta": STATED_BETA,
        "detail": 0.0,
        "steps": 500,
        "scales": 1,
        "coarse_steps": 1.0,
        "start": "content+noise",
        "solver": "adam",
        "smoothing": False,
        "pooling": "max",
        "border": "zeros",
        "balance": False,
    },
    # What makes good pictures without tuning: the table's defaults. docs/architecture.md says why each is what it is.
    "paint": {},
    # Every place painted with the style's own strokes, in its own colours; docs/quality.md says why.
    "strokes": {
        "style_layers": {"relu1_1": 0.6823, "relu2_1": 0.2456, "relu3_1": 0.0614, "relu4_1": 0.0107},
        "style_cost": "wasserstein",
        "neighbours": 0.9,
        "palette": 109.0,
        "smoothness": 171.0,
        "beta": 15.8,
        "detail": 0.0,
        "steps": 22,
        "scale_factor": 1.4142,
        "smallest_scale": 90,
        "coarse_steps": 1.25,
        "soften": 0.6,
        "start": "recoloured",
        "solver": "adam",
        "learning_rate": 0.02,
        "averaging": 0.9,
        "light": False,
        "reference": "activation",
    },
}
"""What each preset sets otherwise than the table of settings, `schema.py`."""

LARGEST_DEFAULT_SIZE = 1024
"""`size` is the content's own long side, up to this many pixels, unless the user names another."""

EXPLORE_SIZE = 256
"""`impasto explore` paints its pictures this large, in pixels, unless the user names another: minutes for a grid."""

STRENGTH_POWER_BELOW, STRENGTH_POWER_ABOVE = 2.5, 1.0
"""beta / alpha grows with (strength / (1 - strength)) to this power, below the middle and above: about even steps in
the eye. With 2.5 above it, too, nearly all that is left to change happens before 0.75."""

SMALLEST_SCALE = 128
"""No scale of its own has a long side below this, in pixels, when the number of scales goes by the size."""

FULL_STEPS_SIZE = 1024
"""Scales with a longer side take fewer steps than `steps`: what they add is fine, and is soon in place."""
FINE_STEPS, FEWEST_FINE_STEPS = 0.5, 8
"""Beyond that, steps at each doubling beside those of the scale half as large; and at least so many."""
