"""The costs: each formula once, in one short file. Notation of Gatys, Ecker and Bethge (arXiv 1508.06576)."""
