# SPDX-License-Identifier: MIT
"""What Doorbell has to reach, beside what was measured: one row a goal, which is
a number, a share of a lean Linux's rate in the same run, or of the device's."""
from .report import LEAN, best, device_limit, number

# Guest instructions: name, the most; with the copy (and the sum) on top.
COUNTS = (
    ("UDP datagram, 18 bytes, instructions", "insn.udp.18", 400),
    ("UDP datagram, 1,472 bytes, instructions", "insn.udp.1472",
     400 + 0.8 * 1472),
    ("TCP segment cut by the e1000, not copied, instructions",
     "insn.tcp.tso_zerocopy", 60),
    ("ACK received and acted on, instructions", "insn.ack", 350),
    ("instructions from boot to the first frame", "boot.instructions", 600e3),
    ("first UDP frame, s", "boot.first_udp_frame.seabios", 0.055),
    ("the same with qboot, s", "boot.first_udp_frame.qboot", 0.030),
    ("first TCP byte, s", "boot.first_tcp_byte", 1.07),
    ("`ip addr` before the shell's prompt adds, s",
     "boot.prompt.ip_addr_adds", 0.1),
    ("smallest memory, MiB", "memory.smallest", 4),
    ("image, stripped, all features, bytes", "image.stripped", 600 << 10),
)
# Rates: title, test, network, times a lean Linux's, share of the device's.
RATES = (
    ("TCP, 64 KiB writes, tap, MB/s", "tcp.bulk.65536", "tap", 2, 0.75),
    ("the same, user network, MB/s", "tcp.bulk.65536", "user", 2, None),
    ("UDP, 18 bytes, sendto, tap, datagrams/s", "udp.18.sendto", "tap", 3,
     0.85),
    ("UDP, 1,472 bytes, sendto, tap, datagrams/s", "udp.1472.sendto", "tap", 3,
     None),
    ("TCP, 64-byte writes, TCP_NODELAY, tap, writes/s", "tcp.64.nodelay",
     "tap", 2, None),
)
CPU_MOST = 2.2  # s of QEMU's CPU time per GB, TCP bulk, tap


def _row(title, goal, value, met):
    return (f"| {title} | {goal} | {number(value)} | "
            f"{'yes' if met else 'no'} |")


def _rate(results, title, test, net, lean, share):
    ours, linux = (best(results, kind, net, test)
                   for kind in ("doorbell", "linux"))
    limit = device_limit(results, net, test)
    if ours is None:
        return
    if linux:
        goal = lean * linux * LEAN[test][net]
        yield _row(title, f"{number(goal)} ({lean} × lean)", ours,
                   ours >= goal)
    if limit and share:
        goal = share * limit
        yield _row(title, f"{number(goal)} ({share} of the limit)", ours,
                   ours >= goal)


def _cpu(results):
    values = [v for s in ("doorbell", "doorbell-offload")
              if (v := results.median(s, "tap", "cpu.tcp.bulk.65536"))]
    if values:
        yield _row("QEMU's CPU time, TCP, tap, s/GB", CPU_MOST, min(values),
                   min(values) <= CPU_MOST)


def table(results, rows):
    """The goals as Markdown lines; what was not measured is left out."""
    yield "| | goal | Doorbell | met |"
    yield "|---|---|---|---|"
    for rate in RATES:
        yield from _rate(results, *rate)
    yield from _cpu(results)
    for title, name, most in COUNTS:
        if name in rows:
            value = rows[name][0]
            yield _row(title, f"{most:,.3f}".rstrip("0").rstrip("."), value,
                       value <= most)
    if {"insn.tcp.1460", "insn.tcp.1460.copy"} <= rows.keys():
        value = rows["insn.tcp.1460"][0] - rows["insn.tcp.1460.copy"][0]
        yield _row("TCP segment of 1,460 bytes, copy and sum left out, "
                   "instructions", 450, value, value <= 450)
