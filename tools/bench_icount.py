#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Count guest instructions per packet: `name value insn` lines.

Boots `bench cost` under -icount with QEMU's log of executed blocks and adds
up the blocks between the entry of a system call and its sysret: completion of
the frame included, the program not. Of the calls of one kind the cheapest
counts (no interrupt in it). insn.ack is an ACK of new data in NAPI, from one
frame's netif_receive_bare() to the next's: nothing is sent in between, no interrupt
entered, and what was sent before costs nothing here. insn.tcp.tso_segment is
a large write's share for each segment on the wire, from a second boot with the
device's offloads on; .tso_zerocopy and .tso_sendfile are the same without a
copy. A stage is chosen by an instruction's source file, inlined or not.

Two runs in a row must give the same numbers; as the host's timing can disturb
one (ACKs come in host time), there are RUNS tries. --functions and --code
show one kind by function, or every instruction that ran.
"""
import argparse
import collections
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)

from doorbell_lib import process  # noqa: E402

# What apps/bench does in `cost`: calls of each size, in this order.
UDP_CALLS = 33
UDP_SIZES = (18, 64, 1472)
STAGED = ("udp.18", "tcp.1460", "ack")
# One TSO packet a write, of no more than half of the window that QEMU's user
# network gives: 21 segments of 1460 bytes and one of 1340.
TSO_WRITE, TSO_SEGMENTS = 32000, 22
TSO_WRITES = 48  # of each way, half in slow start; the cheapest counts
# Each way to write, by the function that no other one runs.
TSO_CALLS = {"tso_segment": None, "tso_zerocopy": "zerocopy_begin",
             "tso_sendfile": "sys_sendfile"}
RUNS = 6
# Translation flags (QEMU, exec-all.h): a block cut to so many instructions.
CF_COUNT_MASK = 0x1ff
# First match wins: stage, file, function.
STAGES = [(stage, re.compile(files), re.compile(functions))
          for stage, files, functions in (
    ("completion", r"net/core/dql\.c|irq", ""),
    ("completion", "", "reclaim|consume_skb|kfree_skb|skb_release|_completed"
     "|sock_wfree|tcp_wfree|skb_struct_free|data_free"),
    ("copy", r"uaccess|lib/uio\.c|lib/checksum\.c", ""),
    ("copy", "", "csum|copy_user|memcpy"),
    ("alloc", r"kernel/(slab|page_alloc)\.c|net/core/skbuff", ""),
    ("driver", r"drivers/", ""),
    ("netfilter", r"net/netfilter/", ""),
    ("neighbour", r"net/core/neighbour\.|ipv4/arp\.c|net/ethernet/", ""),
    ("qdisc", r"net/sched/|net/core/(dev\w*|sch_generic)\.c", ""),
    ("ip", r"net/ipv4/(ip\w*|route|fib)\.c|net/core/dst\.c", ""),
    ("transport", r"net/ipv4/(udp|tcp|inet_)\w*\.c|net/core/stream\.c", ""),
    ("socket", r"", ""),
)]
# Headers whose inline functions are a stage of their own; what is inlined from
# another one belongs to the stage that it is inlined into.
STAGE_HEADERS = re.compile(r"net/(netfilter/netfilter|core/neighbour)\.h$")


def sink():
    """Take datagrams and streams on one loopback port; the port."""
    tcp = socket.create_server(("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))

    def serve():
        while udp:  # keeps it open
            peer, _ = tcp.accept()
            with peer:
                while peer.recv(1 << 16):
                    pass

    threading.Thread(target=serve, daemon=True).start()
    return port


class Symbols:
    """The image's functions, also where they are inlined."""

    def __init__(self, elf):
        out = subprocess.run(["nm", elf], capture_output=True, text=True,
                             check=True).stdout
        rows = [line.split() for line in out.splitlines()]
        self._elf = elf
        # As it is written, or as gcc renames it: name.lto_priv.0.
        self.address = {
            name.removesuffix(".lto_priv.0"): int(value, 16)
            for value, kind, name in rows if kind in "tT"}

    def places(self, addresses):
        """{address: (function, file)}, without most headers' functions."""
        out = subprocess.run(["addr2line", "-aif", "-e", self._elf],
                             input="\n".join(map(hex, addresses)),
                             capture_output=True, text=True, check=True).stdout
        found = {}
        lines = iter(out.splitlines())
        for line in lines:
            if line.startswith("0x"):
                at = int(line, 16)
                continue
            path = next(lines).split(":")[0]
            if at not in found and (not path.endswith(".h") or
                                    STAGE_HEADERS.search(path)):
                found[at] = line, path
        return found

    def code(self):
        """{address: the instruction's text}"""
        out = subprocess.run(["objdump", "-d", "--no-show-raw-insn",
                              self._elf], capture_output=True, text=True,
                             check=True).stdout
        found = {}
        for line in out.splitlines():
            at, colon, text = line.partition(":")
            if colon and at.startswith("ffffffff") and " " not in at:
                found[int(at, 16)] = " ".join(text.split())
        return found


