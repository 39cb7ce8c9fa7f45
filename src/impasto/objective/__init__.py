"""Engines: encoder and costs put together into `evaluate(image) -> Evaluation`."""
