#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The simulator's stored table: throughput and completion time for loss, round
trip, buffer and congestion control. Without an option it is made anew and
compared with tests/netsim/table.txt, to the last digit: virtual time has no
noise. What differs is shown; --update writes it down.

With --ktap it is one part of `make test`: the simulator's suites (under ASan
and UBSan), the suites that count work, and each line of the table is a case.
"""
import argparse
import concurrent.futures
import difflib
import itertools
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "table.txt")
NETSIM = os.path.join(ROOT, "build", "host", "netsim")
CASE = re.compile(r"^    (ok|not ok) \d+ (\S+)(.*)$")

CCS = ("reno", "cubic", "bbr")
RATE = "20M"
SEEDS = 10
HEAD = f"""\
# What flows of this stack make of a link of {RATE}bit/s: tests/netsim/table.py
# bulk: one flow of 10 MB: Mbit/s, segments resent, time-outs, mean ms queued.
# short: flows of 100 kB, seeds 1 to {SEEDS}: ms to the last byte, mean and worst.
"""
# More of the same link, 40 ms, a buffer of 1 BDP.
SCENES = (
    ("reordered", "--reorder 2%,3ms"),
    ("far reordered", "--reorder 2%,30ms"),
    ("jitter", "--jitter 10ms"),
    ("doubled", "--duplicate 2%"),
    ("damaged", "--corrupt 1% --back-corrupt 1%"),
    ("bursts", "--burst 0.1%,20%"),
    ("thin bursts", "--burst 1%,10%,20%"),
    ("ACKs lost", "--back-loss 30%"),
    ("ACKs late", "--back-jitter 20ms"),
    ("marked", "--mark 20 --sysctl net.ipv4.tcp_ecn=1"),
    ("no SACK", "--loss 1% --sysctl net.ipv4.tcp_sack=0"),
    ("no time stamps", "--loss 1% --sysctl net.ipv4.tcp_timestamps=0"),
    ("four flows", "--flows 4 --bytes 2500K"),
    ("with reno", "--flows 2 --cc {cc},reno --bytes 5M"),
)


def netsim(*options):
    """One run's line: seconds, Mbit/s, resent, rto, dropped, Jain's index,
    mean ms queued, wire."""
    run = subprocess.run([NETSIM, "--format", "line", *options],
                         stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        raise SystemExit(f"table: netsim {' '.join(options)}: "
                         f"status {run.returncode}")
    return run.stdout.decode().split()


def grid_row(cell):
    """A line of the first table."""
    cc, loss, rtt, buffer = cell
    link = ["--cc", cc, "--rate", RATE, "--rtt", rtt, "--queue", buffer,
            "--loss", loss]
    took, rate, resent, rto, _, _, wait, _ = netsim("--bytes", "10M", *link)
    short = [float(netsim("--bytes", "100K", "--seed", str(s), *link)[0]) * 1e3
             for s in range(1, SEEDS + 1)]
    return (f"{cc:5} {loss:>5} {rtt:>5} {buffer:>7} {float(rate):8.3f}"
            f"{resent:>7}{rto:>4}{float(wait):9.2f}"
            f"{sum(short) / len(short):10.1f}{max(short):9.1f}")


def scene_row(scene):
    """A line of the second."""
    (name, options), cc = scene
    line = netsim("--rate", RATE, "--rtt", "40ms", "--queue", "1bdp",
                  "--bytes", "10M", "--cc", cc,
                  *options.format(cc=cc).split())
    took, rate, resent, rto, dropped, jain, wait, _ = line
    return (f"{cc:5} {name:15} {float(took):8.3f}{float(rate):9.3f}"
            f"{resent:>7}{rto:>4}{dropped:>7}{float(wait):9.2f}"
            f"{float(jain):7.3f}")


def make(ccs):
    """The whole table as a list of lines."""
    grid = list(itertools.product(ccs, ("0", "0.1%", "1%", "5%"),
                                  ("10ms", "50ms", "200ms"),
                                  ("0.25bdp", "1bdp", "4bdp")))
    scenes = list(itertools.product(SCENES, ccs))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        grid_rows = list(pool.map(grid_row, grid))
        scene_rows = list(pool.map(scene_row, scenes))
    return [*HEAD.splitlines(), "",
            "cc     loss   rtt  buffer   Mbit/s resent rto  ms wait "
            "short ms    worst", *grid_rows, "",
            "# 10 MB, 40 ms, 1bdp, and something else: seconds of the "
            "slowest, Mbit/s of all,",
            "# resent, time-outs, dropped, mean ms queued, Jain's index.",
            "cc    scene              time   Mbit/s resent rto dropped  "
            "ms wait  Jain", *scene_rows]


def available():
    """The congestion controls that this stack has."""
    return [cc for cc in CCS if subprocess.run(
        [NETSIM, "--cc", cc, "--bytes", "1", "--format", "line"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False).returncode == 0]


def stored():
    with open(TABLE, encoding="ascii") as f:
        return f.read().splitlines()


def compare(made):
    """Print what differs; how many lines do."""
    diff = [d for d in difflib.unified_diff(stored(), made, "table.txt",
                                            "now", n=0, lineterm="")]
    print(*diff, sep="\n" if diff else "", end="\n" if diff else "")
    return sum(d[0] == "+" for d in diff[2:])


def suites(program, glob):
    """(case, ok, text) of a program that speaks KTAP."""
    run = subprocess.run([os.path.join(ROOT, "build", "host", program),
                          "test", glob], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False)
    text = run.stdout.decode(errors="replace")
    cases = [(m[2], m[1] == "ok") for m in
             map(CASE.match, text.splitlines()) if m]
    if run.returncode != 0 or not cases:
        print(*(f"# {line}" for line in text.splitlines()), sep="\n")
        cases.append((f"{program}_status_{run.returncode}", False))
    return cases


def table_cases():
    """Each line that is not a comment."""
    made, old = make(available()), stored()
    compare(made)
    rows = [line for line in made if line and line[0] != "#"]
    cases = [(re.sub(r"\W+", "_", " ".join(line.split()[:4])), line in old)
             for line in rows]
    return cases + [("nothing_else_is_stored", made == old)]


def ktap():
    """All of it as one report; 0 if every case passed."""
    parts = (("suites", suites("netsim-tests", "netsim*")),
             ("scale", suites("netsim-count", "scale")),
             ("table", table_cases()))
    passed = failed = 0
    print(f"KTAP version 1\n1..{len(parts)}")
    for nr, (name, cases) in enumerate(parts, 1):
        print(f"    KTAP version 1\n    # Subtest: {name}\n"
              f"    1..{len(cases)}")
        for i, (case, ok) in enumerate(cases, 1):
            print(f"    {'ok' if ok else 'not ok'} {i} {case}")
            passed += ok
            failed += not ok
        print(f"{'ok' if all(c[1] for c in cases) else 'not ok'} {nr} {name}")
    print(f"# totals: passed {passed}, failed {failed}, skipped 0")
    return 1 if failed else 0


def main():
    ap = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--update", action="store_true", help="rewrite table.txt")
    ap.add_argument("--ktap", action="store_true", help="for make test")
    a = ap.parse_args()
    if a.ktap:
        return ktap()
    made = make(available())
    if a.update:
        with open(TABLE, "w", encoding="ascii") as f:
            print(*made, sep="\n", file=f)
        return 0
    print(*made, sep="\n")
    changed = compare(made)
    print(f"netsim: {changed} lines differ from tests/netsim/table.txt"
          if changed else "netsim: as in tests/netsim/table.txt")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
