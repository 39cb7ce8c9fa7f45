"""Resizing, and the fine detail that it loses."""
