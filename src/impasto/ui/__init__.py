"""Parts that the front ends share: texts, progress, masks and maps, commands."""