class Trace:
    """Executed blocks, as (first pc, instructions), from QEMU's log."""

    EXECUTED = re.compile(rb"Trace .*\[[0-9a-f]+/([0-9a-f]+)/[0-9a-f]+/"
                          rb"([0-9a-f]+)\]")
    # Of a long one the last bytes have a line of their own, without a name.
    INSTRUCTION = re.compile(rb"0x[0-9a-f]+: +(?:[0-9a-f]{2} )+ +\S")

    def __init__(self, log):
        self._code = {}  # a block's first pc: its instructions' addresses
        self._order = []  # (pc, instructions it was cut to or 0)
        self.leaves = set()  # blocks that end in sysret
        self._read(log)
        self.blocks = list(self._sizes())

    def _read(self, log):
        current = None
        for line in log:
            if line.startswith(b"Trace"):
                m = self.EXECUTED.match(line)
                self._order.append((int(m[1], 16),
                                    int(m[2], 16) & CF_COUNT_MASK))
            elif line.startswith(b"IN:"):
                current = []
            elif self.INSTRUCTION.match(line) and current is not None:
                current.append(int(line[2:line.index(b":")], 16))
                if len(current) > len(self._code.get(current[0], ())):
                    self._code[current[0]] = current
                if b"sysret" in line:
                    self.leaves.add(current[0])

    def instructions(self, blocks):
        """How often each address was executed."""
        return collections.Counter(
            at for pc, n in blocks for at in self._code[pc][:n])

    def _sizes(self):
        """A device access ends a block early; its rest follows, cut."""
        for (pc, cut), (after, again) in zip(self._order, self._order[1:]):
            code = self._code[pc]
            n = min(cut, len(code)) if cut else len(code)
            if again and after in code[1:n]:
                n = code.index(after)
            yield pc, n


def size(blocks):
    """Instructions in blocks."""
    return sum(n for _, n in blocks)


def calls(trace, entry):
    """The blocks of each system call, from its entry to its sysret."""
    found, call = [], None
    for block in trace.blocks:
        if block[0] == entry:
            call = []
        if call is None:
            continue
        call.append(block)
        if block[0] in trace.leaves:
            found.append(call)
            call = None
    return found


def between(trace, again, ends):
    """The blocks from one execution of a function to the next one."""
    found, part = [], None
    for block in trace.blocks:
        if block[0] == again:
            if part:
                found.append(part)
            part = []
        elif block[0] in ends:
            part = None
        if part is not None:
            part.append(block)
    return found


def kinds(trace, at):
    """{kind: the blocks of the one execution that counts}"""
    every = calls(trace, at["entry_SYSCALL_64"])

    def through(*names):
        """The calls that ran these functions, and took no interrupt."""
        wanted, poll = {at[n] for n in names}, at["e1000_poll"]
        return [c for c in every
                if wanted <= (run := {pc for pc, _ in c}) and poll not in run]

    found = {
        "null": min(every, key=size),
        "tcp.1460": min(through("tcp_sendmsg", "e1000_xmit_frame") +
                        through("tcp_send_fast", "e1000_xmit_frame"),
                        key=size),
    }
    # A resolver's questions would come before the tests' datagrams.
    ways = {at["udp_sendmsg"], at["udp_send_fast"]}
    udp = [c for c in every if any(pc in ways for pc, _ in c)]
    udp = udp[len(udp) - UDP_CALLS * len(UDP_SIZES):]
    for i, length in enumerate(UDP_SIZES):
        found[f"udp.{length}"] = min(udp[i * UDP_CALLS:(i + 1) * UDP_CALLS],
                                     key=size)
    frames = between(trace, at["netif_receive_bare"],
                     {at["e1000_xmit_frame"], at["e1000_poll"]})
    # Others wait in the backlog of a socket that the task owns.
    found["ack"] = min((f for f in frames
                        if any(pc == at["tcp_rtt_measured"] for pc, _ in f)),
                       key=size)
    return found


class Disturbed(Exception):
    """The host's timing left nothing to count in this run."""


