# SPDX-License-Identifier: MIT
"""How the cost of a packet grows: over sockets that are open, flows that send
at once, bytes of a write, descriptors of the ring (guest instructions, by
apps/bench), bytes in flight and round trip (basic blocks of TCP, its queues and
its timers, in the simulator). Nothing here depends on the machine's speed."""
import concurrent.futures
import os
import re
import subprocess

from doorbell_lib.common import BUILD, Fail

from . import fixed

LINE = re.compile(r"^(?:\[[ 0-9.]+\] )?(scale\.\S+) ([0-9.]+) (\S+)\s*$", re.M)
# MiB of memory for each of apps/bench's curves.
CURVES = {"sockets": 512, "flows": 64, "writes": 64, "rings": 64}
KI, MI, GI = 1 << 10, 1 << 20, 1 << 30
# Bytes in flight and the round trip in ms.
FLIGHTS = [(64 * KI, 500), (MI, 500), (16 * MI, 500), (128 * MI, 500),
           (GI, 500)]
TRIPS = [(16 * MI, 1), (16 * MI, 10), (16 * MI, 100), (16 * MI, 500)]
NETSIM = os.path.join(BUILD, "host", "netsim-count")
SYSCTLS = ("tcp_rmem=4096 2147483647 2147483647",
           "tcp_wmem=4096 1073741824 2147483647",
           "tcp_mem=4194304 4194304 4194304")


def guest(curve):
    """One curve of apps/bench."""
    outcome = fixed.boot("user", "bench", ["scale", "HOST", "PORT", curve],
                         icount=True, mem=CURVES[curve])
    text = outcome.console.decode(errors="replace")
    rows = {m[1]: (float(m[2]), m[3]) for m in LINE.finditer(text)}
    if outcome.status or not rows:
        raise Fail(f"bench scale {curve}: status {outcome.status}:\n"
                   + text[-2000:])
    return rows


def flight(size, rtt_ms):
    """Basic blocks a segment, with so many bytes in flight at the end of slow
    start: the line holds them, and as many wait before it."""
    words = [NETSIM, "--format", "work", "--mtu", "9000", "--cc", "reno",
             "--rate", str(size * 8 * 1000 // rtt_ms), "--rtt", f"{rtt_ms}ms",
             "--bytes", str(4 * size)]
    for value in SYSCTLS:
        words += ["--sysctl", "net.ipv4." + value]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    if run.returncode:
        raise Fail(f"{' '.join(words)}: {run.stderr.strip()[-400:]}")
    segments, blocks = map(int, run.stdout.split())
    return round(blocks / segments, 1), "blocks/segment"


def simulator():
    """The curves over bytes in flight and over the round trip."""
    rows = {f"scale.flight.{size}": flight(size, ms) for size, ms in FLIGHTS}
    rows.update({f"scale.rtt_ms.{ms}": flight(size, ms) for size, ms in TRIPS})
    return rows


def measure():
    """{name: (value, unit)}, names as scale.CURVE.X."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        other = pool.submit(simulator)
        rows = {}
        for curve in CURVES:
            rows.update(guest(curve))
        rows.update(other.result())
    return rows


def curves(rows):
    """{curve: (unit, [(x, value)])} of what measure() gave."""
    found = {}
    for name, (value, unit) in rows.items():
        if name.startswith("scale."):
            curve, _, x = name[len("scale."):].rpartition(".")
            found.setdefault(curve, (unit, []))[1].append((int(x), value))
    return found


def short(x):
    """1048576 as 1 Mi, 10000 as 10,000."""
    for unit, by in (("Gi", GI), ("Mi", MI), ("Ki", KI)):
        if x >= by and x % by == 0:
            return f"{x // by} {unit}"
    return f"{x:,}"


def table(rows):
    """The curves as Markdown lines."""
    yield "| curve | of | first | last | least | most |"
    yield "|---|---|---|---|---|---|"
    for curve, (unit, points) in curves(rows).items():
        ends = [f"{y:,.0f} at {short(x)}" for x, y in (points[0], points[-1])]
        ys = [y for _, y in points]
        yield (f"| `{curve}` | {unit} | {ends[0]} | {ends[1]} | "
               f"{min(ys):,.0f} | {max(ys):,.0f} |")
