#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How the cost of a packet grows with sockets, flows, bytes of a write,
descriptors, bytes in flight: `name value unit` lines and a table; scale.json
and scale.svg go to build/bench/. `make bench` has it, too."""
import argparse
import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)

from bench_lib import plots, scale  # noqa: E402
from doorbell_lib import process  # noqa: E402
from doorbell_lib.common import BUILD  # noqa: E402


def main():
    """Measure, print, save; the exit status."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--curve", choices=sorted(scale.CURVES),
                    help="one of the guest's only")
    ap.add_argument("--out", default=os.path.join(BUILD, "bench"))
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    rows = scale.guest(a.curve) if a.curve else scale.measure()
    with open(os.path.join(a.out, "scale.json"), "w", encoding="utf-8") as f:
        json.dump(rows, f, indent=1)
        f.write("\n")
    plots.write_scale(scale.curves(rows), a.out)
    for name, (value, unit) in rows.items():
        print(name, f"{value:g}", unit)
    print("", *scale.table(rows), sep="\n")
    return 0


if __name__ == "__main__":
    process.run_main("bench_scale", main)
