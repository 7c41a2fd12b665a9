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
import socket
import ssl
import subprocess
import threading

from harness import (DOORBELL, doorbell, free_port, noise, sha256,
                     wait_until)


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
    assert "WARNING" not in r.out + r.err, r.out


def test_the_machine_shows_itself_below_proc():
    r = shell(["procps"], "/usr/bin/free -k; cat /proc/uptime; "
              "grep -c 'model name' /proc/cpuinfo")
    lines = r.out.splitlines()
    row = next(line.split() for line in lines if line.startswith("Mem:"))
    assert 30000 < int(row[1]) < 1 << 20 and 0 < int(row[3]) < int(row[1])
    assert 0 < float(lines[-2].split()[0]) < 100, r.out
    assert lines[-1] == "1", r.out


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


LOCKS = """
import fcntl, os, threading, time
def attempt(f, how):
    try:
        fcntl.flock(f, how | fcntl.LOCK_NB)
        return "taken"
    except OSError as e:
        return os.strerror(e.errno)
a, b, c = (open("FILE", "w") for _ in range(3))
print(attempt(a, fcntl.LOCK_SH), attempt(b, fcntl.LOCK_SH))
print(attempt(a, fcntl.LOCK_EX), attempt(c, fcntl.LOCK_SH))
fcntl.flock(c, fcntl.LOCK_UN)
fcntl.flock(b, fcntl.LOCK_UN)
print(attempt(a, fcntl.LOCK_EX), attempt(os.dup(a.fileno()), fcntl.LOCK_EX))
print(attempt(b, fcntl.LOCK_SH))
threading.Timer(0.1, lambda: fcntl.flock(a, fcntl.LOCK_UN)).start()
start = time.monotonic()
fcntl.flock(b, fcntl.LOCK_EX)
print(time.monotonic() - start > 0.05, attempt(c, fcntl.LOCK_SH))
if os.fork() == 0:
    os._exit(attempt(b, fcntl.LOCK_EX) != "taken")
print(os.wait()[1])
b.close()
print(attempt(c, fcntl.LOCK_SH), attempt(c, 64))
"""


def test_flock_is_as_on_linux(tmp_path):
    script = tmp_path / "locks.py"
    script.write_text(LOCKS.replace("FILE", "/tmp/locked"))
    here = LOCKS.replace("FILE", str(tmp_path / "locked"))
    linux = subprocess.run(["/usr/bin/python3", "-c", here], check=True,
                           capture_output=True, text=True).stdout
    r = doorbell("run", "--timeout", "100", "--net", "none", "--append",
                 "quiet", "--with", "python3,busybox-static", "--add",
                 f"{script}:locks.py", "busybox", "sh", "-c",
                 "mkdir -p /tmp; python3 /locks.py")
    assert r.out.splitlines() == linux.splitlines(), r.out + r.err


def test_nstat_shows_the_counters():
    r = shell(["iproute2"], "mkdir -p /tmp; wget -q -O- http://host:1/; "
              "nstat -az | grep -E '^(TcpActiveOpens|TcpExtSyncookiesSent)'; "
              "nstat TcpActiveOpens; echo status $?")
    rows = [line.split()[:2] for line in r.out.splitlines()
            if line.startswith("Tcp")]
    assert rows[:2] == [["TcpActiveOpens", "1"],
                        ["TcpExtSyncookiesSent", "0"]], r.out + r.err
    assert "status 0" in r.out, r.out


@contextlib.contextmanager
def thread(work, *args):
    """Run this beside the block."""
    t = threading.Thread(target=work, args=args)
    t.start()
    try:
        yield
    finally:
        t.join()


def test_openssl_sends_inside_tls(tmp_path):
    data, got = noise(1 << 20, seed=3), []
    (tmp_path / "d").write_bytes(data)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=host", "-days", "1", "-keyout",
                    tmp_path / "key", "-out", tmp_path / "cert"], check=True,
                   stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)

        def serve():
            with context.wrap_socket(listener.accept()[0],
                                     server_side=True) as s:
                left = len(data)
                while left and (piece := s.recv(1 << 16)):
                    got.append(piece)
                    left -= len(piece)
                s.sendall(sha256(b"".join(got)).encode() + b"\n")

        with thread(serve):
            port = listener.getsockname()[1]
            r = shell(["openssl"],
                      "(cat /d; sleep 3) | openssl s_client -quiet -connect "
                      f"host:{port} -CAfile /cert -verify_return_error",
                      "--add", f"{tmp_path / 'd'}:d",
                      "--add", f"{tmp_path / 'cert'}:cert")
    assert b"".join(got) == data, r.out + r.err
    assert sha256(data) in r.out, r.out + r.err


