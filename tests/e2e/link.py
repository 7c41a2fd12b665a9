# SPDX-License-Identifier: MIT
"""A wire under the tests' control: the guest's card is a datagram socket, the
other end is a tap of the host's kernel in a namespace of its own, and between
them frames are lost, doubled and put out of order by a seed; strangers' frames
can be put in."""
import os
import random
import select
import shutil
import socket
import tempfile
import threading
import time

from doorbell_lib.netns import Namespace
from doorbell_lib.network import GUEST_MAC, TAP_HOST_MAC

HOST, GUEST, NETMASK = "192.168.77.1", "192.168.77.2", "255.255.255.0"
FRAME_MAX = 2048
HOLD_S = 0.05


class Impairment:
    """What happens to the n-th frame depends on the seed and n alone."""

    def __init__(self, seed=0, loss=0.0, duplicate=0.0, reorder=0.0):
        self._random = random.Random(seed)
        self._loss, self._duplicate = loss, duplicate
        self._reorder = reorder
        self._held = []  # [frames to pass before it, deadline, frame]
        self.counts = {"frames": 0, "lost": 0, "duplicated": 0,
                       "reordered": 0}

    def through(self, frame):
        """The frames that go out now that this one came in."""
        lose, double, hold = (self._random.random() for _ in "abc")
        distance = 1 + self._random.randrange(4)
        self.counts["frames"] += 1
        if lose < self._loss:
            self.counts["lost"] += 1
            return self._release(passed=True)
        if hold < self._reorder:
            self.counts["reordered"] += 1
            self._held.append([distance, time.monotonic() + HOLD_S, frame])
            return []
        out = [frame]
        if double < self._duplicate:
            self.counts["duplicated"] += 1
            out.append(frame)
        return out + self._release(passed=True)

    def _release(self, passed):
        now, out = time.monotonic(), []
        for entry in self._held:
            entry[0] -= passed
            if entry[0] <= 0 or entry[1] <= now:
                out.append(entry[2])
        self._held = [e for e in self._held
                      if e[0] > 0 and e[1] > now]
        return out

    def overdue(self):
        """Frames held back for too long, when nothing passes them."""
        return self._release(passed=False)


class Link(threading.Thread):
    """The wire; a context manager. to_host and to_guest impair it."""

    def __init__(self, to_host=None, to_guest=None):
        super().__init__(daemon=True)
        self.to_host = to_host or Impairment()
        self.to_guest = to_guest or Impairment()
        self._dir = tempfile.mkdtemp(prefix="doorbell-link-")
        self._ours = os.path.join(self._dir, "host")
        self._theirs = os.path.join(self._dir, "guest")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        self._socket.bind(self._ours)
        self.namespace = Namespace("tap0", HOST, NETMASK, TAP_HOST_MAC)
        self._stopping = threading.Event()

    def launcher_words(self, pcap):
        """Options for `tools/doorbell run` that plug the guest in."""
        netdev = ("dgram,id=n0,local.type=unix,local.path=" + self._theirs
                  + ",remote.type=unix,remote.path=" + self._ours)
        return ["--net", "none",
                "--append", f"ip={GUEST}::{HOST}:{NETMASK}::eth0:off",
                "--qemu-arg", f"-netdev {netdev}", "--qemu-arg",
                f"-device e1000,netdev=n0,romfile=,mac={GUEST_MAC}",
                "--qemu-arg",
                f"-object filter-dump,id=p0,netdev=n0,file={pcap}"]

    def inject(self, frame):
        """Put a frame of our own on the wire to the guest; waits for room.

        False once the guest is gone.
        """
        try:
            self._socket.sendto(frame, self._theirs)
            return True
        except (ConnectionRefusedError, FileNotFoundError):
            return False

    def run(self):
        tap = self.namespace.tap_fd
        while not self._stopping.is_set():
            ready, _, _ = select.select([self._socket, tap], [], [], 0.01)
            if self._socket in ready:
                frame = self._socket.recv(FRAME_MAX)
                for out in self.to_host.through(frame):
                    os.write(tap, out)
            if tap in ready:
                frame = os.read(tap, FRAME_MAX)
                for out in self.to_guest.through(frame):
                    self.inject(out)
            for out in self.to_host.overdue():
                os.write(tap, out)
            for out in self.to_guest.overdue():
                self.inject(out)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exc):
        self._stopping.set()
        self.join()
        self._socket.close()
        self.namespace.close()
        shutil.rmtree(self._dir, ignore_errors=True)
