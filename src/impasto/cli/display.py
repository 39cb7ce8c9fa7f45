"""Which display a painting has."""

from impasto.cli.reporter import Reporter, live_console
from impasto.distributed.join import process_info


def make_reporter(quiet: bool) -> Reporter:
    """The display that fits where stderr goes: live on a terminal, otherwise a line now and then.

    None where `quiet` is asked for, and in all processes but the first of several.
    """
    if quiet or process_info().rank > 0:
        return Reporter()
    console = live_console()
    if console is None:
        from impasto.cli.lines import Lines

        return Lines()
    from impasto.cli.live import Live

    return Live(console)
