"""What can be measured of a result beside its two parents: one measure a file, each explained and with its source."""
