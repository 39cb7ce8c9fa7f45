"""Planning: how a painting is to be computed in the memory there is, what it will take, and how long."""
