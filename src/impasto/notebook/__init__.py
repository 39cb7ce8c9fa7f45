"""Painting in a notebook: `impasto.show`. It needs what a notebook brings along, and nothing else."""
