# SPDX-License-Identifier: MIT
"""Running the launcher from a test, as a user does."""
import collections
import glob
import hashlib
import json
import os
import random
import re
import shlex
import socket
import subprocess
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, "build")
DOORBELL = os.path.join(ROOT, "tools", "doorbell")
sys.path.insert(0, os.path.join(ROOT, "tools"))

import judge  # noqa: E402  (it uses tools/doorbell_lib)

Result = collections.namedtuple("Result", "status out err")


def run(argv, stdin=b"", timeout=120, env=None):
    """Run to the end; the status and both outputs as text.

    On a time-out the command is ended in order and the test fails with what
    it had written.
    """
    with subprocess.Popen(argv, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=env) as p:
        try:
            out, err = p.communicate(stdin, timeout)
        except BaseException as e:
            p.terminate()  # the launcher cleans up on SIGTERM
            out, err = p.communicate()
            if isinstance(e, subprocess.TimeoutExpired):
                raise AssertionError(
                    f"{argv} took over {timeout} s:\n"
                    f"{out.decode(errors='replace')[-4000:]}\n"
                    f"{err.decode(errors='replace')[-2000:]}") from None
            raise
    return Result(p.returncode, out.decode(errors="replace"),
                  err.decode(errors="replace"))


def doorbell(*words, **how):
    """tools/doorbell with these words."""
    return run([DOORBELL, *map(str, words)], **how)


def processes_of(mark):
    """Process ids whose command line contains mark, but not our own."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                if mark.encode() in f.read():
                    found.append(int(path.split("/")[2]))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def wait_until(condition, seconds=5.0):
    """Poll a condition; the test fails if it does not come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true"
        time.sleep(0.02)


TAP_PORT = 9000
PEERS = os.path.join(ROOT, "tests", "e2e", "peers.py")


def free_port():
    """A TCP port of the loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def sha256(data):
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def noise(size, seed=1):
    """Bytes that no compression and no accident reproduces."""
    return random.Random(seed).randbytes(size)


class Net:
    """One kind of link for a test: its peer, its capture, its guest."""

    def __init__(self, kind, folder):
        self.kind, self._folder = kind, folder
        self.port = TAP_PORT if kind == "tap" else free_port()
        self.pcap = str(folder / "run.pcap")
        self._out = str(folder / "peer.json")

    def peer(self, mode, *words):
        """A peers.py in this mode as launcher options."""
        command = ["/usr/bin/python3", PEERS, mode, "--port", self.port,
                   "--out", self._out, *words]
        return ["--peer", "exec " + shlex.join(map(str, command))]

    def report(self):
        """What the peer saw."""
        with open(self._out, encoding="utf-8") as f:
            return json.load(f)

    def file(self, data, name="data.bin"):
        """The path of a file with these bytes."""
        path = self._folder / name
        path.write_bytes(data)
        return str(path)

    def run(self, *words, sound=True, **how):
        """`doorbell run` on this link, its capture judged."""
        r = doorbell("run", "--net", self.kind, "--pcap", self.pcap,
                     "--append", "quiet", "--stats", "--timeout", 110,
                     *words, **how)
        if sound:
            judge.assert_sound(self.pcap, by_card="--offload" in words)
        assert_no_leak(r)
        return r

    def send(self, data, *words, url=None, options=()):
        """Send data from the guest's program `send`."""
        path = self.file(data)
        return self.run(*words, "--add", f"{path}:data.bin",
                        "send", *options, "/data.bin",
                        url or f"tcp://host:{self.port}")


def assert_no_leak(r):
    """The kernel's own account at its end: no socket buffer is left."""
    live = re.findall(r"^stats: skb\.live (\d+)$", r.err, re.M)
    assert not live or live == ["0"], r.err
    assert "panic" not in r.out.lower(), r.out


def stats(r):
    """The kernel's counters that --stats showed."""
    return {m[0]: int(m[1])
            for m in re.findall(r"^stats: (\S+) (\d+)$", r.err, re.M)}
