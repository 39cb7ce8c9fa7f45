"""The exceptions, as one tree.

    ImpastoError
    ├── SettingsError      a value that cannot be used: an unknown layer, a negative weight, a size too small
    ├── PictureError       a picture that cannot be read, or is not one
    ├── OutputError        a file that cannot be written: it exists, the disk is full, the folder is closed
    ├── WeightsError       a weights file that is missing, damaged, or not a VGG-19
    ├── CostError          a cost that is not a finite number, so that no step can be taken
    ├── CheckpointError    a checkpoint that is damaged, of another version, or whose inputs have changed
    ├── BatchError         many pictures cannot be painted: no workers, a scheduler that is gone
    └── RankError          another process of a painting that several share is gone, or has failed

Every message is one line and says what is wrong, with which file or value, what was expected, and what to
try. The command line catches `ImpastoError`, prints that line and leaves with exit code 2.
"""


class ImpastoError(Exception):
    """Base of every error impasto raises on purpose; `str(error)` is one line a user can act on."""

    def __str__(self) -> str:
        return " ".join(super().__str__().splitlines())  # the name of a file may hold line breaks


class SettingsError(ImpastoError, ValueError):
    """A setting has a value that cannot be used.

    names: the fields of `Settings` at fault, where it is known which.
    """

    def __init__(self, *arguments: object, names: tuple[str, ...] = ()):
        super().__init__(*arguments)
        self.names = names


class PictureError(ImpastoError, ValueError):
    """A picture cannot be read, or cannot be painted."""


class OutputError(ImpastoError, OSError):
    """A result cannot be written; whatever stood there before is untouched."""


class WeightsError(ImpastoError, ValueError):
    """VGG-19's weights cannot be found or are not what they should be."""


class CostError(ImpastoError, ArithmeticError):
    """The cost is not a finite number."""

    @classmethod
    def at(cls, cost: float) -> "CostError":
        """The error for this cost."""
        return cls(
            f"the cost is {cost}, and no step can be taken from there; expected a finite number: "
            "use smaller alpha, beta and layer weights, or balance the costs (recipe paint)"
        )


class CheckpointError(ImpastoError, ValueError):
    """A painting cannot be resumed from this file."""


class BatchError(ImpastoError, RuntimeError):
    """The workers that many pictures need are not there, or are there no more."""


class RankError(ImpastoError, RuntimeError):
    """Another process of a painting that several share is gone, or has failed; none can go on without it.

    speaks: whether this process is the one, of all that are left, that should tell the user.
    """

    def __init__(self, message: str, speaks: bool = True):
        super().__init__(message)
        self.speaks = speaks
