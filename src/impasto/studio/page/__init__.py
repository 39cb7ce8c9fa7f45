"""The page: one file a region of it. A page only shows what is stored on the server, and asks for changes."""
