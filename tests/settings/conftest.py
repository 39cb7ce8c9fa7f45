"""One folder for the many files of a test."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def drawer(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("drawer")
