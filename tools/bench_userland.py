#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What Debian's own programs find here: how long `ip addr` takes from the boot
to the prompt, and iperf3's rates beside those in a Linux guest. Prints `name
value unit` lines and a table; `make bench` has it, too. Needs apt once, for
Debian's kernel package."""
import argparse
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)

from bench_lib import userland  # noqa: E402
from doorbell_lib import process  # noqa: E402


def main():
    """Measure and print; the exit status."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--rounds", type=int, default=userland.ROUNDS)
    ap.add_argument("--seconds", type=int, default=userland.SECONDS,
                    help="of each run of iperf3")
    ap.add_argument("--systems", nargs="+", choices=userland.SYSTEMS,
                    default=userland.SYSTEMS)
    ap.add_argument("--net", nargs="+", choices=("tap", "user"),
                    default=["tap", "user"])
    a = ap.parse_args()
    rows = {**userland.prompt(userland.BOOTS if a.rounds > 1 else 1),
            **userland.iperf3(a.rounds, a.net, a.systems, seconds=a.seconds)}
    for name, (value, unit) in rows.items():
        print(name, f"{value:g}", unit)
    print("", *userland.table(rows), sep="\n")
    return 0


if __name__ == "__main__":
    process.run_main("bench_userland", main)
