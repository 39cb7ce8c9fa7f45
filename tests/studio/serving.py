"""A studio in a process of its own, as its users start it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0


class Served:
    """A server that was started with these options, once it has said its address."""

    def __init__(
        self, folder: Path, *options: str, program: str = "tests.studio.tiny_server", **environment: str
    ):
        # NiceGUI starts no server where it finds pytest's own variables.
        plain = {name: one for name, one in os.environ.items() if not name.startswith("PYTEST")}
        command = [sys.executable, "-m", program, "--folder", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**plain, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self.errors: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        ]
        for reader in self._readers:
            reader.start()
        self.address = self._wait_for_address()

    @staticmethod
    def _read(stream, lines: list[str]) -> None:
        lines.extend(iter(stream.readline, ""))

    def _wait_for_address(self) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = re.search(r"http://\S+", "".join(self.lines))
            if found:
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        self.end()
        raise AssertionError(f"the server has not begun: {self.lines} {self.errors}")

    def end(self, number: int = signal.SIGINT) -> int:
        """End it, and say with which code it ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        if self.process.stdout is None or self.process.stdout.closed:
            return self.process.wait(PATIENCE)
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return code
