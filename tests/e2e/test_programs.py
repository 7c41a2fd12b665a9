# SPDX-License-Identifier: MIT
"""Programs in the guest: faults, statuses, Debian's busybox, hostile calls."""
import os
import pytest

from harness import BUILD, doorbell, sha256

APPS = os.path.join(BUILD, "apps")
BUSYBOX = "/bin/busybox"

# What each fault of apps/faults ends with: 128 + signal, or its own status.
SEGV, ILL, FPE, TRAP, ABRT = 139, 132, 136, 133, 134
FAULTS = {
    "null-read": SEGV, "null-write": SEGV, "jump-data": SEGV,
    "jump-null": SEGV, "stack": SEGV, "text-write": SEGV,
    "kernel-read": SEGV, "kernel-write": SEGV, "kernel-jump": SEGV,
    "non-canonical": SEGV, "ud2": ILL, "divide": FPE, "cli": SEGV,
    "hlt": SEGV, "port": SEGV, "int3": TRAP, "int80": SEGV,
    "protect": SEGV, "abort": ABRT, "bad-pointers": 0, "handled": 3,
    "signal-return": 0,
}


def guest(*words, **how):
    """A program without a network."""
    return doorbell("run", "--net", "none", *words, **how)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_ends_the_program_only(fault):
    r = guest(os.path.join(APPS, "faults"), fault)
    assert r.status == FAULTS[fault], r.out + r.err
    assert "KERNEL" not in r.out
    if FAULTS[fault] == SEGV:
        assert r.out.count("faults[1]") == 1, "one clear line\n" + r.out


def test_arguments_environment_and_status_pass():
    r = guest("--append", "GREETING=hi", os.path.join(APPS, "hello"), "a b",
              "--status", "42")
    assert r.status == 42
    assert "argv[1] = a b" in r.out
    assert "envp" in r.out and "GREETING=hi" in r.out


@pytest.mark.skipif(not os.path.exists(BUSYBOX), reason="no busybox-static")
def test_busybox_runs_unmodified():
    with open(BUSYBOX, "rb") as f:
        want = sha256(f.read())
    r = guest(BUSYBOX, "sha256sum", "/bin/busybox")
    assert r.status == 0 and want in r.out
    script = ("busybox echo one two | busybox wc -w > /tmp/n; "
              "busybox cat /tmp/n; busybox ls -l /dev; "
              "(exit 3); echo status $?; busybox kill -9 $$")
    r = guest(BUSYBOX, "sh", "-c", script)
    assert "\n2" in r.out.replace("\r", "")
    assert "urandom" in r.out and "status 3" in r.out
    assert r.status == 128 + 9


def test_unknown_call_is_named_once():
    r = guest(os.path.join(APPS, "sysfuzz"), "20000", "2")
    assert r.status == 0
    assert r.out.count("system call io_uring_setup (425) is not") == 1


def test_a_million_hostile_calls_leave_the_machine_alive():
    r = guest(os.path.join(APPS, "sysfuzz"), "1000000", "1", timeout=600)
    assert r.status == 0, r.out[-2000:]
    assert "1000000 calls" in r.out

