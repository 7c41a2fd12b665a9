# SPDX-License-Identifier: MIT
"""tools/doorbell apart from the kernel: archives, arguments, errors, the
console, exit statuses, and that nothing is left behind. The guest is a stub
of a few bytes (stub.py)."""
import hashlib
import io
import os
import re
import signal
import socket
import stat
import struct
import subprocess
import time

import pexpect
import pytest

from doorbell_lib import (archive, bundle, capture, cli, machine, network,
                          packages)
from doorbell_lib.common import Fail
from harness import DOORBELL, doorbell, processes_of, run, wait_until
from stub import stub

BUSYBOX = "/bin/busybox"


def image(tmp_path, **how):
    """A stub image in a file; its path."""
    how.setdefault("report", b"doorbell-exit: 0\n"
                   if not how.get("status") else b"")
    path = tmp_path / "stub.elf"
    path.write_bytes(stub(**how))
    return str(path)


def run_stub(tmp_path, *options, **how):
    """`doorbell run` of a stub with a program that it never reads."""
    return doorbell("run", "--net", "none", "--kernel",
                    image(tmp_path, **how), *options, BUSYBOX)


# --- the archive ------------------------------------------------------------
def cpio_list(data, *options):
    """What busybox's cpio makes of an archive."""
    return subprocess.run([BUSYBOX, "cpio", "-t", *options], input=data,
                          capture_output=True, check=True).stdout.decode()


def test_cpio_is_read_by_another_implementation(tmp_path):
    c = archive.Cpio()
    c.file("a/b/odd", b"123")
    c.file("empty", b"")
    c.symlink("link", "a/b/odd")
    c.directory("tmp", 0o1777)
    data = c.finish()
    assert cpio_list(data).split() == ["a", "a/b", "a/b/odd", "empty",
                                       "link", "tmp"]
    subprocess.run([BUSYBOX, "cpio", "-i", "-d"], input=data, check=True,
                   cwd=tmp_path, capture_output=True)
    assert (tmp_path / "link").read_bytes() == b"123"
    assert (tmp_path / "empty").stat().st_size == 0
    assert stat.S_IMODE((tmp_path / "tmp").stat().st_mode) == 0o1777


def test_cpio_fields_follow_the_newc_format():
    c = archive.Cpio()
    c.file("x", b"hello", 0o640)
    data = c.finish()
    assert data[:6] == b"070701"
    fields = [int(data[6 + 8 * i:14 + 8 * i], 16) for i in range(13)]
    assert fields[1] == stat.S_IFREG | 0o640
    assert fields[6] == 5 and fields[11] == 2
    assert data[110:112] == b"x\0" and data[112:117] == b"hello"
    assert len(data) % 512 == 0 and b"TRAILER!!!\0" in data


