# SPDX-License-Identifier: MIT
"""What does not hang on how fast the machine is just now: guest instructions
by stage, doorbells, interrupts and device accesses per 1,000 packets, the
boot, the smallest memory, the image. Every function returns
{name: (value, unit)}."""
import collections
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from doorbell_lib import machine
from doorbell_lib.archive import pack
from doorbell_lib.capture import First, has_tcp_data, is_udp, sent_by
from doorbell_lib.common import BUILD, ROOT, Fail
from doorbell_lib.network import GUEST_MAC, make_network

from . import callgrind
from .sink import Sink

BOOTS = 9
ACCESS = re.compile(rb"^memory_region_ops_(read|write) .*name '(?P<name>[^']+)'",
                    re.M)
MEMORY = re.compile(r"^(?:sockets\.)?memory\.(\S+) (\d+) bytes?\s*$", re.M)


def silent(_data):
    """A console that nobody looks at."""


def boot(net, program, args, *, peer=None, mem=64, on_start=None, **fields):
    """Run a program in Doorbell with the sink beside it; the outcome. HOST
    and PORT in args are the sink's."""
    network = make_network(net)
    try:
        sink = Sink(network)
        try:
            words = [{"HOST": network.host, "PORT": str(sink.port)}.get(a, a)
                     for a in args]
            options = machine.Options(mem=mem, timeout=120, **fields)
            options.append = [*options.append, "doorbell.stats"]
            archive, inside = pack(program, [], network.host,
                                   network.resolver)
            cmdline = machine.command_line(options, network, inside, words)
            return machine.boot(options, archive, cmdline, network,
                                sink=silent, on_start=on_start)
        finally:
            sink.close()
    finally:
        network.close()


def instructions():
    """`make bench-icount`."""
    out = subprocess.run([sys.executable, "tools/bench_icount.py"], cwd=ROOT,
                         capture_output=True, text=True, check=False)
    if out.returncode:
        raise Fail("bench_icount: " + out.stderr.strip()[-400:])
    rows = (line.split() for line in out.stdout.splitlines())
    return {name: (int(value), unit) for name, value, unit in rows}


def accesses(name, test, *append):
    """Doorbells, interrupts and device accesses per 1,000 frames of a test of
    the suite. QEMU's own trace counts the accesses, the kernel the rest."""
    with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
        trace = os.path.join(work, "trace")
        outcome = boot("tap", "bench", ["suite", "HOST", "PORT", "200", test],
                       append=list(append), qemu_args=[
                           "-trace", "enable=memory_region_ops_*,file=" + trace])
        with open(trace, "rb") as f:
            count = collections.Counter(
                m["name"] for m in ACCESS.finditer(f.read()))
    sent = outcome.stats.get("e1000.tx_frames", 0)
    if outcome.status or not sent:
        raise Fail(f"{test} sent nothing (status {outcome.status})")
    unit = "per_1000_frames"
    return {
        f"doorbells.{name}":
            (outcome.stats["e1000.doorbells"] * 1000 / sent, unit),
        f"interrupts.{name}":
            (outcome.stats["e1000.interrupts"] * 1000 / sent, unit),
        f"mmio.{name}": (count[b"e1000-mmio"] * 1000 / sent, unit),
    }


def seconds_to(wanted, args, firmware="seabios"):
    """From QEMU's start to the first frame of a kind, median of BOOTS."""
    times = []
    for _ in range(BOOTS):
        with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
            pcap = os.path.join(work, "pcap")
            watch = First(pcap, wanted)
            started = []

            def on_start():
                started.append(time.monotonic())
                watch.start()

            boot("tap", "bench", args, firmware=firmware, pcap=pcap,
                 on_start=on_start)
            watch.stop()
            if watch.when is None:
                raise Fail("no such frame was seen")
            times.append(watch.when - started[0])
    return statistics.median(times), "s"


def first_frames():
    """A program's first datagram, to a neighbour that it has set itself, and
    its first bytes by TCP, which wait for the device to hear."""
    datagram = ["first", "HOST", "PORT"]
    guest = sent_by(GUEST_MAC)  # the host's own station may speak first

    def first_datagram(frame):
        return guest(frame) and is_udp(frame)

    def first_bytes(frame):
        return guest(frame) and has_tcp_data(frame)

    return {
        "boot.first_udp_frame.seabios": seconds_to(first_datagram, datagram),
        "boot.first_udp_frame.qboot": seconds_to(first_datagram, datagram, "qboot"),
        "boot.first_tcp_byte": seconds_to(
            first_bytes, ["tcp", "HOST", "PORT", "1", "1460"]),
    }


def boot_instructions():
    """From the image's entry to its first doorbell, counted."""
    outcome = boot("user", "hello", [], icount=True)
    return {"boot.instructions": (outcome.stats["boot.first_frame_ns"],
                                 "insn")}


def smallest_memory():
    """The least -m with which a program still sends."""
    for mem in range(2, 33):
        try:
            outcome = boot("user", "bench",
                           ["tcp", "HOST", "PORT", "16", "1460"], mem=mem)
        except Fail:
            continue
        if outcome.status == 0:
            return {"memory.smallest": (mem, "MiB")}
    raise Fail("it does not boot with 32 MiB")


def memory():
    """Bytes of an idle socket, by apps/sockets, and of a packet in flight, by
    apps/bench."""
    rows = {}
    for program, *args in (("sockets", "hold", "10000"),
                           ("bench", "memory", "HOST", "PORT")):
        outcome = boot("user", program, args, icount=True)
        text = outcome.console.decode(errors="replace")
        kind = "socket." if program == "sockets" else ""
        found = {f"memory.{kind}{m[1]}": (int(m[2]), "bytes")
                 for m in MEMORY.finditer(text)}
        if outcome.status or not found:
            raise Fail(f"{program} {args[0]}: status {outcome.status}")
        rows.update(found)
    return rows


def image_bytes():
    """The stripped image."""
    with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
        out = os.path.join(work, "image")
        subprocess.run(["objcopy", "--strip-all",
                        os.path.join(BUILD, "doorbell.elf"), out], check=True)
        return {"image.stripped": (os.path.getsize(out), "bytes")}


def measure():
    """All of it."""
    rows = {}
    for part in (instructions, callgrind.measure,
                 lambda: accesses("udp.18", "udp.18.sendto"),
                 lambda: accesses("udp.18.sendmmsg", "udp.18.sendmmsg"),
                 lambda: accesses("tcp.bulk", "tcp.bulk.65536"),
                 lambda: accesses("tcp.bulk.offload", "tcp.bulk.65536",
                                  "e1000.offload=on"),
                 first_frames, boot_instructions, smallest_memory,
                 memory, image_bytes):
        rows.update(part())
    return rows
