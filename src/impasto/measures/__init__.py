"""Measures of a result, compared with its two parents: one measure a file, each explained and with its source."""
