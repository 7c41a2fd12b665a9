#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every checker over the sources: each header compiled alone, sparse,
cppcheck, clang-tidy, doccheck.py for the comments, doclinks.py for what the
documents name. Quiet where clean; a suppression stands in the source, with its
reason."""
import argparse
import concurrent.futures
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
FOLDERS = ("boot", "drivers", "kernel", "lib", "net", "tests/fixtures",
           "tests/guest", "tests/path")
FLAGS = ["-std=gnu11", "-I.", "-ffreestanding"]
GCC = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
       "-Wno-sign-compare", "-fsyntax-only"]
SPARSE = ["-Wbitwise", "-Wcontext", "-Wno-decl", "-Wsparse-error"]
CPPCHECK = ["--quiet", "--std=c11", "--enable=warning,portability",
            "--inline-suppr", "--error-exitcode=1", "-D__x86_64__",
            "-D__GNUC__=12", "-I.", "--max-configs=1",
            "--suppress=missingInclude", "--suppress=unmatchedSuppression",
            # Linker tables are walked from __start_ to __stop_ symbols.
            "--suppress=comparePointers",
            # NULL has a pointer's size on the one ABI there is.
            "--suppress=varFuncNullUB",
            # A test of strcmp() compares literals.
            "--suppress=staticStringCompare",
            "--template={file}:{line}: {severity}: {message} [{id}]"]


def files(suffix):
    """Paths below the folders, relative to the top, sorted."""
    found = []
    for folder in FOLDERS:
        for top, _, names in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.relpath(os.path.join(top, n), ROOT)
                      for n in names if n.endswith(suffix)]
    return sorted(found)


def call(argv, text=None):
    """Run one checker; its complaints, or "" if it has none."""
    run = subprocess.run(argv, cwd=ROOT, input=text, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = run.stdout.decode(errors="replace")
    lines = [line for line in out.splitlines()
             if not line.endswith(("warnings generated.",
                                   "warning generated."))
             and not line.startswith(("Suppressed ", "Use -header-filter"))]
    text = "\n".join(lines).strip()
    return text or (f"{argv[0]}: status {run.returncode}"
                    if run.returncode else "")


def headers():
    """Each header is complete by itself."""
    for path in files(".h"):
        yield ["gcc", *FLAGS, *GCC, "-x", "c", "-"], \
            f'#include "{path}"\n#include "{path}"\n'.encode()


def sparse():
    """Byte orders, address spaces; a test compares raw bytes and may not
    care."""
    for path in files(".c"):
        if not path.startswith("tests/") and not path.endswith("_test.c"):
            yield ["sparse", *FLAGS, *SPARSE, path], None


def cppcheck():
    """cppcheck's own analysis, file by file."""
    for path in files(".c"):
        yield ["cppcheck", *CPPCHECK, path], None


def clang_tidy():
    """bugprone-* and the analyzer, as .clang-tidy chooses; a failed
    expectation that ends a test looks like a leak to it."""
    for path in files(".c"):
        if not path.startswith("tests/") and not path.endswith("_test.c"):
            yield ["clang-tidy", "--quiet", path, "--", *FLAGS], None


def comments():
    """kernel-doc at each public function."""
    yield [os.path.join(ROOT, "tools", "doccheck.py")], None


def documents():
    """Files and functions that docs/ names exist."""
    yield [os.path.join(ROOT, "tools", "doclinks.py")], None


CHECKS = {"headers": headers, "sparse": sparse, "cppcheck": cppcheck,
          "clang-tidy": clang_tidy, "comments": comments,
          "documents": documents}


def main():
    """Run the checks named, or all; 0 if no one complains."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("checks", nargs="*", metavar="CHECK",
                    help=f"of {', '.join(CHECKS)} (default: all)")
    names = ap.parse_args().checks or list(CHECKS)
    if unknown := set(names) - set(CHECKS):
        ap.error(f"no check {' '.join(sorted(unknown))}")
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            jobs = list(CHECKS[name]())
            said = [t for t in pool.map(lambda j: call(*j), jobs) if t]
            # A header's fault shows in every file that includes it.
            unique = list(dict.fromkeys("\n".join(said).splitlines()))
            if said:
                print(*unique, sep="\n")
            print(f"lint: {name}: {len(jobs)} runs, {len(said)} complain",
                  flush=True)
            bad += len(said)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
