"""One painting, coarse to fine: its scales, its loop, its checkpoints, its result."""
