#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Put the host's own TCP beside Doorbell's on the same link: for each
congestion control and each set of link options, one transfer by the host's
kernel, in real time, between two network namespaces over two TUN devices that
`netsim tun` joins; and the same transfer in the simulator.

    tests/netsim/compare_linux.py --cc reno,cubic,bbr --bytes 5M \\
        --seeds 3 -- --rate 10M --rtt 20ms --loss 1%

Needs root. The namespaces are named after the process and removed at the end.
Real time is not repeatable: on a busy machine the host's figures suffer.
"""
import argparse
import contextlib
import ctypes
import fcntl
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
NETSIM = os.path.join(ROOT, "build", "host", "netsim")
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
CLONE_NEWNET = 0x40000000
UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}
PORT = 5001
ADDRESS = ("10.0.0.2", "10.0.0.1")  # the sender's, the receiver's
# The guest's own: the buffers may grow alike on both.
SYSCTLS = {"tcp_rmem": "4096 131072 6291456", "tcp_wmem": "4096 16384 4194304",
           "tcp_no_metrics_save": "1"}
LIBC = ctypes.CDLL(None, use_errno=True)


def size(text):
    """5M in bytes."""
    if text[-1] in UNITS:
        return int(float(text[:-1]) * UNITS[text[-1]])
    return int(text)


def enter(name):
    """This thread moves into a network namespace."""
    fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
    if LIBC.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns {name}")
    os.close(fd)


def in_namespace(name, function, *args):
    """Run function in a child that lives in the namespace: (pid, fd to read
    what it returns, as JSON)."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return pid, out
    status = 1
    try:
        os.close(out)
        enter(name)
        os.write(into, json.dumps(function(*args)).encode())
        status = 0
    finally:
        os._exit(status)


def result(child):
    """What the child returned; its end is waited for."""
    pid, fd = child
    with os.fdopen(fd) as f:
        text = f.read()
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError("a transfer failed")
    return json.loads(text)


def receive(ready):
    """Read one connection to its end; when that was."""
    with socket.create_server((ADDRESS[1], PORT)) as server:
        os.write(ready, b".")
        peer, _ = server.accept()
        with peer:
            while peer.recv(1 << 18):
                pass
            return time.monotonic()


def send(cc, count):
    """Send count bytes; when it began, retransmissions, time-outs."""
    with socket.socket() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, cc.encode())
        start = time.monotonic()
        s.connect((ADDRESS[1], PORT))
        chunk = bytes(1 << 16)
        while count:
            count -= s.send(chunk[:min(count, len(chunk))])
        s.shutdown(socket.SHUT_WR)
        s.recv(1)
        info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
        # total_retrans; total_rto, where the kernel has it
        return start, struct.unpack_from("I", info, 100)[0], \
            struct.unpack_from("H", info, 240)[0]


@contextlib.contextmanager
def tun(name):
    """A namespace with tun0 in it: the device's descriptor."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        enter(name)
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, TUNSETIFF,
                    struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
        for knob, value in SYSCTLS.items():
            with open(f"/proc/sys/net/ipv4/{knob}", "w",
                      encoding="ascii") as f:
                f.write(value)
        LIBC.setns(home, CLONE_NEWNET)
        os.close(home)
        yield fd
        os.close(fd)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def configure(name, mine, other):
    """Addresses, and everything up."""
    for line in ("link set lo up", f"addr add {mine} peer {other} dev tun0",
                 "link set tun0 mtu 1500 txqueuelen 10000 up"):
        subprocess.run(["ip", "-n", name, *line.split()], check=True)


def linux(cc, count, options):
    """One transfer by the host's kernel: (seconds, resends, RTOs)."""
    names = [f"doorbell-{side}-{os.getpid()}" for side in "ab"]
    with tun(names[0]) as a, tun(names[1]) as b:
        configure(names[0], *ADDRESS)
        configure(names[1], *reversed(ADDRESS))
        link = subprocess.Popen(
            [NETSIM, "tun", str(a), str(b), *options], pass_fds=(a, b),
            preexec_fn=lambda: os.nice(-15))
        try:
            ready, into = os.pipe()
            receiver = in_namespace(names[1], receive, into)
            os.read(ready, 1)
            sender = in_namespace(names[0], send, cc, count)
            start, resent, rto = result(sender)
            end = result(receiver)
            os.close(ready)
            os.close(into)
        finally:
            link.kill()
            link.wait()
    return end - start, resent, rto


def doorbell(cc, count, options):
    """The same in the simulator."""
    line = subprocess.run(
        [NETSIM, "--cc", cc, "--bytes", str(count), "--format", "line",
         *options], stdout=subprocess.PIPE, check=True).stdout.split()
    return float(line[0]), int(line[2]), int(line[3])


def medians(runs):
    """Of each column."""
    return [statistics.median(column) for column in zip(*runs)]


def main():
    ap = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--cc", default="reno,cubic,bbr", help="with commas")
    ap.add_argument("--bytes", default="5M", help="of a transfer")
    ap.add_argument("--seeds", type=int, default=3,
                    help="transfers of each kind; the median is shown")
    ap.add_argument("options", nargs="+",
                    help="after --: of the link, for netsim")
    a = ap.parse_args()
    if os.geteuid() != 0:
        ap.error("needs root, for namespaces and TUN devices")
    count = size(a.bytes)
    print(f"{a.bytes} bytes, medians of {a.seeds}, {' '.join(a.options)}")
    print(f"{'':8}{'Linux ' + os.uname().release.split('-')[0]:>24}"
          f"{'Doorbell':>24}")
    print(f"{'cc':8}" + f"{'Mbit/s':>10}{'resent':>8}{'rto':>6}" * 2)
    for cc in a.cc.split(","):
        row = f"{cc:8}"
        for stack in (linux, doorbell):
            try:
                took, resent, rto = medians(
                    [stack(cc, count, [*a.options, "--seed", str(seed + 1)])
                     for seed in range(a.seeds)])
            except subprocess.CalledProcessError:
                row += f"{'-':>10}{'':14}"
                continue
            row += f"{count * 8 / took / 1e6:10.3f}{resent:8.0f}{rto:6.0f}"
        print(row, flush=True)


if __name__ == "__main__":
    sys.exit(main())
