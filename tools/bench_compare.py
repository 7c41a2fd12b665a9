#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compare `make bench-icount` with tests/bench/baseline.txt, in KTAP: a number
that grew by more than 0.5 % fails. Who makes one grow changes the baseline in
the same commit (--update). The numbers are those of one compiler: with another
one than the baseline's all are skipped.
"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
BASELINE = os.path.join(os.path.dirname(HERE), "tests", "bench",
                        "baseline.txt")
LIMIT = 1.005


def compiler():
    """As the baseline's first line names it."""
    version = subprocess.run([os.environ.get("CC", "gcc"), "-dumpfullversion"],
                             capture_output=True, text=True, check=True)
    return f"# gcc {version.stdout.strip()}"


def totals(text):
    """{name: value}, without the stages, which may trade."""
    rows = (line.split() for line in text.splitlines())
    rows = {r[0]: int(r[1]) for r in rows if r and r[0].startswith("insn.")}
    return {name: value for name, value in rows.items()
            if not any(name.startswith(other + ".") for other in rows)}


def main():
    """0 if nothing grew."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--update", action="store_true",
                    help="write the baseline instead")
    update = ap.parse_args().update
    run = subprocess.run([os.path.join(HERE, "bench_icount.py")],
                         stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        return run.returncode
    if update:
        with open(BASELINE, "w", encoding="ascii") as f:
            f.write(f"{compiler()}\n{run.stdout}")
        return 0
    with open(BASELINE, encoding="ascii") as f:
        baseline = f.read()
    skip = "" if baseline.startswith(compiler() + "\n") else " # SKIP compiler"
    old, new = totals(baseline), totals(run.stdout)
    print(f"KTAP version 1\n1..1\n    # Subtest: bench\n    1..{len(old)}")
    failed = 0
    for i, (name, value) in enumerate(old.items()):
        grew = not skip and new.get(name, value * 2) > value * LIMIT
        failed += grew
        print(f"    {'not ok' if grew else 'ok'} {i + 1} {name}{skip}")
        if grew:
            print(f"    # {name}: {value} before, {new.get(name)} now")
    passed = 0 if skip else len(old) - failed
    print(f"{'not ok' if failed else 'ok'} 1 bench\n# totals: passed {passed}, "
          f"failed {failed}, skipped {len(old) if skip else 0}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
