# SPDX-License-Identifier: MIT
"""Instructions of one send on the host, by valgrind's callgrind: Doorbell's
host build and lwIP as Debian packages it, the same operation, the same peer,
from the send call to a device that counts frames (tests/bench/cost). The C
library's allocator is left out of both: on the machine Doorbell has its own,
which `make bench-icount` counts."""
import os
import re
import subprocess
import tempfile

from doorbell_lib.common import BUILD, Fail, need_command

CALLS = 512  # COST_CALLS
ROW = re.compile(r"^ *([\d,]+) \([ \d.]+%\)  (\S.*)$", re.M)
ALLOCATOR = "/malloc.c:"
# What runs, and the function inside which is counted.
KINDS = (("udp.18", "udp"), ("udp.64", "udp"), ("udp.1472", "udp"),
         ("tcp.1460", "tcp"), ("tcp.1460", "ack"))


def _count(program, kind, inside):
    """Instructions of a call, without those of the allocator's functions."""
    with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
        out = os.path.join(work, "out")
        run = subprocess.run(
            [need_command("valgrind"), "--tool=callgrind",
             f"--callgrind-out-file={out}",
             f"--toggle-collect=measured_{inside}", program, kind],
            capture_output=True, text=True, check=False)
        if run.returncode:
            raise Fail(f"{os.path.basename(program)} {kind} under callgrind: "
                       + run.stderr.strip()[-400:])
        rows = subprocess.run(
            ["callgrind_annotate", "--threshold=100", "--auto=no", out],
            capture_output=True, text=True, check=True).stdout
    total = sum(int(n.replace(",", "")) for n, where in ROW.findall(rows)
                if where != "PROGRAM TOTALS" and ALLOCATOR not in where)
    return round(total / CALLS)


def measure():
    """{name: (value, unit)}"""
    rows = {}
    for name, suffixes in (("doorbell", ("", ".hw")), ("lwip", ("",))):
        program = os.path.join(BUILD, "host", "cost-" + name)
        for suffix in suffixes:
            for kind, inside in KINDS:
                what = f"ack{suffix}" if inside == "ack" else kind + suffix
                rows[f"callgrind.{name}.{what}"] = (
                    _count(program, kind + suffix, inside), "insn")
    return rows
