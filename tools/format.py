#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Apply .clang-format to the C sources, or with --check only name the files
that differ."""
import argparse
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def main():
    """0 if every file is, or now is, as clang-format wants it."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--check", action="store_true", help="change nothing")
    a = ap.parse_args()
    listed = subprocess.run(["git", "ls-files", "*.c", "*.h"], cwd=ROOT,
                            stdout=subprocess.PIPE, check=True)
    differ = []
    for name in listed.stdout.decode().split():
        path = os.path.join(ROOT, name)
        with open(path, "rb") as f:
            old = f.read()
        new = subprocess.run(["clang-format", "--style=file", path],
                             stdout=subprocess.PIPE, check=True).stdout
        if new == old:
            continue
        differ.append(name)
        if not a.check:
            with open(path, "wb") as f:
                f.write(new)
    word = "differ" if a.check else "rewritten"
    print(*differ, f"format: {len(differ)} files {word}", sep="\n")
    return 1 if differ and a.check else 0


if __name__ == "__main__":
    sys.exit(main())
