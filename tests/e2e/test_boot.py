# SPDX-License-Identifier: MIT
"""Ways to boot, programs and their ends, and bad input at the boot: what is
wrong with an archive, a program or the machine is told, and never a crash of
the kernel."""
import struct

import pexpect
import pytest

from doorbell_lib import archive
from harness import (BUILD, DOORBELL, assert_no_leak, doorbell, noise,
                     sha256)

HELLO = BUILD + "/apps/hello"
SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV = 4, 5, 6, 8, 7, 11
PANIC = 127


def no_net(*words, **how):
    """`doorbell run` without a network card."""
    r = doorbell("run", "--net", "none", "--timeout", 60, *words, **how)
    assert "panic" not in r.out.lower(), r.out
    return r


# --- ways to boot -----------------------------------------------------------
@pytest.mark.parametrize("how", [
    ["--firmware", "seabios"], ["--firmware", "qboot"], ["--iso"],
    ["--icount"], ["--mem", "8"], ["--mem", "16", "--firmware", "qboot"],
    ["--mem", "3000"]], ids=" ".join)
def test_boots(how):
    r = no_net(*how, "hello", "one", "two words")
    assert r.status == 0, r.out + r.err
    assert "argv[1] = one" in r.out and "argv[2] = two words" in r.out


def test_counted_runs_repeat_exactly():
    one, two = (no_net("--icount", "hello") for _ in "ab")
    assert one.status == 0
    assert one.out == two.out  # the clock's readings in it too


@pytest.mark.parametrize("kind", ["elf", "iso"])
def test_a_shipped_image_boots_by_itself(tmp_path, kind):
    image = tmp_path / f"x.{kind}"
    r = doorbell("image", "--ip", "off", "-o", image, "hello", "shipped")
    assert r.status == 0, r.err
    r = doorbell("boot", "--net", "none", "--timeout", 60, image)
    assert r.status == 0 and "argv[1] = shipped" in r.out, r.out + r.err


def test_the_iso_of_make_has_the_self_test(tmp_path):
    """build/doorbell.iso without a program says so and ends with a status."""
    r = doorbell("boot", "--net", "none", "--timeout", 60,
                 BUILD + "/doorbell.iso")
    assert r.status not in (0, 124, 125), r.out + r.err


def test_a_sysctl_that_means_nothing_is_reported_and_the_program_runs():
    name = "sysctl.net.ipv4."
    r = no_net("--append", name + "tcp_congestion_control=nosuch",
               "--append", name + "tcp_ecn=7",
               "--append", name + "ip_default_ttl=0x",
               "--append", name + "tcp_sack=0", "hello")
    said = r.out + r.err
    assert r.status == 0 and "argv[0]" in said, said
    assert "no congestion control named nosuch" in said, said
    assert name + "tcp_ecn=7: not from 0 to 2" in said, said
    assert name + "ip_default_ttl=0x: not from 1 to 255" in said, said
    assert name + "tcp_sack" not in said, said


def test_tables_and_counters_are_files_below_proc_net():
    """busybox's own programs read them."""
    script = """
        cd /proc/net; ls; cat route arp tcp sockstat >/dev/null
        (nc -l -p 99 & echo $! >/pid); sleep 0.1
        netstat -ltn 2>&1 | grep -c 0.0.0.0:99
        ifconfig lo | grep -c 'RX packets'
        grep -c Tcp: snmp
        dd if=netstat bs=7 2>/dev/null | cmp - netstat && echo same
        kill $(cat /pid)
    """
    r = no_net("--append", "quiet", "busybox", "sh", "-c", "; ".join(
        line.strip() for line in script.strip().splitlines()))
    lines = r.out.split()
    assert sorted(lines[:13]) == [
        "arp", "dev", "netlink", "netstat", "packet", "raw", "route", "snmp",
        "sockstat", "tcp", "udp", "unix", "vlan"], r.out + r.err
    assert lines[13:] == ["1", "1", "2", "same"], r.out + r.err


