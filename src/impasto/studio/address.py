"""Where the studio is reached."""

import socket
from dataclasses import dataclass

TOKEN = "token"
LOOPBACK, PORT = "127.0.0.1", 8477
"""Where it listens unless the user says otherwise."""
EVERYWHERE = ("0.0.0.0", "::")
"""Addresses that stand for all of a machine's."""


@dataclass(frozen=True)
class Address:
    """The studio's address. host: to listen at. token: in the address, where others could reach it too."""

    host: str
    port: int
    token: str | None

    @property
    def url(self) -> str:
        """The address to open."""
        name = socket.gethostname() if self.host in EVERYWHERE else self.host
        name = f"[{name}]" if ":" in name else name
        return f"http://{name}:{self.port}/" + (f"?{TOKEN}={self.token}" if self.token else "")