def tso_write(trace, at, way):
    """The blocks of the cheapest write that is one TSO packet; Disturbed if an
    ACK or an interrupt came into each of them."""
    wanted = {at["tcp_sendmsg"], at["e1000_features_check"]}
    others = {at["e1000_poll"], at["skb_gso_segment"],
              *(at[f] for f in TSO_CALLS.values() if f and f != way)}
    if way:
        wanted.add(at[way])
    frame, writes = at["e1000_xmit_frame"], []
    for call in calls(trace, at["entry_SYSCALL_64"]):
        ran = collections.Counter(pc for pc, _ in call)
        if (wanted <= ran.keys() and ran[frame] == 1 and
                not others & ran.keys()):
            writes.append(call)
    if not writes:
        raise Disturbed(f"no undisturbed write by {way or 'write'}")
    return min(writes, key=size)


def stages(kind, cost, places):
    """{name: instructions} of one kind's stages; each has its line."""
    rows = {f"insn.{kind}.{stage}": 0 for stage, _, _ in STAGES}
    for pc, n in cost.items():
        function, path = places.get(pc, ("?", "?"))
        rows[f"insn.{kind}." + next(
            stage for stage, files, names in STAGES
            if files.search(path) and names.search(function))] += n
    return rows


def show(cost, places, code):
    """One kind in detail, to stderr."""
    if code is not None:
        for pc in sorted(cost):
            print(f"{cost[pc]:4} {pc & 0xffffffff:8x} "
                  f"{places.get(pc, '?')[0]:28} {code.get(pc)}",
                  file=sys.stderr)
        return
    functions = collections.Counter()
    for pc, n in cost.items():
        functions[places.get(pc, "?")[0]] += n
    for function, n in functions.most_common():
        print(f"{n:6} {function}", file=sys.stderr)


def table(trace, symbols, detail=None, code=False):
    """{name: instructions}"""
    rows = {}
    for kind, blocks in kinds(trace, symbols.address).items():
        rows[f"insn.{kind}"] = size(blocks)
        if kind not in (*STAGED, detail):
            continue
        cost = trace.instructions(blocks)
        places = symbols.places(cost)
        if detail == kind:
            show(cost, places, symbols.code() if code else None)
        if kind in STAGED:
            rows.update(stages(kind, cost, places))
    return rows


def run(elf, symbols, *args):
    """Boot once, with `bench` and doorbell's other arguments; the trace."""
    with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
        fifo = os.path.join(work, "log")
        os.mkfifo(fifo)
        text = [symbols.address[f"__text_{end}"] for end in ("start", "end")]
        child = process.spawn(
            [sys.executable, "tools/doorbell", "run", "--icount", "--timeout",
             "400", "--kernel", elf, "--qemu-arg",
             f"-d in_asm,exec,nochain -D {fifo} "
             f"-dfilter {text[0]:#x}..{text[1]:#x}", *args], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            with open(fifo, "rb") as log:
                trace = Trace(log)
            if child.wait() != 0:
                sys.exit(f"bench_icount: the machine ended with {child.wait()}")
        finally:
            process.end(child)
    return trace


def measure(elf, port, detail=None, code=False):
    """The table, of two boots."""
    symbols = Symbols(elf)
    rows = table(run(elf, symbols, "bench", "cost", "host", str(port)),
                 symbols, detail, code)
    trace = run(elf, symbols, "--offload", "bench", "large", "host",
                str(port), str(TSO_WRITES), str(TSO_WRITE))
    for name, way in TSO_CALLS.items():
        write = tso_write(trace, symbols.address, way)
        rows[f"insn.tcp.{name}"] = size(write) // TSO_SEGMENTS
    return dict(sorted(rows.items()))


def agreed(elf, port):
    """The table that two runs in a row gave; None, with what differed told, if
    no two in a row did. A disturbed run agrees with none."""
    rows, why = None, []
    for _ in range(RUNS):
        before = rows
        try:
            rows = measure(elf, port)
        except Disturbed as e:
            rows, why = None, [str(e)]
            continue
        if rows == before:
            return rows
        why = [f"{name}: {(before or {}).get(name)}, then {value}"
               for name, value in rows.items()
               if (before or {}).get(name) != value]
    print(*why, sep="\n", file=sys.stderr)
    return None


def main():
    """Print the table; 1 if no two runs in a row agree."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--kernel", default=os.path.join(
        ROOT, "build", "doorbell.elf"), metavar="FILE")
    ap.add_argument("--functions", metavar="KIND",
                    help="show one kind by function, as udp.18 (one run)")
    ap.add_argument("--code", metavar="KIND",
                    help="show one kind's instructions (one run)")
    a = ap.parse_args()
    port = sink()
    if a.functions or a.code:
        symbols = Symbols(a.kernel)
        table(run(a.kernel, symbols, "bench", "cost", "host", str(port)),
              symbols, a.code or a.functions, bool(a.code))
        return 0
    rows = agreed(a.kernel, port)
    if rows is None:
        return 1
    for name, value in rows.items():
        print(name, value, "insn")
    return 0


if __name__ == "__main__":
    with process.signals_end():
        sys.exit(main())
