#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What listens on the host's side of the link in the tests: a program for
`--peer`, which writes what it saw to a file as JSON.

  peers.py tcp --port P --out F [how it misbehaves]
  peers.py udp --port P --out F --count N
  peers.py serve --port P --out F --data FILE     (sends, then closes)
"""
import argparse
import hashlib
import json
import os
import socket
import struct
import threading
import time


class Sink:
    """Reads one connection to its end, or misbehaves as told."""

    def __init__(self, conn, args):
        self._conn, self._args = conn, args
        self._hash = hashlib.sha256()
        self.seen = {"bytes": 0, "end": "eof"}

    def _leave_early(self):
        a = self._args
        n = self.seen["bytes"]
        if a.reset_after is not None and n >= a.reset_after:
            self._conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            return "reset"
        if a.close_after is not None and n >= a.close_after:
            # FIN first: the sender is in CLOSE-WAIT when the reset, which
            # closing with unread data causes, arrives.
            self._conn.shutdown(socket.SHUT_WR)
            time.sleep(0.3)
            return "closed"
        return None

    def take(self):
        """Read; what was seen."""
        a, paused = self._args, False
        while True:
            try:
                data = self._conn.recv(a.chunk)
            except OSError as e:
                self.seen["end"] = e.strerror
                break
            if not data:
                break
            self._hash.update(data)
            self.seen["bytes"] += len(data)
            if early := self._leave_early():
                self.seen["end"] = early
                break
            if a.slow_ms:
                time.sleep(a.slow_ms / 1000)
            if a.pause_s and not paused and \
                    self.seen["bytes"] >= a.pause_after:
                paused = True
                time.sleep(a.pause_s)
        self._conn.close()
        self.seen["sha256"] = self._hash.hexdigest()
        return self.seen


def run_tcp(a):
    """Accept --connections, all at once; what each saw, in accept order."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if a.rcvbuf:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, a.rcvbuf)
        if a.fastopen:
            # The namespace is the launcher's own.
            with open("/proc/sys/net/ipv4/tcp_fastopen", "w",
                      encoding="ascii") as f:
                f.write("3")
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
        s.bind(("", a.port))
        s.listen(16)
        threads, sinks = [], []
        for _ in range(a.connections):
            sinks.append(Sink(s.accept()[0], a))
            threads.append(threading.Thread(target=sinks[-1].take))
            threads[-1].start()
    for t in threads:
        t.join()
    return [sink.seen for sink in sinks]


def run_udp(a):
    """Take --count datagrams, or as many as come; length and hash of each,
    and the hash of them all in a row."""
    whole, seen = hashlib.sha256(), []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE
                     if hasattr(socket, "SO_RCVBUFFORCE") else 33, 64 << 20)
        s.bind(("", a.port))
        while len(seen) < a.count:
            data, sender = s.recvfrom(65536)
            s.settimeout(3)
            whole.update(data)
            seen.append([len(data), hashlib.sha256(data).hexdigest()[:16],
                         sender[0]])
    return {"datagrams": seen, "sha256": whole.hexdigest()}


def run_serve(a):
    """Send a file to whoever connects, and read what comes back."""
    with socket.create_server(("", a.port)) as s:
        conn, _ = s.accept()
    with conn, open(a.data, "rb") as f:
        conn.sendfile(f)
        conn.shutdown(socket.SHUT_WR)
        return Sink(conn, a).take()


def main():
    """Run one mode and write its report, also after a time-out."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("mode", choices=("tcp", "udp", "serve"))
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--connections", type=int, default=1)
    p.add_argument("--fastopen", action="store_true")
    p.add_argument("--chunk", type=int, default=1 << 20)
    p.add_argument("--rcvbuf", type=int)
    p.add_argument("--slow-ms", type=float)
    p.add_argument("--pause-s", type=float)
    p.add_argument("--pause-after", type=int, default=1)
    p.add_argument("--close-after", type=int)
    p.add_argument("--reset-after", type=int)
    p.add_argument("--count", type=int)
    p.add_argument("--data")
    a = p.parse_args()
    run = {"tcp": run_tcp, "udp": run_udp, "serve": run_serve}[a.mode]
    try:
        report = run(a)
    except OSError as e:
        report = {"error": e.strerror or str(e)}
    with open(a.out + ".partial", "w", encoding="utf-8") as f:
        json.dump(report, f)
    os.replace(a.out + ".partial", a.out)


if __name__ == "__main__":
    main()
