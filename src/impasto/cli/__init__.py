"""The command line. Nothing heavy is imported before a command needs it: help answers at once."""

from impasto.cli.main import main

__all__ = ["main"]
