"""`impasto weights`."""

import impasto
from impasto.cli import parameters as p
from impasto.cli.interrupt import FAILED
from impasto.cli.messages import say
from impasto.cli.options import absolute_weights


def weights(file: p.UsedWeights = None, verify: p.Verify = False) -> int:
    """Say which VGG-19 weights are in use, from where, and under what licence."""
    chosen = None if file is None else absolute_weights(file)
    if verify:
        return _verify(chosen)
    settings = impasto.Settings(weights=chosen, device="cpu")
    rows = impasto.describe_weights(impasto.Stylizer(settings).encoder.weights)
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        say(f"{label:{width}}  {value}")
    return 0


def _verify(chosen: str | None) -> int:
    checks = impasto.verify_weights(chosen)
    width = max(len(check.name) for check in checks)
    for check in checks:
        say(f"{'ok    ' if check.ok else 'FAILED'}  {check.name:{width}}  {check.detail}")
    return 0 if all(check.ok for check in checks) else FAILED
