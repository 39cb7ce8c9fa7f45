"""Masks brushed by hand: what stays as photographed, where each style goes, which part of a painting counts."""

from impasto.studio.page.view import View, say


def open_masks(view: View) -> None:
    """Open the brush."""
    say("The brush comes in a moment")
