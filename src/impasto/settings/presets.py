"""The recipes: named sets of defaults, the numbers beside them, and the words that settings take."""

from typing import Any

STATED_ALPHA = 10.0
STATED_BETA = 40.0
STATED_STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}

LARGEST_DEFAULT_SIZE = 1024
"""`size` is the content's own long side, up to this many pixels, unless the user names another."""

EXPLORE_SIZE = 256
"""`impasto explore` paints its pictures this large, in pixels, unless the user names another: minutes for a grid."""

STRENGTH_POWER_BELOW, STRENGTH_POWER_ABOVE = 2.5, 1.0
"""beta / alpha grows with (strength / (1 - strength)) to this power, below the middle and above: about even steps in
the eye. With 2.5 above it, too, nearly all that is left to change happens before 0.75."""

SCALE_FACTOR = 2.0
"""From one scale to the next, coarse to fine."""
SMALLEST_SCALE = 128
"""No scale of its own has a long side below this, in pixels, when the number of scales goes by the size."""

FULL_STEPS_SIZE = 1024
"""Scales with a longer side take fewer steps than `steps`: what they add is fine, and is soon in place."""
FINE_STEPS, FEWEST_FINE_STEPS = 0.5, 8
"""Beyond that, steps at each doubling beside those of the scale half as large; and at least so many."""

SMALLEST_SIZE, LARGEST_SIZE = 16, 65_536
SMALLEST_TILE = 16

RECIPES: dict[str, dict[str, Any]] = {
    # The stated method to the letter (Gatys et al., arXiv 1508.06576, as design and course notes give it).
    "classic": {
        "steps": 500,
        "scales": 1,
        "coarse_steps": 1.0,
        "scale_factor": 2.0,
        "smallest_scale": 128,
        "smoothness": 0.0,
        "solver": "adam",
        "pooling": "max",
        "border": "zeros",
        "smoothing": False,
        "start": "content+noise",
        "content_layer": {"relu4_2": 1.0},
        "style_layers": STATED_STYLE_LAYERS,
        "alpha": STATED_ALPHA,
        "beta": STATED_BETA,
        "balance": False,
        "light": True,
        "learning_rate": 0.01,
        "palette": 0.0,
        "averaging": 0.0,
        "soften": 1.0,
        "style_cost": "gram",
        "reference": "energy",
        "neighbours": 0.0,
        "detail": 0.0,
    },
    # What makes good pictures without tuning; docs/architecture.md says why each value is what it is.
    "paint": {
        "steps": 40,
        "scales": None,
        "coarse_steps": 1.5,
        "scale_factor": 2.0,
        "smallest_scale": 128,
        "smoothness": 0.0,
        "solver": "lbfgs",
        "pooling": "average",
        "border": "mirror",
        "smoothing": True,
        "start": "content",
        "content_layer": {"relu4_2": 1.0},
        "style_layers": STATED_STYLE_LAYERS,
        "alpha": 1.0,
        "beta": 20.0,
        "balance": True,
        "light": True,
        "learning_rate": 0.01,
        "palette": 0.0,
        "averaging": 0.0,
        "soften": 1.0,
        "style_cost": "gram",
        "reference": "energy",
        "neighbours": 0.0,
        "detail": 1.0,
    },
    # Every place painted with the style's own strokes, in its own colours; docs/architecture.md says why.
    "strokes": {
        "steps": 22,
        "scales": None,
        "coarse_steps": 1.25,
        "scale_factor": 1.4142,
        "smallest_scale": 90,
        "solver": "adam",
        "learning_rate": 0.02,
        "averaging": 0.9,
        "pooling": "average",
        "border": "mirror",
        "smoothing": True,
        "start": "recoloured",
        "content_layer": {"relu4_2": 1.0},
        "style_layers": {"relu1_1": 0.6823, "relu2_1": 0.2456, "relu3_1": 0.0614, "relu4_1": 0.0107},
        "style_cost": "wasserstein",
        "alpha": 1.0,
        "beta": 15.8,
        "neighbours": 0.9,
        "palette": 109.0,
        "smoothness": 171.0,
        "balance": True,
        "light": False,
        "reference": "activation",
        "detail": 0.0,
        "soften": 0.6,
    },
}

CHOICES = {
    "recipe": tuple(RECIPES),
    "solver": ("adam", "lbfgs"),
    "pooling": ("max", "average"),
    "border": ("zeros", "replicate", "mirror"),
    "convolution": ("auto", "direct", "patches", "winograd"),
    "precision": ("float32", "tf32", "bf16"),
    "start_scale": ("first", "last"),
    "reference": ("energy", "activation"),
    "engine": ("auto", "whole", "tiled"),
    "style_cost": ("gram", "covariance", "wasserstein"),
    "colour": ("painting", "photograph", "match", "only"),
}
STARTS = ("content", "recoloured", "noise", "content+noise", "picture")
