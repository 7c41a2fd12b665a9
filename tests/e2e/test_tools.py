# SPDX-License-Identifier: MIT
"""Debian's network programs in the guest, unmodified, against host servers.

One boot runs many commands where that is possible. What a program says inside
is compared with what the same program says on the host, or with the bytes that
went over the wire.
"""
import contextlib
import fcntl
import hashlib
import http.server
import os
import re
import socket
import ssl
import subprocess
import termios
import threading
import time

import pexpect

import judge
from harness import (BUILD, DOORBELL, doorbell, free_port, noise, run, sha256,
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


def assert_as_on_linux(tmp_path, script):
    """This Python script says the same inside as on the host's Linux."""
    path = tmp_path / "script.py"
    path.write_text(script)
    linux = subprocess.run(
        ["/usr/bin/python3", "-u", path], check=True, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, cwd=tmp_path).stdout
    r = doorbell("run", "--timeout", "100", "--net", "none", "--append",
                 "quiet", "--with", "python3,busybox-static", "--add",
                 f"{path}:script.py", "busybox", "sh", "-c",
                 "mkdir -p /tmp; cd /tmp; python3 -u /script.py")
    assert r.out.splitlines() == linux.splitlines(), r.out + r.err


LOCKS = """
import fcntl, os, threading, time
def attempt(f, how):
    try:
        fcntl.flock(f, how | fcntl.LOCK_NB)
        return "taken"
    except OSError as e:
        return os.strerror(e.errno)
a, b, c = (open("locked", "w") for _ in range(3))
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
    assert_as_on_linux(tmp_path, LOCKS)


RECORDS = """
import errno, fcntl, os, signal, struct, threading, time
GETLK, SETLK, SETLKW, OFD = 5, 6, 7, 31
R, W, U = 0, 1, 2
def call(f, cmd, kind, start=0, length=0, whence=0, pid=0):
    arg = struct.pack("hhqqii", kind, whence, start, length, pid, 0)
    try:
        out = fcntl.fcntl(f, cmd, arg)
    except OSError as e:
        return errno.errorcode[e.errno]
    if cmd % OFD != GETLK:
        return "ok"
    kind, whence, start, length, pid, _ = struct.unpack("hhqqii", out)
    pid = {main: "main", 0: "none", -1: "file"}.get(pid, "other")
    return ["read", "write", "none"][kind], whence, start, length, pid
main = os.getpid()
a, b = open("locked", "w+"), open("locked", "r+")
r, w = open("locked"), open("locked", "a")
a.write("x" * 100)
a.flush()
def child(*calls, then=lambda: None):
    pid = os.fork()
    if not pid:
        for words in calls:
            print("child", call(*words))
        then()
        os._exit(0)
    os.waitpid(pid, 0)
# One program's do not stand in its own way; another's do.
print(call(a, SETLK, W, 10, 20), call(b, SETLK, R, 15, 5),
      call(b, GETLK, W, 0, 0), call(a, SETLK, W, 40))
child((a, SETLK, W, 0, 10), (a, SETLK, W, 9, 2), (a, GETLK, W),
      (a, GETLK, R), (a, GETLK, W, 30, 10), (b, GETLK, R, 15, 5),
      (b, SETLK, R, 15, 5), (b, SETLK, R, 14, 5), (a, GETLK, R, 100))
print(call(a, GETLK, W, 0, 10))
# Joined again, and split.
print(call(a, SETLK, W, 15, 5), call(a, SETLK, U, 12, 4))
child((a, GETLK, W), (a, GETLK, W, 12), (a, GETLK, W, 12, 4))
print(call(a, SETLK, W, 30, 10))
child((a, GETLK, W, 20))
# From where, and nonsense.
a.seek(50)
print(call(a, SETLK, U), call(a, SETLK, W, -5, 10, 1),
      call(a, SETLK, W, 10, -5, 2))
child((a, GETLK, W), (a, GETLK, W, 55))
print(call(a, SETLK, W, 0, 0, 3), call(a, SETLK, 7), call(a, GETLK, U),
      call(a, SETLK, W, -1), call(a, SETLK, W, 5, -6),
      call(a, SETLK, W, 2**63 - 1, 2), call(a, SETLK, W, 2**63 - 1, 1),
      call(a, SETLK, W, 2**63 - 60, 0, 2), call(a, SETLK, U))
print(call(r, SETLK, W), call(r, SETLK, R), call(w, SETLK, R),
      call(w, SETLK, W), call(r, GETLK, W), call(a, OFD + SETLK, R, pid=1),
      call(os.open("locked", 0o10000000), SETLK, R))
# Any descriptor that is closed ends them; those of an open file stay.
print(call(a, SETLK, U), call(a, SETLK, W, 0, 1),
      call(b, OFD + SETLK, W, 5, 1))
os.close(os.open("locked", os.O_RDONLY))
child((r, GETLK, R), (b, SETLK, W, 0, 1), (b, SETLK, W, 5, 1),
      (b, OFD + SETLK, W, 5, 1))
print(call(a, OFD + GETLK, R), call(a, OFD + SETLK, R, 5, 1),
      call(a, SETLK, R, 5, 1), call(b, GETLK, R, 5, 1))
b2 = os.dup(b.fileno())
b.close()
print(call(a, SETLK, R, 5, 1))
os.close(b2)
print(call(a, SETLK, R, 5, 1), call(a, SETLK, U),
      call(a, OFD + SETLK, U))
# Waiting: until it is given up, until a signal, for ever by two.
def helper(*calls):
    out, into = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        for words in calls:
            if words == "pause":
                os.write(out[1], b"x")
                os.read(into[0], 1)
            else:
                call(*words)
        os._exit(0)
    return pid, lambda: os.read(out[0], 1), lambda: os.write(into[1], b"x")
pid, wait, go = helper((a, SETLK, W, 0, 10), "pause")
wait()
threading.Timer(0.2, go).start()
start = time.monotonic()
print(call(a, SETLKW, R, 5, 1), time.monotonic() - start > 0.1,
      os.waitpid(pid, 0)[1])
print(call(a, SETLK, U))
pid, wait, go = helper((a, SETLK, W, 0, 10), "pause")
wait()
class Alarm(Exception):
    pass
def ring(*_):
    raise Alarm
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    print(call(a, SETLKW, W))
except Alarm:
    print("interrupted")
go()
os.waitpid(pid, 0)
pid, wait, go = helper((a, SETLK, W, 0, 1), "pause", (a, SETLKW, W, 1, 1))
wait()
print(call(a, SETLK, W, 1, 1))
go()
time.sleep(0.3)
print(call(a, SETLKW, W, 0, 1), call(a, SETLK, U, 1, 1),
      os.waitpid(pid, 0)[1], call(a, SETLKW, W, 0, 1))
# A pipe and a socket have them, too; a file's lock() by whole is another.
p, q = os.pipe()
print(call(p, SETLK, R), call(q, SETLK, W, 5, 5), call(p, SETLK, W))
child((q, SETLK, W), (p, GETLK, R))
fcntl.flock(a, fcntl.LOCK_EX)
child((a, SETLK, W, 3, 1))
"""


def test_record_locks_are_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, RECORDS)


SHARED = """
import errno, mmap, os, time
from multiprocessing import shared_memory
a = shared_memory.SharedMemory("here", create=True, size=10000)
b = shared_memory.SharedMemory("here")
print(os.stat("/dev/shm").st_mode & 0o7777, os.listdir("/dev/shm"),
      os.stat("/dev/shm/here").st_size)
def attempt(**how):
    try:
        return shared_memory.SharedMemory(**how).size
    except OSError as e:
        return errno.errorcode[e.errno]
print(attempt(name="here", create=True, size=1), attempt(name="there"))
a.buf[5000:5004] = b"from"
print(bytes(b.buf[5000:5004]))
pid = os.fork()
if not pid:
    c = shared_memory.SharedMemory("here")
    c.buf[9999] = 9
    b.buf[0] = 1
    os._exit(0)
os.waitpid(pid, 0)
print(a.buf[0], a.buf[9999])
a.unlink()
print(os.listdir("/dev/shm"), attempt(name="here"))
b.buf[1] = 2
print(a.buf[1])
f = os.open("/dev/shm", os.O_RDONLY)
try:
    os.ftruncate(f, 1)
except OSError as e:
    print(errno.errorcode[e.errno])
"""


def test_shared_memory_is_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, SHARED)


# What ends otherwise than on Linux, on purpose. What Linux finds out when the
# old program is gone, and then kills, is an errno here: elf_check_phdrs() looks
# at all headers first.
EXEC_DIFFERENCES = {
    # Segments ascend, and only a last page may be shared.
    "address 0": "Exec format error",
    "the same segment twice": "Exec format error",
}


def test_execve_of_damage_is_as_on_linux(tmp_path):
    program = os.path.join(BUILD, "apps", "execfuzz")

    def results(text):
        return dict(line.rpartition(": ")[::2] for line in
                    text.replace("\r", "").splitlines() if line[0] != "[")

    linux = results(subprocess.run([program, "cases"], cwd=tmp_path,
                                   check=True, capture_output=True,
                                   text=True).stdout)
    r = shell([], "cd /tmp; /execfuzz random 100 9 >/dev/null; "
              "grep MemFree /proc/meminfo; /execfuzz random 8000 1 | tail -n 1;"
              " grep MemFree /proc/meminfo; /execfuzz cases", "--net", "none",
              "--append", "quiet", "--add", f"{program}:execfuzz")
    free = [int(x) for x in re.findall(r"MemFree: +(\d+)", r.out)]
    assert len(free) == 2 and free[0] - free[1] < 64, r.out[-3000:]
    # Random damage: nothing hangs, much is refused, some still runs.
    m = re.search(r"8000 files, seed 1: (\d+) ran, (\d+) refused, (\d+) "
                  r"killed, 0 too late, (\d+) kinds", r.out)
    assert m and all(int(n) > low for n, low in
                     zip(m.groups(), (500, 4000, 100, 12))), r.out[-3000:]
    ours = results(r.out)
    assert len(linux) > 140 and set(linux) <= set(ours)
    for name, was in linux.items():
        if name in EXEC_DIFFERENCES:
            assert ours[name] == EXEC_DIFFERENCES[name] != was
        elif was == "killed":
            assert ours[name] in ("killed", "Exec format error",
                                  "Out of memory"), (name, ours[name])
        else:
            assert ours[name] == was, name


STOPS = """
import errno, os, signal, threading, time
from signal import SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGUSR1
W = os.WUNTRACED | os.WCONTINUED
def name(status):
    if os.WIFSTOPPED(status):
        return "stopped by %d" % os.WSTOPSIG(status)
    if os.WIFCONTINUED(status):
        return "goes on"
    if os.WIFSIGNALED(status):
        return "killed by %d" % os.WTERMSIG(status)
    return "ended %d" % os.WEXITSTATUS(status)
def news(pid, options=W):
    try:
        got, status = os.waitpid(pid, options)
        return name(status) if got else "nothing"
    except OSError as e:
        return errno.errorcode[e.errno]
def child(work, group=True):
    pid = os.fork()
    if not pid:
        if group:
            os.setpgid(0, 0)
        work()
        os._exit(7)
    time.sleep(0.1)
    return pid
def spin():
    while True:
        pass
# A sleeper, and one that runs: stopped, let go, killed while stopped.
for work in (lambda: time.sleep(100)), spin:
    pid = child(work)
    print(news(pid, W | os.WNOHANG))
    os.kill(pid, SIGSTOP)
    print(news(pid, os.WNOHANG), news(pid), news(pid, W | os.WNOHANG))
    os.kill(pid, SIGSTOP)
    print(news(pid, W | os.WNOHANG))
    os.kill(pid, SIGCONT)
    print(news(pid), news(pid, W | os.WNOHANG))
    os.kill(pid, SIGTSTP)
    print(news(pid))
    os.kill(pid, SIGCONT)
    print(news(pid))
    os.kill(pid, SIGTTIN)
    print(news(pid))
    os.kill(pid, SIGUSR1)
    time.sleep(0.05)
    print(news(pid, W | os.WNOHANG))
    os.kill(pid, SIGKILL)
    print(news(pid))
# What comes meanwhile comes afterwards; a sleep is not cut short.
def sleeper():
    start = time.monotonic()
    time.sleep(0.3)
    os._exit(time.monotonic() - start < 0.3)
pid = child(sleeper)
os.kill(pid, SIGSTOP)
time.sleep(0.05)
os.kill(pid, SIGCONT)
print(news(pid, 0))
r, w = os.pipe()
def handles():
    signal.signal(SIGUSR1, lambda *_: os.write(w, b"u"))
    signal.signal(SIGCONT, lambda *_: os.write(w, b"c"))
    while True:
        time.sleep(1)
pid = child(handles)
os.kill(pid, SIGSTOP)
print(news(pid))
os.kill(pid, SIGUSR1)
time.sleep(0.05)
os.set_blocking(r, False)
try:
    print(os.read(r, 9))
except BlockingIOError:
    print("quiet")
os.kill(pid, SIGCONT)
time.sleep(0.1)
print(sorted(os.read(r, 9)), news(pid))
os.kill(pid, SIGKILL)
print(news(pid, 0))
# Caught, blocked, ignored; a stop that waits is undone by SIGCONT.
def caught():
    signal.signal(SIGTSTP, lambda *_: os._exit(5))
    time.sleep(100)
pid = child(caught)
os.kill(pid, SIGTSTP)
print(news(pid))
def ignored():
    signal.signal(SIGTSTP, signal.SIG_IGN)
    time.sleep(0.3)
pid = child(ignored)
os.kill(pid, SIGTSTP)
print(news(pid))
def blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, [SIGTSTP])
    time.sleep(0.3)
    print(signal.sigpending())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [SIGTSTP])
