"""Pictures: read, stored, resized, recoloured, written; masks and maps of regions."""
