# SPDX-License-Identifier: MIT
"""The command on the host's side of the link (--peer)."""
import glob
import os
import sys
import time

from . import process

TCP_LISTEN = "0A"
WAIT_S = 1.0


def _endpoints(pid):
    """Listening TCP and bound UDP sockets (inodes) of pid's network."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        try:
            with open(f"/proc/{pid}/net/{name}", encoding="ascii") as f:
                rows = [line.split() for line in f.readlines()[1:]]
        except OSError:
            continue
        found |= {r[9] for r in rows
                  if r[3] == TCP_LISTEN or name.startswith("udp")}
    return found


def _held(session):
    """Inodes of the sockets that the processes of a session hold."""
    found = set()
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat, encoding="utf-8", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
            if int(fields[3]) != session:
                continue
            for fd in glob.glob(os.path.dirname(stat) + "/fd/*"):
                target = os.readlink(fd)
                if target.startswith("socket:["):
                    found.add(target[8:-1])
        except OSError:
            continue
    return found


class Peer:
    """A shell command beside the guest, ended with the machine."""

    def __init__(self, command, network):
        env = dict(os.environ)
        if network.host:
            env["DOORBELL_HOST"] = network.host
            env["DOORBELL_GUEST"] = network.guest
        self._child = process.spawn(["/bin/sh", "-c", command],
                                    network.namespace, env=env,
                                    stdin=process.subprocess.DEVNULL)
        self._guard = process.Guard(self._child)
        self._wait_until_ready()

    def _wait_until_ready(self):
        """Until it listens on something, has ended, or 1 s has passed."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline and self._child.poll() is None:
            if _endpoints(self._child.pid) & _held(self._child.pid):
                return
            time.sleep(0.01)

    def finish(self, wait_s):
        """Let it end by itself for a while, then end it; its status."""
        try:
            self._child.wait(wait_s)
        except process.subprocess.TimeoutExpired:
            pass
        status = self._child.poll()
        process.end(self._child)
        self._guard.dismiss()
        if status:
            print(f"doorbell: the peer ended with status {status}",
                  file=sys.stderr)
        return status
