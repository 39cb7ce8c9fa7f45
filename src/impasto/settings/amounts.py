"""Amounts of memory as people write them: read and shown."""

import re

from impasto.errors import SettingsError

_AMOUNT = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*(?:([kmgt])(i?))?b?\s*", re.IGNORECASE | re.ASCII)


def bytes_of(text: str) -> int:
    """The number of bytes meant by "4GB", "512 MB", "1.5 GiB" or "1000000". Raises SettingsError for anything else.

    >>> bytes_of("4GB"), bytes_of("1.5 GiB")
    (4000000000, 1610612736)
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        shown = text if len(text) <= 40 else f"{text[:40]}..."
        raise SettingsError(f"memory must be an amount such as 4GB or 800MB, got {shown!r}")
    power = " kmgt".index((found[2] or " ").lower())
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def bytes_text(size: int) -> str:
    """A number of bytes for people.

    >>> bytes_text(812_345_678), bytes_text(1_234_567_890)
    ('812 MB', '1.2 GB')
    """
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
