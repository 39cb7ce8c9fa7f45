"""`python -m impasto` is `impasto`."""

import sys

from impasto.apps.cli import main

sys.exit(main())