pid = child(blocked)
os.kill(pid, SIGTSTP)
print(news(pid))
os.kill(pid, SIGCONT)
print(news(pid), news(pid))
pid = child(blocked)
os.kill(pid, SIGTSTP)
os.kill(pid, SIGCONT)
print(news(pid))
# All threads of a program stop.
def threads():
    threading.Thread(target=spin, daemon=True).start()
    time.sleep(0.4)
pid = child(threads)
os.kill(pid, SIGSTOP)
print(news(pid))
os.kill(pid, SIGCONT)
print(news(pid), news(pid))
# A group; the parent's SIGCHLD, with and without SA_NOCLDSTOP's kin; waitid.
signal.pthread_sigmask(signal.SIG_BLOCK, [SIGCHLD])
pid = child(lambda: time.sleep(100))
os.killpg(pid, SIGTSTP)
info = signal.sigwaitinfo([SIGCHLD])
print(info.si_code, info.si_status, info.si_pid == pid)
for how in (os.WSTOPPED | os.WNOWAIT, os.WSTOPPED | os.WNOHANG,
            os.WSTOPPED | os.WNOHANG):
    info = os.waitid(os.P_PID, pid, how)
    print(info and (info.si_code, info.si_status, info.si_pid == pid))
os.killpg(pid, SIGCONT)
info = signal.sigwaitinfo([SIGCHLD])
print(info.si_code, info.si_status)
info = os.waitid(os.P_PID, pid, os.WCONTINUED)
print(info.si_code, info.si_status)
os.killpg(pid, SIGKILL)
print(news(pid))
# An orphaned group does not stop, but by SIGSTOP; one that becomes orphaned
# while it stands hears SIGHUP.
def orphan():
    os.setsid()
    os.kill(os.getpid(), SIGTSTP)
    os._exit(3)
