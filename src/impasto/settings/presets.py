"""The presets, named sets of defaults (`Settings.recipe` names one), and numbers that no setting changes."""

from typing import Any

STATED_ALPHA = 10.0
STATED_BETA = 40.0
STATED_STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}

PAINTED_STYLE_LAYERS = {"relu1_1": 0.69, "relu2_1": 0.248, "relu3_1": 0.062}
"""256 : 64 : 16 in units of each layer's typical activation, as crowsonkb's style-transfer-pytorch weighs them.

It has relu4_1 and relu5_1, too. The neighbours look at relu4_1, so these two change nothing that can be measured or
seen, and the eigenvectors of their 512 channels took more than a quarter of the time of a small painting."""

_GRAM_COST = {
    "style_layers": STATED_STYLE_LAYERS,
    "style_cost": "gram",
    "neighbours": 0.0,
    "palette": 0.0,
    "smoothness": 0.0,
    "fidelity": 0.0,
    "scale_factor": 2.0,
    "smallest_scale": 128,
    "soften": 1.0,
    "learning_rate": 0.01,
    "averaging": 0.0,
    "light": True,
    "reference": "energy",
}
"""The style cost of the stated method, by itself."""

DEFAULT_PRESET = "paint"
PRESETS: dict[str, dict[str, Any]] = {
    # The stated method to the letter (Gatys et al., arXiv 1508.06576, as design and course notes give it).
    "classic": {
        **_GRAM_COST,
        "alpha": STATED_ALPHA,
        "beta": STATED_BETA,
        "steps": 500,
        "scales": 1,
        "coarse_steps": 1.0,
        "start": "content+noise",
        "smoothing": False,
        "pooling": "max",
        "border": "zeros",
        "balance": False,
    },
    # Every place painted with the style's own strokes, in its own colours: the table's defaults.
    # docs/quality.md says why.
    "paint": {},
    # A thin layer of the style's manner over the photograph, whose edges and colours show through.
    "glaze": {
        **_GRAM_COST,
        "beta": 20.0,
        "detail": 1.0,
        "steps": 40,
        "coarse_steps": 1.5,
        "start": "content",
        "solver": "lbfgs",
    },
}
"""The values of each preset that differ from the table of settings, `schema.py`."""

LARGEST_DEFAULT_SIZE = 1024
"""`size` is the content's own long side, up to this many pixels, unless the user names another."""

EXPLORE_SIZE = 256
"""`impasto explore` paints its pictures this large, in pixels, unless the user names another: minutes for a grid."""

STRENGTH_POWER_BELOW, STRENGTH_POWER_ABOVE = 2.5, 1.0
"""beta / alpha grows with (strength / (1 - strength)) to this power, below the middle and above: about even steps in
the eye. With 2.5 above it, too, nearly all that is left to change happens before 0.75."""
FIDELITY_POWER, MOST_FIDELITY = 4.5, 1e12
"""A preset with `fidelity` has another way below the middle: fidelity grows with ((1 - strength) / strength) to this
power. A larger alpha would bring a mesh: relu4_2 alone does not say how smooth a sky is."""

SMALLEST_SCALE = 90
"""The smallest long side of a scale, in pixels, where the number of scales goes by the size."""

FULL_STEPS_SIZE = 1024
"""Scales with a longer side take fewer steps than `steps`: what they add is fine, and is soon in place."""
FINE_STEPS, FEWEST_FINE_STEPS = 0.5, 8
"""Above FULL_STEPS_SIZE: the factor of the steps at each doubling of the size, and the fewest steps of a scale."""
