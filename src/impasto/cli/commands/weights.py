"""`impasto weights`."""

import impasto
from impasto.cli import parameters as p
from impasto.cli.interrupt import FAILED
from impasto.cli.messages import say, say_rows
from impasto.cli.options import absolute_weights


def weights(file: p.UsedWeights = None, verify: p.Verify = False) -> int:
    """Say which VGG-19 weights are in use, from where, and under what licence."""
    chosen = None if file is None else absolute_weights(file)
    if verify:
        return _verify(chosen)
    settings = impasto.Settings(weights=chosen, device="cpu")
    say_rows(impasto.describe_weights(impasto.Stylizer(settings).encoder.weights))
    return 0


def _verify(chosen: str | None) -> int:
    checks = impasto.verify_weights(chosen)
    width = max(len(check.name) for check in checks)
    for check in checks:
        say(f"{'ok    ' if check.ok else 'FAILED'}  {check.name:{width}}  {check.detail}")
    return 0 if all(check.ok for check in checks) else FAILED
