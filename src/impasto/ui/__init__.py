"""What the faces of impasto share, the command line and the studio: words, progress, masks and maps, commands."""
