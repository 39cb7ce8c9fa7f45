"""The studio: a web page in which a painter works."""
