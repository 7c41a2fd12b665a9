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
import re
import socket
import ssl
import subprocess
import threading

import judge
from harness import (DOORBELL, doorbell, free_port, noise, run, sha256,
                     wait_until)

from doorbell_lib.network import GUEST_MAC


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
              "/usr/bin/ping -c 2 -i 0.2 -W 2 127.0.0.1 && "
              "/usr/bin/ping -c 1 -W 2 -M do -s 1472 host; echo status $?; "
              "/usr/bin/ping -c 1 -W 2 -M do -s 1473 host; echo status $?")
    assert "2 packets transmitted, 2 received, 0% packet loss" in r.out, r.out
    assert "1480 bytes from" in r.out, r.out
    assert "message too long, mtu=1500" in r.out, r.out
    assert r.out.count("status 0") == 1 and "status 1" in r.out, r.out
    assert "is not implemented" not in r.out, r.out
    assert "WARNING" not in r.out + r.err, r.out


def test_arping_asks_probes_and_announces(tmp_path):
    """In the capture: what is asked, from whom, and of what (RFC 5227)."""
    pcap = tmp_path / "run.pcap"
    # It takes second 0 of the machine's clock for "nothing sent yet".
    r = shell(["iputils-arping"],
              "sleep 1.5; a=/usr/bin/arping; $a -c 2 -I eth0 host; "
              "$a -D -c 1 -w 1 -I eth0 10.0.2.77; echo free $?; "
              "$a -D -c 1 -w 1 -I eth0 host; echo taken $?; "
              "$a -U -c 1 -w 1 -I eth0 10.0.2.15; $a -A -c 1 -w 1 -I eth0 "
              "10.0.2.15; $a -c 1 -I eth9 host; echo none $?; "
              "$a -b -I eth0 host & sleep 1.5; kill -INT $!; wait $!; "
              "echo ended $?", "--pcap", pcap)
    said = r.out.split("ended 0")[0].splitlines()
    assert sum(" from 10.0.2.2 [52:55:0A:00:02:02]  " in s and "ms" in s
               for s in said) == 2 + 1 + 2, r.out + r.err
    assert [s for s in said if s.startswith("Sent")] == [
        "Sent 2 probes (1 broadcast(s))", *["Sent 1 probes (1 broadcast(s))"]
        * 4, "Sent 2 probes (2 broadcast(s))"], r.out
    assert "free 0" in said and "taken 1" in said and "none 2" in said, r.out
    assert "eth9 not available" in r.out
    rows = judge.tshark(
        pcap, f"arp && eth.src == {GUEST_MAC} && frame.time_relative > 1",
        "arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "eth.dst")
    me, host, everyone = "10.0.2.15", "10.0.2.2", "ff:ff:ff:ff:ff:ff"
    assert rows == [
        ["1", me, host, everyone], ["1", me, host, "52:55:0a:00:02:02"],
        ["1", "0.0.0.0", "10.0.2.77", everyone],
        ["1", "0.0.0.0", host, everyone], ["1", me, me, everyone],
        ["2", me, me, everyone], ["1", me, host, everyone],
        ["1", me, host, everyone]], rows


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


def test_an_endless_loop_does_not_stop_the_network():
    data = noise(1 << 20, seed=4)
    with web(data) as s:
        r = shell([], "while :; do :; done & while :; do :; done & "
                  f"wget -q -O /got http://host:{s.server_address[1]}/ && "
                  "sha256sum /got; kill %1 %2")
    assert sha256(data) in r.out and r.status == 0, r.out + r.err


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


NETFILTER = """
import errno, socket
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 255)
for what in (lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12),
             lambda: raw.getsockopt(0, 64, 84),
             lambda: raw.setsockopt(0, 64, bytes(84))):
    try:
        print(what())
    except OSError as e:
        print(errno.errorcode[e.errno])
"""


def test_iptables_says_what_is_not_there(tmp_path):
    """As on a Linux without these modules; nothing on the console."""
    (tmp_path / "n.py").write_text(NETFILTER)
    r = shell(["iptables", "python3"],
              "exec 2>&1; iptables -L; echo status $?; "
              "iptables-nft -A OUTPUT -j DROP; echo status $?; "
              "iptables-save; echo status $?; "
              "iptables-legacy -L; echo status $?; python3 /n.py", "--append",
              "quiet", "--add", f"{tmp_path / 'n.py'}:n.py")
    said = re.sub(r"(?<=[/v])1\.\d+\.\d+", "N", r.out.replace("\r", ""))
    assert said.splitlines() == [
        "iptables: Failed to initialize nft: Protocol not supported",
        "status 1",
        "iptables: Failed to initialize nft: Protocol not supported",
        "status 1",
        "iptables-save/N (nf_tables) Failed to initialize nft: Protocol "
        "not supported", "status 1",
        # The last it looked for was modprobe, by /proc/sys/kernel/modprobe.
        "iptables vN (legacy): can't initialize iptables table `filter': "
        "Table does not exist (do you need to insmod?)",
        "Perhaps iptables or your kernel needs to be upgraded.",
        "status 3", "EPROTONOSUPPORT", "ENOPROTOOPT", "ENOPROTOOPT"], \
        r.out + r.err


@contextlib.contextmanager
def redis_server(folder):
    """A server on the host's loopback, its port: redis-tools has it under
    another name."""
    port = free_port()
    with open(folder / "redis.log", "wb") as log, subprocess.Popen(
            ["redis-server", "--port", str(port), "--save", "", "--bind",
             "127.0.0.1", "--dir", str(folder)],
            executable="/usr/bin/redis-check-rdb", stdout=log,
            stderr=log) as server:
        try:
            wait_until(lambda: redis_cli(port, "ping") == "PONG", 10)
            yield port
        finally:
            server.terminate()


def redis_cli(port, *words):
    """What the host's own client is answered."""
    return subprocess.run(["redis-cli", "-p", str(port), *words], text=True,
                          capture_output=True, check=False).stdout.strip()


def test_redis_benchmark_and_client(tmp_path):
    with redis_server(tmp_path) as port:
        assert redis_cli(port, "set", "there", "outside") == "OK"
        r = shell(["redis-tools"],
                  f"o='-h host -p {port}'; "
                  "redis-benchmark $o -n 2000 -c 20 -t set,get -q; "
                  "echo status $?; redis-cli $o set here inside; "
                  "redis-cli $o get there")
        lines = r.out.replace("\r", "\n").splitlines()
        done = [line.split()[0] for line in lines
                if "requests per second" in line]
        assert done == ["SET:", "GET:"] and "status 0" in lines, r.out + r.err
        assert lines[-2:] == ["OK", '"outside"'], r.out + r.err
        assert redis_cli(port, "get", "here") == "inside"
        asked = redis_cli(port, "info", "commandstats")
        for command in "set", "get":
            assert f"cmdstat_{command}:calls=200" in asked, asked


WRK = """
local whole = io.open("DATA", "rb"):read("*a")
local threads = {}
bad = 0
function setup(thread) table.insert(threads, thread) end
function response(status, _, body)
    if status ~= 200 or body ~= whole then bad = bad + 1 end
end
function done(summary)
    local e = summary.errors
    print("requests", summary.requests, "bad", threads[1]:get("bad"),
          "errors", e.connect + e.read + e.write + e.status + e.timeout)
end
"""
# A connection to port 81 is the word to go on.
HTTPD = """
httpd -p 80 -h /www
for i in 1 2; do
    echo go | nc -l -p 81 >/dev/null
    sleep 1
    grep MemFree /proc/meminfo
done
echo end
"""


def test_busybox_httpd_under_wrk(tmp_path):
    """Every body is whole, and no page is lost over hundreds of children."""
    data, port, word = noise(20000, seed=5), free_port(), free_port()
    (tmp_path / "d").write_bytes(data)
    (tmp_path / "httpd.sh").write_text(HTTPD)
    lua = tmp_path / "wrk.lua"
    lua.write_text(WRK.replace("DATA", str(tmp_path / "d")))

    def load():
        out = subprocess.run(
            ["wrk", "-t1", "-c", "16", "-d", "2s", "--timeout", "20s", "-s",
             lua, f"http://127.0.0.1:{port}/d"], capture_output=True,
            text=True, check=True).stdout
        words = out.splitlines()[-1].split()
        assert words[2:] == ["bad", "0", "errors", "0"], out
        assert int(words[1]) > 20, out

    def is_told():
        with socket.create_connection(("127.0.0.1", word)) as s:
            s.shutdown(socket.SHUT_WR)
            s.settimeout(20)
            try:
                return s.recv(3) == b"go\n"
            except ConnectionResetError:
                return False  # it does not listen yet

    with subprocess.Popen(
            [DOORBELL, "run", "--timeout", "100", "--with", "busybox-static",
             "--forward", f"tcp:{port}:80", "--forward", f"tcp:{word}:81",
             "--stats", "--add", f"{tmp_path / 'd'}:www/d", "--add",
             f"{tmp_path / 'httpd.sh'}:httpd.sh", "busybox", "sh",
             "/httpd.sh"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True) as guest:
        try:
            wait_until(lambda: subprocess.run(
                ["curl", "-s", "-m", "5", f"http://127.0.0.1:{port}/d"],
                capture_output=True, check=False).stdout == data, 30)
            for _ in range(2):
                load()
                wait_until(is_told, 30)
            out, err = guest.communicate(timeout=60)
        finally:
            guest.terminate()
    free = [int(line.split()[1]) for line in out.splitlines()
            if line.startswith("MemFree")]
    assert "end" in out.splitlines() and guest.returncode == 0, out + err
    assert len(free) == 2 and free[0] - free[1] < 256, out + err
    assert "stats: skb.live 0" in err, err


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


# The host's side is a router: behind it a station, with a small MTU on the way,
# and one that does what the guest does, on Linux.
ROUTER = """
cd FOLDER
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
place() {
    unshare -n sleep 1000 &
    eval $1=$!
    while [ /proc/$!/ns/net -ef /proc/self/ns/net ]; do :; done
    ip link add $1 type veth peer name eth0 netns $!
    ip addr add $3/24 dev $1
    ip link set $1 up
    nsenter -t $! -n sh -c "echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
        ip addr add $2/24 dev eth0; ip link set lo up; ip link set eth0 up
        ip route add default via $3"
}
place far 10.9.9.2 10.9.9.1
place near 192.168.78.2 192.168.78.1
ip route add unreachable 10.9.7.0/24
ip route add prohibit 10.9.8.0/24
ip link set far mtu 1000
nsenter -t $near -n sh trace.sh >linux
wait
"""
TRACE = """
exec 2>&1
until busybox ping -c 1 -W 1 10.9.9.2 >/dev/null; do :; done
echo begin
while read how; do
    echo "+ $how"
    busybox traceroute -n -q 2 -w 2 $how
done <<.
10.9.9.2
-I 10.9.9.2
-l 10.9.9.2
-F -v 10.9.9.2
-f 2 -t 16 -p 5000 10.9.9.2
-F 10.9.9.2 1100
-I -F 10.9.9.2 1100
10.9.7.1
-I -m 2 10.9.8.1
-m 2 192.0.2.1
-r 10.9.9.2
-i eth9 10.9.9.2
127.0.0.1
.
echo end
"""


def test_traceroute_is_as_on_linux(tmp_path):
    (tmp_path / "router.sh").write_text(ROUTER.replace("FOLDER",
                                                       str(tmp_path)))
    (tmp_path / "trace.sh").write_text(TRACE)
    pcap = tmp_path / "run.pcap"
    r = doorbell("run", "--net", "tap", "--timeout", "100", "--pcap", pcap,
                 "--peer", f"exec sh {tmp_path}/router.sh", "--with",
                 "busybox-static", "--add", f"{tmp_path}/trace.sh:trace.sh",
                 "busybox", "sh", "/trace.sh")

    def lines(text):
        """What is said between the marks, but for times and networks."""
        text = re.sub(r"\d+\.\d+ ms", "T ms", text.replace("\r", ""))
        text = text.replace("192.168.77.", "192.168.78.")
        return text.partition("begin\n")[2].partition("end\n")[0].split("\n")

    linux = lines((tmp_path / "linux").read_text())
    assert lines(r.out) == linux, r.out + r.err
    assert " 1  192.168.78.1  T ms  T ms" in linux, linux
    assert linux.count(" 2  10.9.9.2  T ms  T ms") == 5, linux
    assert any("!F-1000" in line for line in linux), linux
    judge.assert_sound(pcap)


class Telnetd:
    """One guest of the house: offers options, greets, listens, says bye."""

    def __init__(self):
        self.s = socket.create_server(("127.0.0.1", 0))
        self.s.settimeout(60)
        self.port = self.s.getsockname()[1]
        self.got = b""

    def serve(self):
        conn, _ = self.s.accept()
        with conn:
            # RFC 854: WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO NAWS; 255 doubled.
            conn.sendall(b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f" +
                         b"greeting <\xff\xff>\r\n" + b"0123456789" * 500)
            while b"bye" not in self.got and (data := conn.recv(4096)):
                self.got += data
            conn.sendall(b"\r\nheard %d\r\n" % len(self.got))


def test_telnet_is_as_on_linux():
    script = ("(sleep 1; echo one; sleep 1; echo bye; sleep 2) | "
              "busybox telnet %s %d | busybox sed 's/ed to .*/ed/' | "
              "busybox od -c")
    heard, said = [], []
    for host in "127.0.0.1", "host":
        server = Telnetd()
        with thread(server.serve), server.s:
            command = script % (host, server.port)
            said.append(run(["sh", "-c", command]) if host != "host"
                        else shell([], command, "--append", "quiet"))
        heard.append(server.got)
    assert heard[0] == heard[1] and b"one" in heard[0], heard
    assert said[0].out.splitlines() == said[1].out.splitlines(), said
    assert "0007" in said[0].out, said


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