print(news(child(orphan, False)))
def leader():
    os.setsid()
    inner = child(lambda: (os.close(r), time.sleep(100)))
    os.kill(inner, SIGSTOP)
    os.waitpid(inner, os.WUNTRACED)
    os._exit(0)
r, w = os.pipe()
print(news(child(leader, False)))
os.close(w)
print(os.read(r, 1))
"""


def test_stopping_is_as_on_linux(tmp_path):
    # The first program of all is not stopped, nor is it a good parent.
    assert_as_on_linux(tmp_path, STOPS)


def test_job_control_of_the_shell():
    with contextlib.closing(pexpect.spawn(
            DOORBELL, ["shell", "--net", "none"], timeout=30)) as shell_:
        def say(line, *expected):
            shell_.sendline(line)
            shell_.expect_exact(line)
            for text in expected:
                shell_.expect(text)

        def key(name, *expected):
            time.sleep(0.3)  # the program is there
            shell_.sendcontrol(name)
            for text in expected:
                shell_.expect(text)

        shell_.expect("# ")
        say("sleep 30")
        key("z", r"\[1\]\+  Stopped +sleep 30", "# ")
        say("cat /proc/$(pidof sleep)/st*", r"\(sleep\) T ",
            r"State:\tT \(stopped\)", "# ")
        say("bg", "# ")
        say("jobs", "Running +sleep 30", "# ")
        say("fg", "sleep 30")
        key("c", "# ")
        say("cat")
        say("one", "one")
        key("z", "Stopped +cat", "# ")
        # What is typed now is the shell's.
        say("echo tw''o", "\ntwo", "# ")
        say("fg", "cat")
        say("three", "three")
        key("d", "# ")
        say("cat &", "# ")
        time.sleep(0.3)
        say("", r"Stopped \(tty input\) +cat", "# ")
        say("kill %1; fg", "Terminated", "# ")
        say("jobs; echo no''ne", "\nnone", "# ")
        say("exit", pexpect.EOF)


# Requests for VLANs are those of a module that this machine may not have.
VLAN_REQUESTS = ("8982", "8983")


def test_ioctls_with_bad_pointers_are_as_on_linux(tmp_path):
    """Each request to each kind of descriptor: what does not exist here may be
    refused; what does has Linux's answer to each of seven bad pointers, and an
    errno for memory that it cannot write."""
    program = os.path.join(BUILD, "apps", "sysfuzz")
    master, slave = os.openpty()
    with open(master, "rb"), open(slave, "rb") as terminal:
        linux = subprocess.run(
            ["unshare", "-n", "sh", "-c", f"ip link set lo up; exec {program} "
             "ioctls"], stdin=terminal, stdout=subprocess.PIPE, cwd=tmp_path,
            check=True, text=True, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)).stdout
    r = doorbell("run", "--timeout", "100", "--append", "quiet", program,
                 "ioctls")

    def table(text):
        return {name: words.split() for name, _, words in
                (line.partition(": ") for line in text.splitlines())}

    linux, ours = table(linux), table(r.out)
    assert "ETHTOOL 127" in ours and "tty 5401" in ours, r.out[-3000:]
    for name, got in ours.items():
        was = linux.get(name, ["ENOTTY"] * 8)
        if name.split()[1] not in VLAN_REQUESTS and \
                set(got) - {"ENOTTY", "EOPNOTSUPP"}:
            assert got[:7] == was[:7], (name, got, was)
    assert sum("EFAULT" in words for words in ours.values()) > 400


SIGNALFD = """
import ctypes, errno, os, select, signal, struct, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def signalfd(fd, *signals, flags=0, size=8, at=None):
    mask = ctypes.c_uint64(sum(1 << s - 1 for s in signals))
    r = libc.syscall(289, fd, at or ctypes.byref(mask), size, flags)
    return r if r >= 0 else errno.errorcode[ctypes.get_errno()]