def test_dig_asks_the_host():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        s.settimeout(60)

        def answer():
            """One question, of any name: 192.0.2.7 (RFC 1035, section 4)."""
            query, who = s.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            s.sendto(query[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" +
                     query[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" +
                     bytes([192, 0, 2, 7]), who)

        with thread(answer):
            r = shell(["bind9-dnsutils"],
                      f"dig @10.0.2.2 -p {s.getsockname()[1]} +short "
                      "+noedns +tries=1 +time=20 doorbell.test A")
    assert "192.0.2.7" in r.out.split(), r.out + r.err


def test_busybox_httpd_serves_the_host(tmp_path):
    data, port = noise(700000, seed=4), free_port()
    (tmp_path / "d").write_bytes(data)

    def get():
        return subprocess.run(
            ["curl", "-s", "-m", "20", f"http://127.0.0.1:{port}/d"],
            capture_output=True, check=False)

    with subprocess.Popen(
            [DOORBELL, "run", "--timeout", "100", "--with", "busybox-static",
             "--forward", f"tcp:{port}:80", "--add", f"{tmp_path / 'd'}:d",
             "busybox", "httpd", "-f", "-p", "80", "-h", "/"],
            stdout=subprocess.DEVNULL) as guest:
        try:
            wait_until(lambda: get().returncode == 0, 30)
            assert get().stdout == data
        finally:
            guest.terminate()


CYCLES = """
import os, select, socket
def free():
    with open("/proc/meminfo") as f:
        return int(next(l for l in f if l.startswith("MemFree")).split()[1])
def pair(ends):
    for end in ends:
        end.close() if hasattr(end, "close") else os.close(end)
KINDS = {
    "tcp": lambda: socket.socket().close(),
    "udp": lambda: socket.socket(type=socket.SOCK_DGRAM).close(),
    "raw": lambda: socket.socket(type=socket.SOCK_RAW, proto=1).close(),
    "unix": lambda: pair(socket.socketpair()),
    "packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    768).close(),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                     0).close(),
    "epoll": lambda: select.epoll().close(),
    "eventfd": lambda: os.close(os.eventfd(0)),
    "pipe": lambda: pair(os.pipe()),
    "file": lambda: open("/cycle", "w").close(),
}
for name, kind in KINDS.items():
    for _ in range(200):
        kind()
    before = free()
    for _ in range(10000):
        kind()
    lost = before - free()
    print(name, "kept" if lost < 64 else f"lost {lost} KiB")
"""


def test_ten_thousand_cycles_leave_no_page(tmp_path):
    script = tmp_path / "cycles.py"
    script.write_text(CYCLES)
    r = doorbell("run", "--timeout", "100", "--append", "quiet", "--with",
                 "python3", "--add", f"{script}:cycles.py",
                 "python3", "/cycles.py")
    lines = r.out.splitlines()
    assert len(lines) == 10 and \
        all(line.endswith(" kept") for line in lines), r.out + r.err


BOMB = """
import errno, os, signal
try:
    while True:
        if not os.fork():
            signal.pause()
except OSError as e:
    print("refused:", errno.errorcode[e.errno])
"""


def test_children_until_memory_ends(tmp_path):
    """Who asks for more is refused or, when its own pages have to be copied,
    killed; the first program lives, and has all memory back."""
    script = tmp_path / "bomb.py"
    script.write_text(BOMB)
    r = shell(["python3"],
              "python3 -c 1; grep MemFree /proc/meminfo; "
              "python3 /bomb.py; echo bomb $?; kill -9 -1; sleep 1; "
              "python3 -c 'print(6 * 7)'; grep MemFree /proc/meminfo",
              "--add", f"{script}:bomb.py")
    lines = r.out.splitlines()
    free = [int(line.split()[1]) for line in lines
            if line.startswith("MemFree")]
    assert ("bomb 137" in lines) != ("refused: ENOMEM" in lines), r.out
    assert "42" in lines and len(free) == 2, r.out + r.err
    assert free[0] - free[1] < 512, r.out
