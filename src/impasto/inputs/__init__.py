"""What a painting is made of, read and checked."""