def names(pid):
    return {0: "kernel", os.getpid(): "me"}.get(pid, "other")
def take(fd, size=1024):
    try:
        data = os.read(fd, size)
    except OSError as e:
        return errno.errorcode[e.errno]
    seen = []
    for at in range(0, len(data), 128):
        sig, err, code, pid, uid = struct.unpack_from("=IiiII", data, at)
        seen.append((sig, err, code, names(pid), uid,
                     struct.unpack_from("=i", data, at + 40)[0]))
    return seen
U1, U2, INT, CHLD, ALRM = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT,
                           signal.SIGCHLD, signal.SIGALRM)
signal.pthread_sigmask(signal.SIG_BLOCK, [U1, U2, INT, CHLD, ALRM])
print(signalfd(-1, U1, flags=1), signalfd(-1, U1, size=16),
      signalfd(-1, at=ctypes.c_void_p(8)), signalfd(0, U1),
      signalfd(99, U1))
fd = signalfd(-1, U1, U2, signal.SIGKILL, flags=0o4000)
print(take(fd), take(fd, 127))
def ready():
    return select.select([fd], [], [], 0)[0] == [fd]
print(ready())
os.kill(os.getpid(), U2); os.kill(os.getpid(), U1); os.kill(os.getpid(), INT)
print(ready(), signal.sigpending() == {U1, U2, INT})
print(take(fd, 200), ready(), take(fd), ready(), take(fd))
print(signalfd(fd, INT) == fd, ready(), take(fd))
try:
    os.write(fd, bytes(128))
