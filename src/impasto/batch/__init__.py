"""Many pictures on many workers: jobs in, pictures in a folder out, and a journal of what happened."""
