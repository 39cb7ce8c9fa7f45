"""Amounts of memory as people write them."""

import re

from impasto.errors import SettingsError

_UNITS = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
    "ti": 2**40,
}
_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*", re.IGNORECASE)


def bytes_of(text: str) -> int:
    """The number of bytes meant by "4GB", "512 MB", "1.5 GiB" or "1000000".

    Raises SettingsError for anything else.

    >>> bytes_of("4GB"), bytes_of("1.5 GiB")
    (4000000000, 1610612736)
    """
    found = _AMOUNT.fullmatch(text)
    unit = found and found[2].lower()
    if found is None or unit not in _UNITS:
        raise SettingsError(f"memory is an amount such as 4GB or 800MB, got {text!r}")
    return int(float(found[1]) * _UNITS[unit])
