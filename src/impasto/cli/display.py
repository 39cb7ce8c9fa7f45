"""Which display a painting has."""

import sys

from impasto.cli.reporter import NullReporter, Reporter
from impasto.distributed.process_info import process_info


def make_reporter(quiet: bool) -> Reporter:
    """The display that fits where stderr goes: live on a terminal, otherwise a line now and then, or none."""
    if quiet or process_info().rank > 0:
        return NullReporter()
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    # Asked of stderr itself: FORCE_COLOR makes rich take a file for a terminal.
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        from impasto.cli.lines import Lines

        return Lines()
    from impasto.cli.live import Live

    return Live(console)
