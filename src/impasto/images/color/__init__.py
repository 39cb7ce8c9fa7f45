"""Colour spaces, and pictures with other colours."""
