"""The loops of the fused convolutions. Importing a module of this folder, except `transforms`, imports numba."""