except OSError as e:
    print(errno.errorcode[e.errno])
ep = select.epoll()
ep.register(fd, select.EPOLLIN | select.EPOLLOUT)
print(ep.poll(0))
threading.Timer(0.1, lambda: os.kill(os.getpid(), INT)).start()
print([e for _, e in ep.poll(5)], take(fd), ep.poll(0))
# A read that waits: from another program, the end of one, a timer.
fd2 = signalfd(-1, U1, CHLD, ALRM)
child = os.fork()
if child == 0:
    time.sleep(0.1)
    os.kill(os.getppid(), U1)
    time.sleep(0.1)
    os._exit(7)
print(take(fd2))
print(take(fd2), os.waitpid(child, 0)[1])
child = os.fork()
if child == 0:
    # Its own pending signals, not its parent's, in the same file.
    os.kill(os.getppid(), U1)
    time.sleep(0.2)
    print(select.select([fd2], [], [], 0)[0])
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGTERM)
print(take(fd2))
print(take(fd2), os.waitpid(child, 0)[1])
signal.setitimer(signal.ITIMER_REAL, 0.05)
print(take(fd2))
# An unblocked signal goes to its handler, with who sent it.
signal.signal(U2, lambda *_: print("handler"))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [U2])
threading.Timer(0.1, lambda: os.kill(os.getpid(), U2)).start()
threading.Timer(0.2, lambda: os.kill(os.getpid(), U1)).start()
print(take(fd2))
os.kill(os.getpid(), U1)
info = signal.sigwaitinfo([U1])
print(info.si_signo, info.si_code, names(info.si_pid))
# Waited for: one that would do nothing, one that would stop; by a thread.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTSTP])
for sig in CHLD, signal.SIGTSTP:
    timer = threading.Timer(0.1, lambda: os.kill(os.getpid(), sig))
    timer.start()
    print(signal.sigtimedwait([sig], 5).si_signo)
    timer.join()
