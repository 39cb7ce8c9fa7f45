"""Many pictures at a glance: on one sheet, and on a page that shows how each was made."""
