"""Where the tiles of a picture lie, and in which passes the network is walked."""
