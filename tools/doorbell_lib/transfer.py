# SPDX-License-Identifier: MIT
"""A real file from the guest's program `send` into a listener here, its
SHA-256 compared, and a short report about the way it took."""
import hashlib
import os
import random
import select
import threading
import time

from . import machine
from .archive import pack
from .capture import First, sent_by, tcp_sent
from .common import BUILD, Fail, shown
from .network import GUEST_MAC

MIB = 1 << 20
SEED = 0xd00b311


class Listener(threading.Thread):
    """Takes one TCP connection and hashes what comes until its end."""

    def __init__(self, sock):
        super().__init__(daemon=True)
        self._sock = sock
        self._wake_r, self._wake_w = os.pipe()
        self._hash = hashlib.sha256()
        self.port = sock.getsockname()[1]
        self.connected = False
        self.error = None
        self.bytes = 0
        self.seconds = 0.0

    def run(self):
        try:
            ready, _, _ = select.select([self._sock, self._wake_r], [], [])
            if self._sock not in ready:
                return
            conn, _ = self._sock.accept()
            self.connected = True
            with conn:
                self._take(conn)
        except OSError as e:
            self.error = e.strerror or str(e)

    def _take(self, conn):
        conn.settimeout(60)
        buffer = bytearray(MIB)
        view = memoryview(buffer)
        start = time.monotonic()
        while n := conn.recv_into(buffer):
            self._hash.update(view[:n])
            self.bytes += n
        self.seconds = time.monotonic() - start

    def sha256(self):
        """Of all bytes received."""
        return self._hash.hexdigest()

    def stop(self):
        """The machine has ended: take what is still on its way, close."""
        os.write(self._wake_w, b"x")
        self.join(10)
        for fd in (self._wake_r, self._wake_w):
            os.close(fd)
        self._sock.close()


def seeded_file(size):
    """build/data-SIZE.bin, made once from the fixed seed."""
    os.makedirs(BUILD, exist_ok=True)
    path = os.path.join(BUILD, f"data-{size}.bin")
    if not os.path.exists(path) or os.path.getsize(path) != size:
        source = random.Random(SEED)
        with open(path + ".partial", "wb") as f:
            for at in range(0, size, MIB):
                f.write(source.randbytes(min(MIB, size - at)))
        os.replace(path + ".partial", path)
    return path


def file_sha256(path):
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as f:
            while chunk := f.read(MIB):
                digest.update(chunk)
    except OSError as e:
        raise Fail(f"cannot read {path}: {e.strerror}") from None
    return digest.hexdigest()


def _per_thousand(stats, name):
    frames = stats.get("e1000.tx_frames", 0)
    if not frames or name not in stats:
        return "not counted"
    return f"{stats[name] * 1000 / frames:,.0f} per 1,000 frames"


def report(path, options, network, listener, outcome, first_frame):
    """The report's lines; at most 15."""
    segments, again = tcp_sent(options.pcap, GUEST_MAC)
    rate = listener.bytes * 8e-6 / max(listener.seconds, 1e-9)
    boot = "no frame was seen" if first_frame is None else \
        f"{first_frame * 1e3:.0f} ms after QEMU's start ({options.firmware})"
    again = outcome.stats.get("tcp.RetransSegs", again)
    rows = (
        ("file", f"{shown(path)} over {network.name} networking"),
        ("SHA-256", f"equal on both sides: {listener.sha256()[:16]}..."),
        ("bytes", f"{listener.bytes:,}"),
        ("time", f"{listener.seconds:.3f} s"),
        ("rate", f"{rate:,.0f} Mbit/s"),
        ("first frame", boot),
        ("segments", f"{segments:,} with data"),
        ("retransmits", f"{again:,}"),
        ("doorbells", _per_thousand(outcome.stats, "e1000.doorbells")),
        ("interrupts", _per_thousand(outcome.stats, "e1000.interrupts")),
        ("capture", shown(options.pcap)),
    )
    return [f"  {name:12} {value}" for name, value in rows]


def _judge(path, listener, outcome):
    """Fail unless the file arrived whole and the program said so too."""
    if not listener.connected:
        raise Fail("the guest never connected to the listener "
                   f"(its program ended with status {outcome.status})")
    if listener.error:
        raise Fail(f"the connection broke after {listener.bytes:,} bytes: "
                   f"{listener.error}")
    if listener.sha256() != file_sha256(path):
        raise Fail(f"what arrived is not {shown(path)}: "
                   f"{listener.bytes:,} of {os.path.getsize(path):,} bytes, "
                   f"SHA-256 {listener.sha256()}")
    if outcome.status:
        raise Fail("the file arrived, but the program ended with status "
                   f"{outcome.status}")


def transfer(path, options, network):
    """Boot, send the file, compare, report. Returns the exit status."""
    if not os.path.isfile(path):
        raise Fail(f"no file {path}")
    sock = network.listen()
    listener = Listener(sock)
    name = os.path.basename(path)
    archive, inside = pack("send", [f"{path}:{name}"], network.host,
                           network.resolver)
    options.mem = options.mem or memory_for(archive)
    options.append.append("doorbell.stats")
    cmdline = machine.command_line(
        options, network, inside,
        [f"/{name}", f"tcp://host:{listener.port}"])
    os.makedirs(os.path.dirname(os.path.abspath(options.pcap)),
                exist_ok=True)
    if os.path.exists(options.pcap):
        os.unlink(options.pcap)
    watch = First(options.pcap, sent_by(GUEST_MAC))
    started = []

    def on_start():
        started.append(time.monotonic())
        watch.start()

    listener.start()
    try:
        outcome = machine.boot(options, archive, cmdline, network,
                               on_start=on_start)
    finally:
        listener.stop()
        if started:
            watch.stop()
    _judge(path, listener, outcome)
    first = watch.when - started[0] if watch.when else None
    print("\n".join(report(path, options, network, listener, outcome,
                           first)))
    return 0


def memory_for(archive):
    """MiB of RAM: the archive and the files out of it exist at once."""
    return 64 + 2 * (len(archive) // MIB + 1) if len(archive) > 8 * MIB \
        else 64


__all__ = ["Listener", "file_sha256", "memory_for", "report", "seeded_file",
           "transfer"]
