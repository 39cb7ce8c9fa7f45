"""The pieces `draw_pictures.py` draws the demo's two pictures with."""
