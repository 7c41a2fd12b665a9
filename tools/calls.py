#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Which system calls Doorbell has, and which of them programs make.

Every tool of TOOLS runs once in a machine of its own, unmodified, with
`doorbell.calls`, which counts in the guest's entry code. Prints the tables of
docs/SYSCALLS.md; `--update` writes them there. The host's side are servers of
the same packages on loopback, ended with the machine.
"""
import argparse
import collections
import glob
import os
import re
import shlex
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)

from doorbell_lib import process  # noqa: E402
from doorbell_lib.network import tcp_listener  # noqa: E402

DOCUMENT = os.path.join(ROOT, "docs", "SYSCALLS.md")
MARK = "<!-- made by tools/calls.py -->\n"
DEFINED = re.compile(r"^SYSCALL_DEFINE\d\((\w+)", re.M)
COUNTED = re.compile(r"^stats: call\.(\w+) (\d+)", re.M)

Tool = collections.namedtuple("Tool", "name package command peer",
                              defaults=(None,))

# PORT is a free port of the host's loopback.
TOOLS = (
    Tool("ip addr", "iproute2", "ip addr"),
    Tool("ip route get", "iproute2", "ip route get 192.0.2.1"),
    Tool("tc qdisc", "iproute2", "tc -s qdisc show"),
    Tool("ss", "iproute2", "ss -tanpiem"),
    Tool("nstat", "iproute2", "nstat -az"),
    Tool("ethtool", "ethtool", "ethtool eth0"),
    Tool("ethtool -S", "ethtool", "ethtool -S eth0"),
    Tool("ps", "procps", "ps aux"),
    Tool("sysctl", "procps", "sysctl net.ipv4.tcp_congestion_control"),
    Tool("ping", "iputils-ping", "ping -c 1 host"),
    Tool("arping", "iputils-arping", "arping -c 1 -I eth0 host"),
    Tool("tcpdump", "tcpdump",
          "busybox timeout 2 tcpdump -n -i eth0"),
    Tool("dig", "bind9-dnsutils", "dig @host -p PORT +tries=1 +time=1 a.b"),
    Tool("iperf3 -c", "iperf3", "iperf3 -c host -p PORT -t 1",
          "exec iperf3 -s -p PORT"),
    Tool("iperf3 -u", "iperf3", "iperf3 -c host -p PORT -u -t 1",
          "exec iperf3 -s -p PORT"),
    Tool("curl -o", "curl", "curl -sS -o /got http://host:PORT/",
          "exec busybox httpd -f -p 127.0.0.1:PORT -h docs"),
    Tool("openssl s_client", "openssl",
          "openssl s_client -connect host:PORT -psk 1234",
          "exec openssl s_server -quiet -accept PORT -nocert -psk 1234"),
    Tool("socat", "socat", "socat -u /etc/hosts TCP:host:PORT",
          "exec busybox nc -l -p PORT"),
    Tool("python3 socket", "python3",
          ["python3", "-c", "import socket; "
           "socket.create_connection(('host', PORT)).sendall(b'x')"],
          "exec busybox nc -l -p PORT"),
    Tool("redis-benchmark", "redis-tools",
          "redis-benchmark -h host -p PORT -n 100 -c 5 -t set -q",
          "exec -a redis-server redis-check-rdb --port PORT "
          "--bind 127.0.0.1 --save '' --daemonize no"),
    Tool("busybox sh", None, ["busybox", "sh", "-c",
                               "ls / | grep -c bin; sleep 0.1 & wait"]),
    Tool("busybox wget", None, "busybox wget -q -O /got http://host:PORT/",
          "exec busybox httpd -f -p 127.0.0.1:PORT -h docs"),
    Tool("busybox nc", None, ["busybox", "sh", "-c",
                               "exec busybox nc host PORT < /etc/hosts"],
          "exec busybox nc -l -p PORT"),
    Tool("busybox traceroute", None, "busybox traceroute -q 1 -m 1 host"),
    Tool("busybox udhcpc", None, "busybox udhcpc -n -q -f -i eth0 -s "
                                  "/bin/busybox"),
)


def implemented():
    """The names of the calls that have a handler."""
    names = set()
    for folder in ("kernel", "lib", "net"):
        for path in glob.glob(os.path.join(ROOT, folder, "**", "*.c"),
                              recursive=True):
            with open(path, encoding="utf-8") as f:
                names.update(DEFINED.findall(f.read()))
    return names


def calls(tool):
    """{name: times} of what a tool calls, its start included."""
    with tcp_listener("127.0.0.1", 0) as s:
        port = str(s.getsockname()[1])
    words = tool.command if isinstance(tool.command, list) \
        else tool.command.split()
    argv = [os.path.join(HERE, "doorbell"), "run", "--calls", "--timeout", "60"]
    if tool.package:
        argv += ["--with", tool.package]
    if tool.peer:
        argv += ["--peer", "exec bash -c " + shlex.quote(
            tool.peer.replace("PORT", port))]
    r = subprocess.run([*argv, *(w.replace("PORT", port) for w in words)],
                       stdin=subprocess.DEVNULL, capture_output=True,
                       cwd=ROOT, text=True, errors="replace", check=False)
    found = {m[1]: int(m[2]) for m in COUNTED.finditer(r.stderr)}
    if not found:
        raise SystemExit(f"calls: {tool.name} ended with status "
                         f"{r.returncode}:\n{r.stdout[-600:]}"
                         f"{r.stderr[-600:]}")
    return found


def _names(names):
    return " ".join(sorted(names)) or "–"


def tables(found):
    """The document's tables from {tool: {name: times}}."""
    have = implemented()
    common = set.intersection(*(set(found[t.name]) for t in TOOLS
                                if t.name in found and t.package))
    used = set.union(*(set(c) for c in found.values()))
    yield f"Doorbell has {len(have)} of Linux's system calls:"
    yield ""
    yield from textwrap.wrap(_names(have), 84)
    yield ""
    yield f"Of these the programs below made {len(used & have)}. " \
          "All that have shared libraries:"
    yield ""
    yield from textwrap.wrap(_names(common), 84)
    yield ""
    yield "| program | calls | kinds | what it called besides |"
    yield "|---|---|---|---|"
    for tool in TOOLS:
        if tool.name in found:
            made = found[tool.name]
            kinds = [n + ("" if n in have else " (`ENOSYS`)")
                     for n in sorted(set(made) - common)]
            yield (f"| `{tool.name}` | {sum(made.values()):,} | {len(made)} | "
                   f"{' '.join(kinds) or '–'} |")


def main():
    """Measure, print or write; the exit status."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--update", action="store_true",
                    help="write the tables into docs/SYSCALLS.md")
    ap.add_argument("tool", nargs="*", help="only these, by name")
    a = ap.parse_args()
    chosen = [t for t in TOOLS if not a.tool or t.name in a.tool]
    if len(chosen) < len(set(a.tool)) or (a.update and a.tool):
        ap.error("names are: " + ", ".join(t.name for t in TOOLS)
                 + "; --update takes none")
    lines = [*tables({t.name: calls(t) for t in chosen})]
    if not a.update:
        print(*lines, sep="\n")
        return 0
    with open(DOCUMENT, encoding="utf-8") as f:
        head = f.read().split(MARK)[0]
    with open(DOCUMENT, "w", encoding="utf-8") as f:
        f.write(head + MARK + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    process.run_main("calls", main)
