"""The faces of impasto: programs that stand on its public names."""