def test_neighbours_are_set_and_forgotten_by_arp():
    script = """
        arp -i eth0 -s 10.0.2.7 02:00:00:00:00:07 && arp -n 10.0.2.7
        arp -d 10.0.2.7; arp -n 10.0.2.7
        arp -d 10.0.2.99
        arp -s 10.0.2.8 02:00:00:00:00:08 pub
        arp -s 192.0.2.1 02:00:00:00:00:08 -i eth7
    """
    r = doorbell("run", "--append", "quiet", "busybox", "sh", "-c",
                 "; ".join(line.strip()
                           for line in script.strip().splitlines()))
    assert r.out.splitlines() == [
        "? (10.0.2.7) at 02:00:00:00:00:07 [ether] PERM on eth0",
        "No match found in 0 entries",
        "No ARP entry for 10.0.2.99",
        "arp: SIOCSARP: Operation not supported",
        "arp: SIOCSARP: No such device"], r.out + r.err


def test_settings_are_files_below_proc_sys():
    script = """
        cd /proc/sys/net/ipv4
        cat tcp_sack tcp_rmem tcp_congestion_control
        echo 1 >tcp_sack
        sysctl -w net.ipv4.tcp_congestion_control=reno
        sysctl net.ipv4.tcp_sack net.ipv4.tcp_congestion_control
        echo 7 >tcp_ecn || echo refused
        cat tcp_ecn
        echo cubic >tcp_available_congestion_control || echo read-only
        grep -c cubic tcp_available_congestion_control
        head -c 3 tcp_rmem; echo
        ls -l tcp_sack | cut -c 1-10
    """
    r = no_net("--append", "quiet", "--append",
               "sysctl.net.ipv4.tcp_sack=0",
               "--append", "sysctl.net.ipv4.tcp_rmem=4096,8192,16384",
               "busybox", "sh", "-c", "; ".join(
                   line.strip() for line in script.strip().splitlines()))
    lines = [line for line in r.out.splitlines()
             if not line.startswith("sh:")]
    assert lines == ["0", "4096\t8192\t16384", "cubic",
                     "net.ipv4.tcp_congestion_control = reno",
                     "net.ipv4.tcp_sack = 1",
                     "net.ipv4.tcp_congestion_control = reno",
                     "refused", "2", "read-only", "1", "409",
                     "-rw-r--r--"], r.out + r.err


# --- programs ---------------------------------------------------------------
@pytest.mark.parametrize("status", [0, 1, 42, 127, 128, 255])
def test_a_programs_status_is_the_launchers(status):
    r = no_net("--append", "quiet", "busybox", "sh", "-c", f"exit {status}")
    assert r.status == status


def test_busybox_echo_cat_sha256sum(tmp_path):
    data = noise(123456)
    path = tmp_path / "f"
    path.write_bytes(data)
    text = tmp_path / "text"
    text.write_text("line one\nline two\n")
    r = no_net("--append", "quiet", "busybox", "echo", "two  words", "x")
    assert (r.status, r.out) == (0, "two  words x\n")
    r = no_net("--append", "quiet", "--add", text, "busybox", "cat", "/text")
    assert (r.status, r.out) == (0, "line one\nline two\n")
    r = no_net("--append", "quiet", "--add", path, "busybox", "sha256sum",
               "/f")
    assert (r.status, r.out) == (0, f"{sha256(data)}  /f\n")


def test_standard_input_is_the_console():
    r = no_net("--append", "quiet", "busybox", "cat", stdin=b"typed\n")
    assert r.status == 0 and "typed\n" in r.out


def test_ctrl_c_at_a_terminal_interrupts_the_program():
    child = pexpect.spawn(DOORBELL, ["run", "--net", "none", "busybox", "sh",
                                     "-c", "echo ready; sleep 100"],
                          timeout=30)
    child.expect("ready")
    child.sendcontrol("c")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_missing_file_is_the_programs_error():
    r = no_net("busybox", "cat", "/no/such/file")
    assert r.status == 1 and "No such file" in r.out


def test_an_unknown_system_call_is_named_once():
    r = no_net("sysfuzz", "2000", "7")
    names = [x for x in r.out.splitlines() if "not implemented" in x.lower()
             or "ENOSYS" in x]
    assert r.status == 0
    assert len(names) == len(set(x.split("] ")[-1] for x in names))


# name, the signal that ends the program, or if negative its own status
FAULTS = [
    ("null-read", SIGSEGV), ("null-write", SIGSEGV), ("jump-data", SIGSEGV),
    ("jump-null", SIGSEGV), ("stack", SIGSEGV), ("text-write", SIGSEGV),
    ("kernel-read", SIGSEGV), ("kernel-write", SIGSEGV),
    ("kernel-jump", SIGSEGV), ("non-canonical", SIGSEGV), ("ud2", SIGILL),
    ("divide", SIGFPE), ("cli", SIGSEGV), ("hlt", SIGSEGV),
    ("port", SIGSEGV), ("int3", SIGTRAP), ("int80", SIGSEGV),
    ("protect", SIGSEGV), ("abort", SIGABRT), ("bad-pointers", 0),
    ("handled", -3), ("signal-return", 0),
]


