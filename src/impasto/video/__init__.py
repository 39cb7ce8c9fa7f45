"""Films: each frame painted from the one before it, so that nothing flickers."""
