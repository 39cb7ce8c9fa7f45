"""The inputs of a painting, read and checked."""
