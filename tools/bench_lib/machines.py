# SPDX-License-Identifier: MIT
"""The systems under test: boot one, run a program in it, time what the
program frames by `begin NAME` and `end NAME BYTES` on the console."""
import dataclasses
import glob
import os
import re
import time

from doorbell_lib import machine
from doorbell_lib.archive import pack
from doorbell_lib.common import BUILD, Fail
from doorbell_lib.network import TAP_HOST_MAC, make_network

from . import debian
from .sink import Sink

RATE = re.compile(r"^(?:\[[ 0-9.]+\] )?((?:rate|latency)\.\S+) ([0-9.]+) "
                  r"(\S+)$")
TEST_KERNEL = os.path.join(BUILD, "doorbell-test.elf")
# What every system gets: one CPU model, and no surprise by a link that comes
# up two seconds late.
QEMU = ["-cpu", "qemu64", "-global", "e1000.autonegotiation=off"]
HZ = os.sysconf("SC_CLK_TCK")
# Who takes the frames: the tap's own side, or QEMU's (slirp's fixed address).
HOST_MAC = {"tap": TAP_HOST_MAC, "user": "52:55:0a:00:02:02"}


@dataclasses.dataclass
class System:
    """One column of the table."""
    name: str
    kind: str       # doorbell, linux, device
    offload: bool = False
    mem: int = 128


def qemu_cpu_seconds(child_of):
    """User and system time of the QEMU that this process started."""
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat, encoding="ascii", errors="replace") as f:
                text = f.read()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        if int(fields[1]) == child_of and "(qemu-system" in text:
            return (int(fields[11]) + int(fields[12])) / HZ
    return None


class Laps:
    """Reads the console as it comes; rates, and QEMU's CPU time per lap."""

    def __init__(self):
        self.rates = {}     # name: (value, unit)
        self._text = ""
        self._cpu = {}
        self.status = None

    def __call__(self, data):
        self._text += data.decode(errors="replace")
        *lines, self._text = self._text.split("\n")
        for line in lines:
            self._line(line.strip())

    def _line(self, line):
        words = line.split()
        if m := RATE.match(line):
            self.rates[m[1]] = float(m[2]), m[3]
        elif words[:1] == ["begin"] and len(words) == 2:
            self._cpu[words[1]] = qemu_cpu_seconds(os.getpid())
        elif words[:1] == ["end"] and len(words) == 3:
            self._end(words[1], int(words[2]))
        elif words[:1] == ["bench-status"]:
            self.status = int(words[1])

    def _end(self, name, count):
        now, then = qemu_cpu_seconds(os.getpid()), self._cpu.get(name)
        if count and now is not None and then is not None \
                and name.startswith("tcp.bulk"):
            self.rates[f"cpu.{name}"] = (now - then) / count * 1e9, "s/GB"


def _options(system):
    options = machine.Options(mem=system.mem, timeout=180)
    options.qemu_args = list(QEMU)
    if system.kind == "device":
        options.kernel = TEST_KERNEL
    if system.offload and system.kind == "doorbell":
        options.append.append("e1000.offload=on")
    return options


def run(system, net, program, args):
    """Boot the system on the network kind, run `program ARGS`, with the words
    HOST and PORT replaced by the sink's; (rates, the kernel's statistics)."""
    network = make_network(net)
    try:
        sink = Sink(network)
        try:
            words = [{"HOST": network.host, "PORT": str(sink.port)}.get(a, a)
                     for a in args]
            return _boot(system, network, sink, program, words)
        finally:
            sink.close()
    finally:
        network.close()


def linux(network, program, args, setup="", packed=b""):
    """(kernel, archive, command line) of Debian's Linux with one program;
    debian.initramfs() has the arguments."""
    kernel, _ = debian.fetch()
    return (kernel, debian.initramfs(network, program, args, setup, packed),
            "console=ttyS0 quiet panic=-1 random.trust_cpu=on")


def _boot(system, network, sink, program, args):
    laps = Laps()
    options = _options(system)
    if system.kind == "linux":
        setup = "" if system.offload else "/bin/bench offload eth0 off"
        options.kernel, archive, cmdline = linux(network, program, args, setup)
    elif system.kind == "device":
        archive = None
        target = ",".join([HOST_MAC[network.name], network.guest,
                           network.host, str(sink.port), args[0]])
        cmdline = f"kunit=blaster blaster={target}"
    else:
        options.append.append("doorbell.stats")
        archive, inside = pack(program, [], network.host, network.resolver)
        cmdline = machine.command_line(options, network, inside, args)
    started = time.monotonic()
    outcome = machine.boot(options, archive, cmdline, network, sink=laps)
    wanted = debian.EXIT_OK if system.kind == "linux" else 0
    if outcome.status != wanted or laps.status:
        raise Fail(f"{system.name} ended with status {outcome.status} "
                   f"after {time.monotonic() - started:.0f} s:\n"
                   + outcome.console.decode(errors="replace")[-2000:])
    return laps.rates, outcome.stats
