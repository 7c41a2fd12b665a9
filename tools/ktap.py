#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run a command that speaks KTAP version 1 (or read it from a file), show the
failures and a one-line count, and exit 0 only if every case passed and the
report is complete."""
import argparse
import re
import subprocess
import sys

CASE = re.compile(r"^    (ok|not ok) \d+ (\S+)(.*)$")
TOTALS = re.compile(r"^# totals: passed (\d+), failed (\d+), skipped (\d+)")


def judge(text):
    """Count cases in a KTAP text: (passed, failed, skipped, complete)."""
    passed = failed = skipped = 0
    complete = False
    for line in text.splitlines():
        line = re.sub(r"^\[ *\d+\.\d+\] ", "", line)
        if m := CASE.match(line):
            if m[1] == "not ok":
                failed += 1
            elif "# SKIP" in m[3]:
                skipped += 1
            else:
                passed += 1
        elif m := TOTALS.match(line):
            complete = tuple(map(int, m.groups())) == (passed, failed, skipped)
    return passed, failed, skipped, complete


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--name", default="ktap", help="shown before the count")
    ap.add_argument("--verbose", action="store_true", help="show every line")
    ap.add_argument("--timeout", type=float, default=900, help="seconds")
    ap.add_argument("--status", type=int, default=0,
                    help="exit status of success (QEMU's debug exit: 1)")
    ap.add_argument("command", nargs="+", help="after --, what to run")
    a = ap.parse_args()
    try:
        run = subprocess.run(a.command, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=a.timeout)
        text, status = run.stdout.decode(errors="replace"), run.returncode
    except subprocess.TimeoutExpired as e:
        text, status = (e.stdout or b"").decode(errors="replace"), "time-out"
    passed, failed, skipped, complete = judge(text)
    if a.verbose or failed or not complete or status != a.status:
        print(text)
    if not complete:
        print(f"{a.name}: the report is incomplete (status {status})")
        failed += 1
    elif status != a.status and not failed:
        print(f"{a.name}: ended with status {status}")
        failed += 1
    print(f"{a.name}: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
