"""The type checker that reads the shapes in signatures, in the tests only; and how threads wait in them.

Modules whose own bad-input messages are tested stay out of it (see `--jaxtyping-packages`): there a wrong
shape must reach the code that explains it.
"""

import os

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))

# The tests share the cores with each other: threads of this process, and of those that it starts, sleep while they
# wait. OpenMP reads this when torch loads it.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
