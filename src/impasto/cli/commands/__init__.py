"""One command a file, with its options as Typer takes them."""
