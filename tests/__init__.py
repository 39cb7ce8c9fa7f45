"""The type checker that reads the shapes in signatures, in the tests only.

Modules whose own bad-input messages are tested stay out of it (see `--jaxtyping-packages`): there a wrong
shape must reach the code that explains it.
"""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