waits = threading.Thread(target=lambda: print(signal.sigwait([INT])))
waits.start()
time.sleep(0.1)
os.kill(os.getpid(), INT)
waits.join()
print(signal.sigtimedwait([INT], 0))
print(oct(os.fstat(fd).st_mode), libc.syscall(282, -1, 8, 8))
"""


def test_signalfd_is_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, SIGNALFD)


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
    assert r.out.replace("\r", "").splitlines() == [
        "iptables: Failed to initialize nft: Protocol not supported",
        "status 1",
        "iptables: Failed to initialize nft: Protocol not supported",
        "status 1",
        "iptables-save/1.8.9 (nf_tables) Failed to initialize nft: Protocol "
        "not supported", "status 1",
        # The last it looked for was modprobe, by /proc/sys/kernel/modprobe.
        "iptables v1.8.9 (legacy): can't initialize iptables table `filter': "
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
    nc -l -p 81 >/dev/null
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

    def go_on():
        with socket.create_connection(("127.0.0.1", word)) as s:
            s.shutdown(socket.SHUT_WR)
            s.settimeout(20)
            s.recv(1)

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
                go_on()
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
    "proc": lambda: open("/proc/self/task/1/fd/0").close(),
    "sys": lambda: open("/sys/class/net/lo/queues/tx-0/tx_maxrate").close(),
    "links": lambda: [os.stat(f"/proc/self/fd/{n}") for n in names],
}
names = [0, 1, *os.pipe(), os.eventfd(0), socket.socket().detach()]
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
    assert len(lines) == 13 and \
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