@pytest.mark.parametrize("name, sig", FAULTS, ids=[f[0] for f in FAULTS])
def test_a_fault_ends_the_program_only(name, sig):
    status = 128 + sig if sig > 0 else -sig
    r = no_net("faults", name)
    assert r.status == status, r.out + r.err
    # The machine is as alive afterwards as before: it runs a shell on.
    r = no_net("--append", "quiet", "--add", BUILD + "/apps/faults",
               "busybox", "sh", "-c", f"/faults {name}; echo after $?")
    assert r.status == 0, r.out + r.err
    assert f"after {status}" in r.out, r.out


def test_every_fault_of_the_program_is_tested():
    names = no_net("--append", "quiet", "faults").out.split()
    assert set(names) == {f[0] for f in FAULTS}


def test_sysfuzz_a_million_random_calls():
    r = doorbell("run", "--net", "user", "--stats", "--timeout", 280,
                 "--append", "quiet", "sysfuzz", "1000000", "1", timeout=300)
    assert r.status == 0, r.out[-3000:] + r.err
    assert "sysfuzz: 1000000 calls" in r.out
    assert_no_leak(r)


@pytest.mark.parametrize("what", ["null", "stack", "rodata", "nx", "ud",
                                  "panic"])
def test_a_kernel_fault_is_reported_and_ends_the_machine(what):
    r = doorbell("selftest", "--timeout", 30, "--append", f"crash={what}",
                 "crash")
    assert r.status == PANIC, r.out + r.err
    assert "Call trace" in r.out
    assert "crash_test" in r.out or "+0x" in r.out, r.out


# --- bad input --------------------------------------------------------------
def hello():
    """The bytes of a sound program."""
    with open(HELLO, "rb") as f:
        return f.read()


def boot_archive(tmp_path, data, *words, inside="/bin/hello"):
    """Boot with these bytes as the archive."""
    path = tmp_path / "initrd.cpio"
    path.write_bytes(data)
    r = doorbell("run", "--net", "none", "--timeout", 60, "--initrd", path,
                 *words, inside)
    assert r.status not in (0, 124, 125), r.out + r.err
    assert "Call trace" not in r.out or "panic" in r.out.lower(), r.out
    return r


def with_program(data, mode=0o755):
    """An archive whose /bin/hello has these bytes."""
    c = archive.Cpio()
    c.file("bin/hello", data, mode)
    return c.finish()


def test_the_sound_archive_boots(tmp_path):
    path = tmp_path / "initrd.cpio"
    path.write_bytes(with_program(hello()))
    r = no_net("--initrd", path, "/bin/hello")
    assert r.status == 0, r.out + r.err


SOUND = 110 + 12  # the first header and its name's padded bytes


@pytest.mark.parametrize("damage", [
    pytest.param(lambda d: b"", id="empty"),
    pytest.param(lambda d: d[:50], id="half a header"),
    pytest.param(lambda d: d[:112], id="half a name"),
    pytest.param(lambda d: d[:400], id="cut within the program"),
    pytest.param(lambda d: b"070707" + d[6:], id="another format"),
    pytest.param(lambda d: b"XXXXXX" + d[6:], id="no magic"),
    pytest.param(lambda d: d[:54] + b"FFFFFFFF" + d[62:], id="huge size"),
    pytest.param(lambda d: d[:94] + b"FFFFFFFF" + d[102:], id="huge name"),
    pytest.param(lambda d: d[:94] + b"00000000" + d[102:], id="no name"),
    pytest.param(lambda d: d[:54] + b"zzzzzzzz" + d[62:], id="no number"),
    pytest.param(lambda d: noise(5000), id="noise"),
    pytest.param(lambda d: bytes(4096), id="zeros"),
    pytest.param(lambda d: b"\x1f\x8b\x08" + bytes(600), id="gzip"),
])
def test_a_damaged_archive_is_told(tmp_path, damage):
    boot_archive(tmp_path, damage(with_program(hello())))


