"""VGG-19: where its weights come from, and a picture's activations by layer name."""