def test_pack_holds_program_hosts_and_added_files(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_text("x")
    data, inside = archive.pack("busybox", [f"{tmp_path}/d:data/d"],
                                "10.0.2.2", "10.0.2.3")
    names = cpio_list(data).split()
    assert inside == "/bin/busybox" and "bin/busybox" in names
    assert "data/d/f" in names and "etc/hosts" in names
    assert b"10.0.2.2 host\n" in data and b"nameserver 10.0.2.3\n" in data


def test_pack_of_the_same_files_gives_the_same_bytes():
    one, two = (archive.pack("busybox", [], "10.0.2.2")[0] for _ in "ab")
    assert one == two


def test_pack_brings_the_libraries_of_a_dynamic_program():
    data, inside = archive.pack("/usr/bin/env", [], None)
    names = cpio_list(data).split()
    assert inside == "/bin/env" and "usr/bin/env" in names
    assert "usr/lib64/ld-linux-x86-64.so.2" in names
    assert [n for n in names if n.endswith("/libc.so.6")]
    assert names.index("lib64") < names.index("usr/bin/env")


def test_pack_with_a_package_takes_programs_and_what_they_open():
    chosen = packages.Selection(["iperf3"])
    data, inside = archive.pack("iperf3", [], None, selection=chosen)
    names = cpio_list(data).split()
    assert inside == "/usr/bin/iperf3" and "usr/bin/iperf3" in names
    assert [n for n in names if "/libiperf.so.0" in n]
    assert not [n for n in names if "/man/" in n or "/doc/" in n]
    assert len(names) == len(set(names))


POSTINST = r"""
update-alternatives \\
	--install /usr/sbin/t t /usr/sbin/t-old 10 \\
	--slave /usr/sbin/t-save t-save /usr/sbin/t-old-save
        update-alternatives --install /usr/sbin/t t /usr/sbin/t-new 20
update-alternatives --install /usr/bin/no no /usr/bin/missing 5
"""


def test_unpacked_programs_have_their_alternative_names(tmp_path):
    (tmp_path / "usr/sbin").mkdir(parents=True)
    for name in "t-old", "t-new", "t-old-save":
        (tmp_path / "usr/sbin" / name).write_text(name)
    packages.link_alternatives(tmp_path, POSTINST)
    assert (tmp_path / "usr/sbin/t").read_text() == "t-new"
    assert (tmp_path / "usr/sbin/t-save").read_text() == "t-old-save"
    assert not (tmp_path / "usr/bin").exists()


def test_a_plugin_without_its_library_stays_behind(tmp_path, monkeypatch):
    """As tc's for ATM, where the package that is only recommended is not."""
    store = tmp_path / "store"
    for folder in ("gone", "some-tool/usr/bin", "some-tool/usr/lib/some"):
        (store / folder).mkdir(parents=True)
    (tmp_path / "e.c").write_text("int e(void) { return 0; }\n")
    gone = store / "gone" / "libgone.so"
    tool = store / "some-tool" / "usr"

    def shared(out, *libraries):
        subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,--no-as-needed",
                        tmp_path / "e.c", *libraries, "-o", out], check=True)

    shared(gone)
    shared(tool / "lib/some/good.so")
    shared(tool / "lib/some/bad.so", gone)
    gone.unlink()
    monkeypatch.setattr(packages, "STORE", str(store))
    monkeypatch.setattr(packages, "_depends", lambda name: [name])
    chosen = packages.Selection(["some-tool"])
    assert "usr/lib/some/good.so" in chosen.files
    assert "usr/lib/some/bad.so" not in chosen.files
    # A program is needed.
    shared(gone)
    shared(tool / "bin/prog", gone)
    gone.unlink()
    with pytest.raises(Fail, match="libgone.so"):
        packages.Selection(["some-tool"])


@pytest.mark.parametrize("name", ["no-such-package", "../x", "Upper"])
def test_with_refuses_what_is_no_package(name):
    with pytest.raises(Fail, match="--with"):
        packages.Selection([name])


def test_pack_refuses_what_is_no_program(tmp_path):
    script = tmp_path / "s.sh"
    script.write_text("#!/bin/sh\n")
    with pytest.raises(Fail, match="not an ELF program"):
        archive.pack(str(script), [], None)


# --- command lines ----------------------------------------------------------
def test_command_line_has_address_program_and_arguments():
    net = network.UserNet()
    text = machine.command_line(machine.Options(append=["quiet"]), net,
                                "/bin/send", ["/f", "a b", ""])
    assert text == ("ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off quiet "
                    'rdinit=/bin/send -- /f "a b" ""')


def test_command_line_leaves_the_users_own_address_alone():
    text = machine.command_line(machine.Options(append=["ip=dhcp"]),
                                network.UserNet(), "/bin/x", [])
    assert text == "ip=dhcp rdinit=/bin/x"


def test_quote_word_refuses_what_cannot_be_carried():
    with pytest.raises(Fail, match="put it into a script"):
        machine.quote_word('say "hi"')


