"""Measures of a result, compared with its two parents: each explained and with its source."""
