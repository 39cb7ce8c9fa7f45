"""The studio: a web page in which a painter works. Everything painted lives here, on the server; a page only shows it.

`folder`, `library`, `desk`, `order` and `record` are what is saved; `look`, `work` and `queue` paint; `atelier` holds
them together. `guard`, `routes` and `server` are the way in, and `page/` is what the browser shows.
"""

LOOPBACK, PORT = "127.0.0.1", 8477  # where it listens unless the user says otherwise