def test_grub_config_keeps_words_whole():
    assert "'a b'" in bundle.grub_config('x -- "a b"')
    with pytest.raises(Fail, match="GRUB"):
        bundle.grub_config("it's")


@pytest.mark.parametrize("words", [
    ["--help"], ["run", "--help"], ["send", "--help"], ["image", "--help"],
    ["transfer", "--help"], ["selftest", "--help"]])
def test_help_is_everywhere(words):
    r = doorbell(*words)
    assert r.status == 0 and "usage: tools/doorbell" in r.out


@pytest.mark.parametrize("words, text", [
    (["run"], "which program?"),
    (["run", "no-such-program"], "no program no-such-program"),
    (["run", "--add", "/no/file", "busybox"], "no file /no/file"),
    (["run", "--kernel", "/no/image", "busybox"], "build it with `make`"),
    (["run", "--net", "tap", "--forward", "tcp:1:2", "busybox"],
     "--forward works with --net user"),
    (["run", "--forward", "tcp:x", "busybox"], "tcp:HOSTPORT:GUESTPORT"),
    (["run", "--net", "none", "--pcap", "x", "busybox"], "nothing to capt"),
    (["send", "/no/file", "tcp://host:1"], "no file /no/file"),
    (["send", "/etc/hostname", "http://host"], "tcp://HOST:PORT"),
    (["image", "-o", "x.img", "busybox"], ".elf or .iso"),
    (["image", "busybox", "echo", "-o", "x.img"], ".elf or .iso"),
    (["run", "--icount", "--accel", "kvm", "busybox"],
     "--accel tcg"),
    (["run", "--iso", "--firmware", "qboot", "busybox"], "qboot"),
])
def test_errors_are_one_clear_line(tmp_path, words, text):
    if "--kernel" not in words and words[0] != "send":
        words = [words[0], "--kernel", image(tmp_path), *words[1:]]
    r = doorbell(*words)
    assert r.status == 125 and text in r.err
    assert r.err.startswith("doorbell: ") and r.err.count("\n") == 1


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
        with pytest.raises(Fail, match=f"port {port} is in use"):
            network.UserNet([f"tcp:{port}:80"])


def test_without_qemu_the_apt_line_is_shown(tmp_path):
    r = doorbell("run", "--kernel", image(tmp_path), BUSYBOX,
                 env={"PATH": str(tmp_path)})
    assert r.status == 125
    assert "apt-get install -y --no-install-recommends qemu-system-x86" \
        in r.err


def test_without_tun_the_user_network_is_offered(tmp_path, monkeypatch):
    from doorbell_lib import netns
    monkeypatch.setattr(netns, "TUN", str(tmp_path / "tun"))
    with pytest.raises(Fail, match="use `--net user`"):
        netns.Namespace("tap0", "192.168.77.1", "255.255.255.0")


# --- the console and the end ------------------------------------------------
def test_console_is_shown_and_status_returned(tmp_path):
    r = run_stub(tmp_path, console=b"hello\r\nworld\r\n", status=7,
                 report=b"doorbell-exit: 7\n")
    assert (r.status, r.out) == (7, "hello\nworld\n")


def test_status_beyond_seven_bits_comes_by_the_debug_console(tmp_path):
    r = run_stub(tmp_path, status=127, report=b"doorbell-exit: 139\n")
    assert r.status == 139


def test_status_comes_from_the_exit_port_alone(tmp_path):
    assert run_stub(tmp_path, status=42).status == 42


def test_statistics_are_shown_on_demand(tmp_path):
    r = run_stub(tmp_path, "--stats",
                 report=b"stats: tcp.OutSegs 12\ndoorbell-exit: 0\n")
    assert r.status == 0 and r.err == "stats: tcp.OutSegs 12\n"


def test_qemus_own_failure_is_not_a_programs_status(tmp_path):
    r = run_stub(tmp_path, "--qemu-arg", "-device no-such-device")
    assert r.status == 125 and "QEMU failed" in r.err


