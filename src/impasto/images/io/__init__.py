"""Picture files: read, converted to sRGB, written."""
