"""The presets by name (the field `recipe` of `Settings` names one), and numbers that no setting changes."""

CLASSIC, PAINT, STROKES = "classic", "paint", "strokes"
PRESETS = (CLASSIC, PAINT, STROKES)
"""classic: the stated method to the letter (Gatys et al., arXiv 1508.06576, as design and course notes give it).
paint: what makes good pictures without tuning; docs/architecture.md says why each value is what it is.
strokes: every place painted with the style's own strokes, in its own colours; docs/quality.md.
The values stand in the table of settings, `schema.py`."""
DEFAULT_PRESET = PAINT

STATED_ALPHA = 10.0
STATED_BETA = 40.0
STATED_STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}
STROKES_STYLE_LAYERS = {"relu1_1": 0.6823, "relu2_1": 0.2456, "relu3_1": 0.0614, "relu4_1": 0.0107}

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