@pytest.mark.parametrize("seed", range(8))
def test_random_damage_to_an_archive_never_crashes(tmp_path, seed):
    import random
    rng = random.Random(seed)
    data = bytearray(with_program(hello()))
    for _ in range(40):
        data[rng.randrange(400)] = rng.choice(b"0123456789abcdef\0/\xff")
    path = tmp_path / "initrd.cpio"
    path.write_bytes(data)
    r = doorbell("run", "--net", "none", "--timeout", 60, "--initrd", path,
                 "/bin/hello")
    assert r.status not in (124, 125), r.out + r.err


def patched(at, fmt, *values):
    """The sound program with some bytes changed."""
    data = bytearray(hello())
    struct.pack_into(fmt, data, at, *values)
    return bytes(data)


def with_bss(size):
    """A program that writes each page of a .bss of this size."""
    # lea 0x1000000,%rdi; mov n,%rcx; mov %rcx,(%rdi); add $4096,%rdi; loop
    code = (b"\x48\xc7\xc7\x00\x00\x00\x01" b"\x48\xc7\xc1"
            + struct.pack("<I", size >> 12)
            + b"\x48\x89\x0f\x48\x81\xc7\x00\x10\x00\x00\xe2\xf4"
            + b"\x31\xff\xb8\xe7\x00\x00\x00\x0f\x05")  # exit_group(0)
    text = 64 + 2 * 56
    elf = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1,
                      0x400000 + text, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    total = text + len(code)
    elf += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, total,
                       total, 4096)
    elf += struct.pack("<IIQQQQQQ", 1, 6, 0, 0x1000000, 0x1000000, 0, size,
                       4096)
    return elf + code


def bad_programs():
    """(name, bytes) of programs that cannot run."""
    phoff = 64  # musl's linker puts the program headers there
    yield "zero length", b""
    yield "one byte", b"\x7f"
    yield "magic only", b"\x7fELF"
    yield "half a header", hello()[:40]
    yield "header only", hello()[:64]
    yield "cut in half", hello()[:len(hello()) // 2]
    yield "a text", b"#!/bin/sh\necho hi\n"
    yield "32-bit", patched(4, "B", 1)
    yield "big-endian", patched(5, "B", 2)
    yield "another machine", patched(18, "<H", 183)
    yield "a relocatable object", patched(16, "<H", 1)
    yield "no program headers", patched(56, "<H", 0)
    yield "headers outside", patched(32, "<Q", 1 << 40)
    yield "headers wrap", patched(32, "<Q", (1 << 64) - 8)
    yield "wrong header size", patched(54, "<H", 8)
    yield "65535 headers", patched(56, "<H", 65535)
    yield "entry in the kernel", patched(24, "<Q", 0xffffffff80000000)
    yield "entry nowhere", patched(24, "<Q", 0x10)
    yield "segment in the kernel", patched(phoff + 16, "<Q",
                                           0xffff888000000000)
    yield "segment wraps", patched(phoff + 40, "<Q", (1 << 64) - 1)
    yield "segment larger than memory", patched(phoff + 40, "<Q", 1 << 36)
    yield "segment beyond the file", patched(phoff + 8, "<Q", 1 << 32)


@pytest.mark.parametrize("data", [
    pytest.param(data, id=name) for name, data in bad_programs()]
    if __import__("os").path.exists(HELLO) else [])
def test_a_bad_program_is_told(tmp_path, data):
    boot_archive(tmp_path, with_program(data))


def test_a_program_larger_than_memory_is_told(tmp_path):
    """The archive fits; what its program wants to be does not."""
    for mib in (200, 2000):
        # The last PT_LOAD's p_memsz: a .bss that is touched is not there.
        boot_archive(tmp_path, with_program(with_bss(mib << 20)), "--mem",
                     "64")


def test_a_missing_program_is_told(tmp_path):
    r = boot_archive(tmp_path, with_program(hello()), inside="/bin/none")
    assert "/bin/none" in r.out


def test_a_file_without_execute_permission_is_told(tmp_path):
    boot_archive(tmp_path, with_program(hello(), 0o644))


@pytest.mark.parametrize("words", [
    "console=nonsense", "loglevel=99999999999999999999", "ip=", "ip=:::::",
    '"unclosed', "= == === -", "x" * 3000, "kunit_", "mem=0",
    "rdinit="], ids=lambda w: w[:20])
def test_odd_command_lines_do_no_harm(words):
    r = doorbell("run", "--net", "none", "--timeout", 60, "--append", words,
                 "hello")
    assert r.status not in (124, 125), r.out + r.err
