"""One photograph and one painting, painted again and again with one or two settings varied: a grid of pictures."""