def test_timeout_ends_with_124(tmp_path):
    r = run_stub(tmp_path, "--timeout", "0.5", hang=True)
    assert r.status == 124 and "ended after 0.5 s" in r.err


def test_stdin_reaches_the_guest_and_ends_with_ctrl_d(tmp_path):
    path = image(tmp_path, echo_until=4, report=b"doorbell-exit: 0\n")
    r = doorbell("run", "--net", "none", "--kernel", path, BUSYBOX,
                 stdin=b"some text\n")
    assert r.status == 0 and r.out == "some text\n\x04"


def test_at_a_terminal_ctrl_c_goes_to_the_program(tmp_path):
    path = image(tmp_path, console=b"ready\r\n", echo_until=3,
                 report=b"doorbell-exit: 130\n")
    child = pexpect.spawn(DOORBELL, ["run", "--net", "none", "--kernel",
                                     path, BUSYBOX], timeout=20)
    child.expect("ready")
    child.send("abc")
    child.expect("abc")
    child.sendcontrol("c")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_at_a_terminal_ctrl_a_x_ends_the_machine(tmp_path):
    path = image(tmp_path, console=b"ready\r\n", hang=True)
    child = pexpect.spawn(DOORBELL, ["run", "--net", "none", "--kernel",
                                     path, BUSYBOX], timeout=20)
    child.expect("ready")
    child.send("\x01x")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


@pytest.mark.parametrize("signum, hits, status", [
    (signal.SIGTERM, 1, 143), (signal.SIGHUP, 1, 129),
    (signal.SIGINT, 2, 130), (signal.SIGKILL, 1, -9)])
@pytest.mark.parametrize("net", ["user", "tap"])
def test_a_signal_leaves_nothing_behind(tmp_path, tap, net, signum, hits,
                                        status):
    path = image(tmp_path, console=b"ready\r\n", hang=True)
    mark = f"peer-{os.getpid()}-{signum}-{net}"
    folder = tmp_path / "tmp"
    folder.mkdir()
    child = subprocess.Popen(
        [DOORBELL, "run", "--net", net, "--kernel", path, "--peer",
         f"sleep 1000 # {mark}",
         BUSYBOX], stdout=subprocess.PIPE, stdin=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)})
    try:
        assert child.stdout.readline() == b"ready\n"
        assert processes_of(path) and os.listdir(folder)
        for _ in range(hits):
            child.send_signal(signum)
            time.sleep(0.2)
        assert child.wait(10) == status
    finally:
        child.kill()
        child.communicate()
    wait_until(lambda: not processes_of(path) and not processes_of(mark))
    # Who was killed outright can put nothing away.
    assert signum == signal.SIGKILL or not os.listdir(folder)


def test_peer_runs_beside_the_guest_and_is_ended(tmp_path, tap):
    out = tmp_path / "out"
    r = run_stub(tmp_path, "--peer", f"echo $DOORBELL_HOST >{out}")
    assert r.status == 0
    assert out.read_text() == "\n"
    r = doorbell("run", "--net", "tap", "--kernel", image(tmp_path),
                 "--peer", f"echo $DOORBELL_HOST >{out}; ls "
                 f"/sys/class/net >/dev/null; cat /proc/net/dev >>{out}",
                 BUSYBOX)
    assert r.status == 0
    text = out.read_text()
    assert text.startswith("192.168.77.1\n")
    assert sorted(re.findall(r"^ *(\w+):", text, re.M)) == ["lo", "tap0"]


