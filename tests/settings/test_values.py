"""Amounts of memory as people write them."""

import pytest

from impasto.errors import SettingsError
from impasto.settings.values import bytes_of


@pytest.mark.parametrize(
    ("text", "size"),
    [("4GB", 4e9), ("4 gb", 4e9), ("1.5GiB", 1.5 * 2**30), ("800M", 8e8), ("512 kib", 2**19), ("123", 123)],
)
def test_amounts_of_memory_are_read(text, size):
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "much", "-4GB", "4 GB free", "4XB", "1e9", "iB", f"{10**400}GB"])
def test_what_is_no_amount_is_refused_in_one_line(text):
    with pytest.raises(SettingsError, match="memory must be an amount such as 4GB"):
        bytes_of(text)
