"""Colour spaces, palettes, and colours moved from one picture to another."""
