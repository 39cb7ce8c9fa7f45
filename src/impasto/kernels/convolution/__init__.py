"""The loops of the fused convolutions. Importing one, except `winograd_transforms`, needs llvmlite."""