# --- images and captures ----------------------------------------------------
def bundle_target():
    """An ELF64 with all that boot/bundle.h asks of an image."""
    phys, headers, text = 0x100000, 64 + 3 * 56, 0x1000
    elf = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1,
                      phys, 64, 0x9999, 0, 64, 56, 3, 64, 5, 4)
    elf += struct.pack(bundle._Program.FORMAT, 1, 5, text, phys, phys, 64,
                       64, 4096)
    elf += struct.pack(bundle._Program.FORMAT, 1, 6, text + 64, phys + 64,
                       phys + 64, 0x100, 0x2000 - 64, 4096)
    elf += struct.pack(bundle._Program.FORMAT, 0, 0, 0, 0, 0, 0, 0, 0)
    assert len(elf) == headers
    header = struct.pack("<8I", 0x1badb002, 0x10003, 0, phys, phys,
                         phys + 0x140, phys + 0x2000, phys)
    data = elf.ljust(text, b"\0") + header.ljust(64, b"\0")
    anchor = b"DOORBELL-ANCHOR1" + struct.pack("<QQQ", phys + 0x2000, 0, 0)
    data += anchor.ljust(0x100, b"\0")
    return data + b"section headers"


def test_bundled_elf_follows_bundle_h(tmp_path):
    path = tmp_path / "k.elf"
    path.write_bytes(bundle_target())
    out = bundle.bundled_elf(str(path), b"ARCHIVE", "rdinit=/bin/x -- y")
    at = 0x1000 + 0x2000
    assert out[at:at + 8] == b"DBBUNDL1"
    assert out[at + 4096:] == b"ARCHIVE"
    assert out[at + 24:].startswith(b"rdinit=/bin/x -- y\0")
    assert struct.unpack_from("<QQQ", out, 0x1040 + 16) == \
        (0x102000, 0x102000, 4096 + 7)
    assert struct.unpack_from("<II", out, 0x1000 + 20) == \
        (0x102000 + 4096 + 7,) * 2
    ph = bundle._program_headers(bytearray(out))
    assert ph[1].filesz == ph[1].memsz == 0x2000 - 64
    assert (ph[2].type, ph[2].offset, ph[2].paddr) == (1, at, 0x102000)
    assert not any(out[40:48]) and not any(out[60:64])


def test_bundle_needs_an_anchor(tmp_path):
    path = image(tmp_path)
    with pytest.raises(Fail, match="no place for a bundle"):
        bundle.bundled_elf(path, b"", "")


def test_capture_counts_segments_sent_again(tmp_path):
    mac = bytes.fromhex(network.GUEST_MAC.replace(":", ""))

    def segment(seq, size):
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + size, 0, 0, 64, 6, 0,
                         b"\n\0\2\17", b"\n\0\2\2")
        tcp = struct.pack(">HHIIBBHHH", 1, 2, seq, 0, 0x50, 16, 0, 0, 0)
        return bytes(6) + mac + b"\x08\0" + ip + tcp + bytes(size)

    f = io.BytesIO()
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for seq, size in ((0xfffffff0, 0), (0xfffffff0, 100), (84, 100),
                      (0xfffffff0, 100), (184, 1)):
        data = segment(seq, size)
        f.write(struct.pack("<IIII", 1, 500000, len(data), len(data)) + data)
    path = tmp_path / "x.pcap"
    path.write_bytes(f.getvalue())
    assert capture.tcp_sent(str(path), network.GUEST_MAC) == (4, 1)
    assert [t for t, _ in capture.frames(str(path))] == [1.5] * 5


def test_seeded_file_is_the_same_everywhere(tmp_path, monkeypatch):
    from doorbell_lib import transfer
    monkeypatch.setattr(transfer, "BUILD", str(tmp_path))
    path = transfer.seeded_file(1 << 20)
    assert hashlib.sha256(open(path, "rb").read()).hexdigest() == (
        transfer.file_sha256(path))
    assert transfer.file_sha256(path)[:16] == "62aff9dd75f56673"


def test_the_program_is_installed_executable():
    assert os.access(DOORBELL, os.X_OK)
    assert run(["/usr/bin/python3", "-m", "compileall", "-q", "-f",
                os.path.dirname(cli.__file__)]).status == 0
