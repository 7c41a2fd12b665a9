# SPDX-License-Identifier: MIT
"""Debian's own programs: what `ip addr` adds to the boot, and iperf3's rates
beside those of the same binary in a Linux guest. Every function returns
{name: (value, unit)}."""
import json
import statistics
import time

from doorbell_lib import machine, process
from doorbell_lib.archive import pack
from doorbell_lib.common import Fail
from doorbell_lib.network import make_network
from doorbell_lib.packages import Selection

from .machines import QEMU, linux

BOOTS = 9
ROUNDS = 3
SECONDS = 2
SYSTEMS = "doorbell", "doorbell-offload", "linux"
READY = "the shell is ready"
IPERF3 = {"tcp": [], "tcp.8": ["-P", "8"], "udp": ["-u", "-b", "0"]}


class _Ready:
    """Takes the time at which the console said READY on a line of its own."""

    def __init__(self):
        self.start = self.when = None
        self._text = b""

    def on_start(self):
        """QEMU is being started."""
        self.start = time.monotonic()

    def __call__(self, data):
        self._text += data
        if self.when is None and b"\n" + READY.encode() in self._text:
            self.when = time.monotonic()


def _seconds_to_ready(script, selection):
    network = make_network("user")
    try:
        options = machine.Options(mem=64, timeout=60, append=["quiet"])
        archive, inside = pack("busybox", [], network.host, network.resolver,
                               selection)
        cmdline = machine.command_line(options, network, inside,
                                       ["sh", "-c", f"{script}; echo; "
                                        f"echo {READY}"])
        ready = _Ready()
        outcome = machine.boot(options, archive, cmdline, network, sink=ready,
                               on_start=ready.on_start)
        if outcome.status or ready.when is None:
            raise Fail(f"no shell: status {outcome.status}")
        return ready.when - ready.start
    finally:
        network.close()


def prompt(boots=BOOTS):
    """From QEMU's start to a shell, bare, and with iproute2 aboard and its
    `ip addr` done; medians, taking turns."""
    ways = {"plain": ("true", None),
            "ip_addr": ("/usr/sbin/ip addr", Selection(["iproute2"]))}
    times = {name: [] for name in ways}
    for _ in range(boots):
        for name, way in ways.items():
            times[name].append(_seconds_to_ready(*way))
    rows = {f"boot.prompt.{name}": (statistics.median(t), "s")
            for name, t in times.items()}
    rows["boot.prompt.ip_addr_adds"] = (
        rows["boot.prompt.ip_addr"][0] - rows["boot.prompt.plain"][0], "s")
    return rows


def _bits_per_second(system, net, words, seconds):
    """One run of iperf3 -c; what its server received."""
    network = make_network(net)
    server = None
    try:
        listener = network.listen(0)
        port = str(listener.getsockname()[1])
        listener.close()
        server = process.spawn(["iperf3", "-s", "-1", "-p", port],
                               network.namespace,
                               stdout=process.subprocess.DEVNULL)
        time.sleep(0.3)
        options = machine.Options(mem=128, timeout=120, qemu_args=list(QEMU))
        archive, inside = pack("iperf3", [], network.host, network.resolver,
                               Selection(["iperf3"]))
        args = ["-c", network.host, "-p", port, "-t", str(seconds), "--json",
                *words]
        if system == "linux":
            options.kernel, archive, cmdline = linux(network, "iperf3", args,
                                                     packed=archive)
        else:
            if system == "doorbell-offload":
                options.append.append("e1000.offload=on")
            cmdline = machine.command_line(options, network, inside, args)
        outcome = machine.boot(options, archive, cmdline, network,
                               sink=lambda data: None)
        text = outcome.console.decode(errors="replace")
        end = json.JSONDecoder().raw_decode(text[text.index("{\n"):])[0]["end"]
        if "-u" not in words:
            return end["sum_received"]["bits_per_second"]
        lost = end["sum"]["lost_percent"] / 100
        return end["sum"]["bits_per_second"] * (1 - lost)
    except (KeyError, ValueError):
        raise Fail(f"iperf3 in {system}: {text[-500:]}") from None
    finally:
        if server:
            process.end(server)
        network.close()


def iperf3(rounds=ROUNDS, nets=("tap", "user"), systems=SYSTEMS,
           tests=tuple(IPERF3), seconds=SECONDS):
    """Medians in Mbit/s, the systems taking turns."""
    rates = {}
    for _ in range(rounds):
        for net in nets:
            for test in tests:
                for system in systems:
                    rates.setdefault(f"iperf3.{test}.{net}.{system}",
                                     []).append(_bits_per_second(
                                         system, net, IPERF3[test], seconds))
    return {name: (statistics.median(values) / 1e6, "Mbit/s")
            for name, values in rates.items()}


def measure():
    """All of it."""
    return {**prompt(), **iperf3()}


def table(rows):
    """iperf3's rates as Markdown lines."""
    yield ("| `iperf3 -c`, Mbit/s received | net | Doorbell | with the card's "
           "offloads | Debian's Linux |")
    yield "|---|---|---|---|---|"
    for test, words in IPERF3.items():
        for net in ("tap", "user"):
            found = [rows.get(f"iperf3.{test}.{net}.{s}") for s in SYSTEMS]
            if any(found):
                cells = (f"{v[0]:,.0f}" if v else "–" for v in found)
                yield (f"| {' '.join(words) or 'TCP'} | {net} | "
                       f"{' | '.join(cells)} |")
