# SPDX-License-Identifier: MIT
"""Debian's programs in the guest, unmodified, with their shared libraries."""
import contextlib
import json
import os
import re
import socket
import subprocess

import pexpect
import pytest

import calls
from doorbell_lib import cli, machine
from doorbell_lib.archive import pack
from harness import DOORBELL, ROOT, doorbell, free_port, wait_until


def guest(packages, *words, options=(), **how):
    """PROG ARG... of these packages."""
    return doorbell("run", "--timeout", "100", "--with", packages, *options,
                    *words, **how)


def _answers(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def server(*argv, port):
    """A server on the host's loopback, ended when the test ends."""
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL,
                          stderr=subprocess.STDOUT) as p:
        try:
            wait_until(lambda: _answers(port), 20)
            yield
        finally:
            p.terminate()


@pytest.mark.parametrize("options", [
    [], ["-u", "-b", "20M"], ["-P", "8"], ["-R"], ["-C", "bbr"]],
    ids=["tcp", "udp", "eight", "reverse", "bbr"])
def test_iperf3(options):
    port = free_port()
    with server("iperf3", "-s", "-p", str(port), port=port):
        r = guest("iperf3", "iperf3", "-c", "host", "-p", port, "-n", "2M",
                  "--json", *options)
    assert r.status == 0, r.out + r.err
    end = json.loads(r.out[r.out.index("{"):])["end"]
    if "-u" in options:
        assert end["sum"]["bytes"] >= 2 << 20
        assert end["sum"]["lost_packets"] == 0
    else:
        # Its server stops to read when it hears of the end on another
        # connection, which may be before the last bytes.
        assert end["sum_sent"]["bytes"] >= 2 << 20
        assert end["sum_received"]["bytes"] >= 1 << 20
    if options[:1] == ["-C"]:
        assert end["sender_tcp_congestion"] == "bbr"


def test_python_with_threads_and_children(tmp_path):
    script = tmp_path / "t.py"
    script.write_text(
        "import subprocess, sys, threading\n"
        "seen = []\n"
        "ts = [threading.Thread(target=seen.append, args=(i,))"
        " for i in range(20)]\n"
        "[t.start() for t in ts]; [t.join() for t in ts]\n"
        "child = subprocess.run([sys.executable, '-c', 'print(6 * 7)'],"
        " stdout=subprocess.PIPE)\n"
        "print(sorted(seen) == list(range(20)), child.stdout)\n")
    r = guest("python3", "python3", "/t.py",
              options=("--net", "none", "--add", script))
    assert r.status == 0 and "True b'42\\n'" in r.out, r.out + r.err


def test_a_missing_library_is_said_by_its_own_loader(tmp_path):
    (tmp_path / "root").mkdir()
    r = doorbell("run", "--net", "none", "--timeout", "60", "--add",
                 "/usr/bin/openssl:prog", "busybox", "sh", "-c", "/prog")
    assert r.status == 127
    assert "its interpreter /lib64/ld-linux-x86-64.so.2 is not in the " \
        "initramfs" in r.out, r.out


def test_shell_edits_lines_and_takes_ctrl_c():
    shell = pexpect.spawn(DOORBELL, ["shell", "--with", "curl", "--timeout",
                                     "100"], timeout=60, encoding="utf-8")
    prompt = "doorbell:.*# "
    try:
        shell.expect(prompt)
        shell.sendline("expr 6 '*' 79\x7f")
        shell.expect("\r\n42\r\n")
        for _ in range(3):
            shell.expect(prompt)
            # One job: a lone expr could end before Ctrl-C comes to it.
            shell.sendline("sh -c 'expr 20 + 3; exec sleep 100'")
            shell.expect("\r\n23\r\n")
            shell.sendintr()
        shell.expect(prompt)
        shell.sendline("curl --version | head -n 1")
        shell.expect("curl [0-9.]+ ")
        shell.expect(prompt)
        shell.sendline("exit 3")
        shell.expect(pexpect.EOF)
    finally:
        shell.close()
    assert shell.exitstatus == 3


def test_shell_has_the_usual_tools_as_far_as_they_are_to_be_had(
        monkeypatch, capfd, tmp_path):
    monkeypatch.setattr(cli, "SHELL_PACKAGES", ("iproute2", "no-such-tool"))
    typed, rc = tmp_path / "typed", tmp_path / "rc"
    typed.write_text("ip -V; sh -c 'exit 3'; exit $((COUNT + $?))\n")
    rc.write_text("echo set up; COUNT=$((COUNT + 2))\n")
    with open(typed, encoding="ascii") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert cli.main(["shell", "--net", "none", "--timeout", "60",
                         "--add", f"{rc}:etc/rc"]) == 5
    said = capfd.readouterr()
    assert "ip utility, iproute2-" in said.out, said.out
    assert said.out.count("set up\n") == 1, said.out
    assert "the shell goes without no-such-tool: " in said.err, said.err


def test_etc_rc_scripts_a_machine_that_names_no_program(tmp_path):
    rc = tmp_path / "rc"
    rc.write_text("#!/bin/sh\necho from $0; exit 4\n")
    rc.chmod(0o755)
    inside, _ = pack("busybox", [f"{rc}:etc/rc"], None)
    r = machine.boot(machine.Options(timeout=60), inside, "quiet",
                     sink=lambda data: None)
    assert r.status == 4 and b"from /etc/rc\n" in r.console, r.console


def test_the_document_tells_of_every_system_call():
    with open(os.path.join(ROOT, "docs", "SYSCALLS.md"),
              encoding="utf-8") as f:
        text = f.read().split(calls.MARK)[1]
    _, have, _, common, *_ = text.split("\n\n")
    assert set(have.split()) == calls.implemented()
    (tool,) = (t for t in calls.TOOLS if t.name == "ip addr")
    row = re.search(r"^\| `ip addr` \| \d+ \| \d+ \| (.*) \|$", text, re.M)
    assert {*common.split(), *row[1].split()} == set(calls.calls(tool))
