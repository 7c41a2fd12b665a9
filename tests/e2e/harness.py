# SPDX-License-Identifier: MIT
"""Running the launcher from a test, as a user does."""
import collections
import glob
import os
import subprocess
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, "build")
DOORBELL = os.path.join(ROOT, "tools", "doorbell")
sys.path.insert(0, os.path.join(ROOT, "tools"))

Result = collections.namedtuple("Result", "status out err")


def run(argv, stdin=b"", timeout=120, env=None):
    """Run to the end; the status and both outputs as text.

    On a time-out the command is ended in order and the test fails with what
    it had written.
    """
    with subprocess.Popen(argv, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=env) as p:
        try:
            out, err = p.communicate(stdin, timeout)
        except BaseException as e:
            p.terminate()  # the launcher cleans up on SIGTERM
            out, err = p.communicate()
            if isinstance(e, subprocess.TimeoutExpired):
                raise AssertionError(
                    f"{argv} took over {timeout} s:\n"
                    f"{out.decode(errors='replace')[-4000:]}\n"
                    f"{err.decode(errors='replace')[-2000:]}") from None
            raise
    return Result(p.returncode, out.decode(errors="replace"),
                  err.decode(errors="replace"))


def doorbell(*words, **how):
    """tools/doorbell with these words."""
    return run([DOORBELL, *map(str, words)], **how)


def processes_of(mark):
    """Process ids whose command line contains mark, but not our own."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                if mark.encode() in f.read():
                    found.append(int(path.split("/")[2]))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def wait_until(condition, seconds=5.0):
    """Poll a condition; the test fails if it does not come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true"
        time.sleep(0.02)
