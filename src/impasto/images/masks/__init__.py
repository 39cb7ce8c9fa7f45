"""Masks and maps of regions."""
