"""Solvers: they bring a cost down, and know nothing of pictures, networks or files."""
