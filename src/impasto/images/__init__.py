"""Picture files, sizes, colours and the first canvas."""
