# SPDX-License-Identifier: MIT
"""Debian's network programs in the guest, unmodified, against host servers.

One boot runs many commands where that is possible. What a program says inside
is compared with what the same program says on the host, or with the bytes that
went over the wire.
"""
import contextlib
import hashlib
import http.server
import os
import threading

from harness import doorbell, noise, sha256


class _Files(http.server.BaseHTTPRequestHandler):
    """GET gives server.data, PUT stores server.got."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        data = self.server.data
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_PUT(self):
        digest, size = hashlib.sha256(), 0
        left = int(self.headers["Content-Length"])
        while left:
            piece = self.rfile.read(min(left, 1 << 16))
            if not piece:
                break
            digest.update(piece)
            size, left = size + len(piece), left - len(piece)
        self.server.got = (size, digest.hexdigest())
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing."""


@contextlib.contextmanager
def web(data=b""):
    """An HTTP/1.1 server on the host's loopback."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Files) as s:
        s.daemon_threads = True
        s.data, s.got = data, None
        t = threading.Thread(target=s.serve_forever, args=(0.05,))
        t.start()
        try:
            yield s
        finally:
            s.shutdown()
            t.join()


def shell(packages, script, *options, **how):
    """A script of busybox sh with these packages."""
    return doorbell("run", "--timeout", "100", "--with",
                    ",".join(["busybox-static", *packages]), *options,
                    "busybox", "sh", "-c", script, **how)


def test_curl_up_and_down(tmp_path):
    data = noise(3 << 20)
    path = tmp_path / "data.bin"
    path.write_bytes(data)
    with web(data) as s:
        url = f"http://host:{s.server_address[1]}/x"
        r = shell(["curl"],
                  f"curl -sS -T /data.bin {url} && echo up $? && "
                  f"curl -sS -o /got.bin {url} && sha256sum /got.bin",
                  "--add", f"{path}:data.bin")
        assert r.status == 0, r.out + r.err
        assert s.got == (len(data), sha256(data)), r.out
    assert sha256(data) in r.out, r.out


def test_ping_with_its_capabilities():
    r = shell(["iputils-ping"],
              "ping -c 2 -i 0.2 -W 2 127.0.0.1 && "
              "ping -c 1 -W 2 -M do -s 1472 host; echo status $?; "
              "ping -c 1 -W 2 -M do -s 1473 host; echo status $?")
    assert "2 packets transmitted, 2 received, 0% packet loss" in r.out, r.out
    assert "1480 bytes from" in r.out, r.out
    assert "message too long, mtu=1500" in r.out, r.out
    assert r.out.count("status 0") == 1 and "status 1" in r.out, r.out
    assert "is not implemented" not in r.out, r.out


def test_sysctl_reads_and_writes():
    r = shell(["procps"],
              "/usr/sbin/sysctl net.ipv4.ip_default_ttl && "
              "/usr/sbin/sysctl -w net.ipv4.ip_default_ttl=77 && "
              "/usr/sbin/sysctl -n net.ipv4.ip_default_ttl")
    assert "net.ipv4.ip_default_ttl = 64" in r.out, r.out
    assert "\n77" in r.out.replace("\r", ""), r.out


def test_busybox_clients_and_socat(tmp_path):
    data = noise(300000, seed=2)
    path = tmp_path / "d"
    path.write_bytes(data)
    with web(data) as s:
        port = s.server_address[1]
        r = shell(["socat"],
                  f"wget -q -O /got http://host:{port}/ && sha256sum /got; "
                  "socat -u UNIX-LISTEN:/s,fork OPEN:/copy,creat,append & "
                  "sleep 0.3; socat -u OPEN:/d UNIX-CONNECT:/s; sleep 0.3; "
                  "sha256sum /copy; kill %1; "
                  "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | "
                  f"nc host {port} | tail -c 300000 | sha256sum",
                  "--add", f"{path}:d")
    assert r.out.count(sha256(data)) == 3, r.out + r.err
