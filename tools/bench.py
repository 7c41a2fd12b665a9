#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure Doorbell beside a Linux guest and the bare device, in one run.

Every round boots each system once on each network and runs apps/bench's suite
in it, the same binary in all; the systems take turns. Then what does not
depend on the machine's speed: instructions, doorbells, boot, sizes. Prints
`name value unit` lines and a table; build/bench/ keeps bench.json, table.md
and the plots. Needs apt once, for Debian's kernel package.
"""
import argparse
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)

from bench_lib import fixed, goals, plots, report, scale, userland  # noqa: E402
from bench_lib.machines import System, run  # noqa: E402
from doorbell_lib import process  # noqa: E402
from doorbell_lib.common import BUILD  # noqa: E402

SYSTEMS = (
    System("doorbell", "doorbell"),
    System("doorbell-offload", "doorbell", offload=True),
    System("linux", "linux"),
    System("linux-offload", "linux", offload=True),
    System("device", "device"),
)


def rates(a, results):
    """The rounds."""
    systems = [s for s in SYSTEMS if not a.systems or s.name in a.systems]
    for n in range(a.rounds):
        for net in a.net:
            for system in systems:
                args = [str(a.ms)] if system.kind == "device" else \
                    ["suite", "HOST", "PORT", str(a.ms), a.tests]
                start = time.monotonic()
                found, _ = run(system, net, "bench", args)
                results.add(system.name, net, found)
                print(f"# round {n + 1}: {system.name} on {net}: "
                      f"{time.monotonic() - start:.0f} s",
                      file=sys.stderr, flush=True)


def machine_words():
    """What was measured on, without a name of anybody's."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":", 1)[1].strip() for line in f
                      if line.startswith("model name")), "?")
    version = subprocess.run(["qemu-system-x86_64", "--version"],
                             capture_output=True, text=True, check=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT,
                            capture_output=True, text=True, check=False)
    return {"cpu": model, "cores": os.cpu_count(),
            "qemu": version.stdout.splitlines()[0],
            "commit": commit.stdout.strip()}


def main():
    """Run what was asked; the exit status."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--ms", type=int, default=1000,
                    help="how long each rate runs")
    ap.add_argument("--net", nargs="+", choices=("tap", "user"),
                    default=["tap", "user"])
    ap.add_argument("--systems", nargs="+",
                    choices=[s.name for s in SYSTEMS])
    ap.add_argument("--tests", default="*", metavar="GLOB")
    ap.add_argument("--no-fixed", action="store_true",
                    help="only the rates")
    ap.add_argument("--out", default=os.path.join(BUILD, "bench"))
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    results = report.Results()
    where = machine_words()
    rates(a, results)
    rows = {} if a.no_fixed else {**fixed.measure(), **scale.measure(),
                                   **userland.measure()}
    lines = [*results.lines(),
             *(f"{name} {value:g} {unit}" for name, (value, unit)
               in rows.items())]
    table = list(report.table(results))
    if rows:
        table += ["", *goals.table(results, rows), "", *scale.table(rows), "",
                  *userland.table(rows)]
        plots.write_scale(scale.curves(rows), a.out)
    results.save(os.path.join(a.out, "bench.json"),
                 {"machine": where, "fixed": rows})
    plots.write(results, a.out)
    with open(os.path.join(a.out, "table.md"), "w", encoding="utf-8") as f:
        print(*table, sep="\n", file=f)
    print(*lines, "", *table, sep="\n")
    return 0


if __name__ == "__main__":
    process.run_main("bench", main)
