"""Many paintings put to one use; they stand on the public names."""
