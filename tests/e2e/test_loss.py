# SPDX-License-Identifier: MIT
"""A wire that loses, doubles and reorders frames by a seed, and one on which
strangers shout. The file arrives whole all the same."""
import random
import socket
import struct
import threading

import pytest

import judge
from doorbell_lib.capture import tcp_sent
from doorbell_lib.network import GUEST_MAC
from doorbell_lib.transfer import Listener
from harness import assert_no_leak, doorbell, noise, sha256
from link import GUEST, HOST, Impairment, Link

PORT = 9000


def send_over(link, tmp_path, data, timeout=110, listener=None, words=()):
    """Send data over the link into a listener of the host's kernel."""
    path = tmp_path / "data.bin"
    path.write_bytes(data)
    pcap = str(tmp_path / "run.pcap")
    if listener is None:
        listener = Listener(link.namespace.socket(socket.SOCK_STREAM,
                                                  (HOST, PORT)))
    listener.start()
    try:
        r = doorbell("run", *link.launcher_words(pcap), "--stats",
                     "--timeout", timeout, "--append", "quiet", *words,
                     "--add", f"{path}:data.bin", "send", "--timeout", "60",
                     "/data.bin", f"tcp://{HOST}:{PORT}",
                     timeout=timeout + 20)
    finally:
        listener.stop()
    assert_no_leak(r)
    judge.assert_sound(pcap)
    return r, listener


CASES = {
    "clean": (4 << 20, {}),
    "1% loss": (2 << 20, {"loss": 0.01}),
    "10% loss": (384 << 10, {"loss": 0.10}),
    "reordering": (2 << 20, {"reorder": 0.05}),
    "duplication": (2 << 20, {"duplicate": 0.05}),
    "all at once": (512 << 10, {"loss": 0.02, "reorder": 0.05,
                                "duplicate": 0.05}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_crosses_a_bad_wire(tap, tmp_path, case):
    size, how = CASES[case]
    data = noise(size)
    with Link(Impairment(seed=1, **how), Impairment(seed=2, **how)) as link:
        r, listener = send_over(link, tmp_path, data)
        counts = link.to_host.counts
    assert r.status == 0, r.out + r.err
    assert listener.sha256() == sha256(data)
    sent, again = tcp_sent(str(tmp_path / "run.pcap"), GUEST_MAC)
    if "loss" in how:
        assert counts["lost"] > 0 and again > 0
    if case == "clean":
        # None is lost, but a busy host may be late enough for a loss probe.
        assert again <= sent // 100
    if how.get("reorder"):
        assert counts["reordered"] > 0
    if how.get("duplicate"):
        assert counts["duplicated"] > 0


def test_bbr_paces_a_file_across_a_bad_wire(tap, tmp_path):
    data = noise(2 << 20)
    with Link(Impairment(seed=1, loss=0.01), Impairment(seed=2)) as link:
        r, listener = send_over(link, tmp_path, data,
                                words=("--congestion", "bbr"))
        counts = link.to_host.counts
    assert r.status == 0, r.out + r.err
    assert listener.sha256() == sha256(data)
    assert counts["lost"] > 0


# --- strangers' frames --------------------------------------------------------
def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Stranger:
    """Frames of every length up to 1,600 bytes, from a seed: noise, noise
    for the guest's address, and damaged ARP, IP, TCP, UDP, ICMP."""

    ME = bytes.fromhex(GUEST_MAC.replace(":", ""))

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._pool = self._random.randbytes(1 << 20)

    def _noise(self, n):
        at = self._random.randrange(len(self._pool) - 1600)
        return self._pool[at:at + n]

    def _ip(self, n, sound):
        protocol = self._random.choice((1, 6, 17, 17, 2, 255))
        body = self._noise(max(0, n - 34))
        source = socket.inet_aton(HOST) if sound else self._noise(4)
        head = struct.pack(">BBHHHBBH4s4s",
                           0x45 if sound else self._random.randrange(256),
                           0, len(body) + 20 if sound else
                           self._random.randrange(65536),
                           self._random.randrange(65536),
                           self._random.choice((0, 0, 0x2000, 0x4000,
                                                0x2001, 0x1fff)),
                           64, protocol, 0, source, socket.inet_aton(GUEST))
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        return b"\x08\x00" + head + body

    def _arp(self, n):
        fixed = struct.pack(">HHBBH", 1, 0x800, 6, 4,
                            self._random.choice((1, 2, 3)))
        # Not from the host's address: that would be an attack on the
        # transfer, which ARP cannot withstand.
        return b"\x08\x06" + fixed + self._noise(6) + b"\xc0\xa8\x4d" + \
            bytes([self._random.randrange(3, 255)]) + self._noise(10) + \
            self._noise(max(0, n - 42))

    def frames(self, count):
        """That many frames, one after the other."""
        for i in range(count):
            n = 1 + i % 1600
            kind = self._random.randrange(8)
            if kind < 2:
                yield self._noise(n)
                continue
            to = self.ME if kind < 6 else b"\xff" * 6
            head = to + self._noise(6)
            if kind == 2:
                frame = head + self._noise(max(0, n - 12))
            elif kind == 3:
                frame = head + self._arp(n)
            else:
                frame = head + self._ip(n, sound=kind != 4)
            yield frame[:n]


class Shouting(threading.Thread):
    """Puts a stranger's frames on the wire as fast as the guest takes
    them."""

    def __init__(self, link, count):
        super().__init__(daemon=True)
        self._link, self._count = link, count
        self.sent = 0

    def run(self):
        for frame in Stranger(7).frames(self._count):
            if not self._link.inject(frame):
                return
            self.sent += 1


class PausingListener(Listener):
    """Takes the first bytes, lets something happen, takes the rest."""

    def __init__(self, sock, meanwhile):
        super().__init__(sock)
        self._meanwhile = meanwhile

    def _take(self, conn):
        first = conn.recv(1000)
        self._hash.update(first)
        self.bytes += len(first)
        self._meanwhile()
        super()._take(conn)


def test_a_million_random_frames_do_no_harm(tap, tmp_path):
    data = noise(12 << 20)
    with Link() as link:
        shouting = Shouting(link, 1000000)

        def meanwhile():
            shouting.start()
            shouting.join()

        listener = PausingListener(
            link.namespace.socket(socket.SOCK_STREAM, (HOST, PORT)),
            meanwhile)
        # No capture of a million bad frames: the transfer is the judge.
        path = tmp_path / "data.bin"
        path.write_bytes(data)
        words = link.launcher_words("/dev/null")
        listener.start()
        try:
            r = doorbell("run", *words, "--stats", "--timeout", 200,
                         "--append", "quiet", "--add", f"{path}:data.bin",
                         "send", "--timeout", "150", "/data.bin",
                         f"tcp://{HOST}:{PORT}", timeout=220)
        finally:
            listener.stop()
    assert r.status == 0, r.out[-3000:] + r.err
    assert shouting.sent == 1000000
    assert listener.sha256() == sha256(data)
    assert_no_leak(r)
