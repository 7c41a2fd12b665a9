# SPDX-License-Identifier: MIT
"""QEMU's machine protocol, as much as the tests need."""
import json
import socket
import time


class Qmp:
    """One monitor, by a socket that QEMU makes; a context manager."""

    def __init__(self, folder):
        self._path = str(folder / "qmp")
        self._socket = self._file = None

    def launcher_words(self):
        """Options for `tools/doorbell run`."""
        return ["--qemu-arg", f"-qmp unix:{self._path},server=on,wait=off"]

    def connect(self, seconds=60):
        """Wait for QEMU, and say hello."""
        end = time.monotonic() + seconds
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(self._path)
                break
            except OSError:
                self._socket.close()
                assert time.monotonic() < end, "there is no QEMU"
                time.sleep(0.02)
        self._file = self._socket.makefile("rw", encoding="utf-8")
        self._file.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """One command; its answer, events left out."""
        print(json.dumps({"execute": command, "arguments": arguments}),
              file=self._file, flush=True)
        for line in self._file:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            assert "event" in answer, answer
        raise ConnectionError("QEMU has ended")

    def close(self):
        """End the connection."""
        if self._file:
            self._file.close()
            self._socket.close()
