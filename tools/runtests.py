#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run every part of the tests and add up: the host suites, the packetdrill
scripts, the simulated network, the guest suites, the scripts in the guest, the
instruction counts, the end-to-end tests. The last line is `N passed, N failed`,
with `, N skipped` if some were; a part that did not run to its end counts as a
failure.
"""
import argparse
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)

import ktap  # noqa: E402
from doorbell_lib import process  # noqa: E402


class Count:
    """Cases of one part, or of all."""

    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        tail = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{tail}"


def run(argv, timeout, capture):
    """Run a child; (its status or "time-out", its output if captured)."""
    child = process.spawn(argv, cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE if capture else None,
                          stderr=subprocess.STDOUT if capture else None)
    try:
        out, _ = child.communicate(timeout=timeout)
        return child.returncode, (out or b"").decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.end(child)
        return "time-out", ""
    finally:
        process.end(child)


def ktap_part(name, argv, timeout):
    """A part that reports in KTAP."""
    status, text = run(argv, timeout, capture=True)
    passed, failed, skipped, complete = ktap.judge(text)
    count = Count(passed, failed, skipped)
    if status != 0 or failed or not complete:
        print(text)
    for line in text.splitlines():
        if "# SKIP" in line:
            print(f"{name}: skipped: {line.strip()}")
        elif line.startswith("# left out: "):
            print(f"{name}: {line[2:]}")
    if not complete or not passed + skipped:
        print(f"{name}: the report is incomplete (status {status})")
        count.failed += 1
    elif status != 0 and not failed:
        print(f"{name}: ended with status {status}")
        count.failed += 1
    return count


def pytest_part(name, argv, timeout):
    """The end-to-end tests, counted from pytest's JUnit report."""
    report = os.path.join(ROOT, "build", "e2e.xml")
    if os.path.exists(report):
        os.unlink(report)
    status, _ = run([*argv, f"--junitxml={report}"], timeout, capture=False)
    count = Count()
    try:
        suites = xml.etree.ElementTree.parse(report).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        print(f"{name}: there is no report (status {status})")
        return Count(failed=1)
    for case in suites.iter("testcase"):
        if case.find("failure") is not None or \
                case.find("error") is not None:
            count.failed += 1
        elif case.find("skipped") is not None:
            count.skipped += 1
        else:
            count.passed += 1
    if status != 0 and not count.failed:
        print(f"{name}: ended with status {status}")
        count.failed += 1
    return count


PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-rsf", "--tb=short",
          "-p", "no:cacheprovider", "tests/e2e"]
# Two cards on one hub, for the e1000's own suites.
LAB = "--qemu-arg=" + " ".join(
    f"-netdev hubport,id={card},hubid=0 -device e1000,netdev={card}"
    for card in ("lab0", "lab1"))
# name, how it is judged, command, seconds it may take
PARTS = (
    ("host", ktap_part, ["build/host/doorbell-tests"], 300),
    ("pkt", ktap_part, ["make", "-s", "pkt-ktap"], 300),
    ("netsim", ktap_part, ["tests/netsim/table.py", "--ktap"], 200),
    ("guest", ktap_part, ["tools/doorbell", "selftest", LAB], 300),
    ("pkt-guest", ktap_part, ["make", "-s", "pkt-guest-ktap"], 300),
    ("bench", ktap_part, ["tools/bench_compare.py"], 300),
    ("e2e", pytest_part, PYTEST, 1000),
)


def main():
    """Run the parts; 0 if every case of every part passed."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("parts", nargs="*", metavar="PART",
                    help=", ".join(p[0] for p in PARTS) + " (all)")
    wanted = ap.parse_args().parts or [p[0] for p in PARTS]
    if unknown := set(wanted) - {p[0] for p in PARTS}:
        ap.error(f"no part {' '.join(sorted(unknown))}")
    total = Count()
    summary = []
    for name, judge, argv, timeout in PARTS:
        if name not in wanted:
            continue
        start = time.monotonic()
        count = judge(name, argv, timeout)
        total += count
        summary.append(f"{name}: {count} "
                       f"({time.monotonic() - start:.0f} s)")
        print(summary[-1], flush=True)
    print()
    print(*summary, total, sep="\n", flush=True)
    with open(os.path.join(ROOT, "build", "total"), "w",
              encoding="ascii") as f:
        print(total, file=f)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    try:
        with process.signals_end(signal.SIGINT):
            sys.exit(main())
    except process.Ended as end:
        sys.exit(end.status)
