# SPDX-License-Identifier: MIT
"""QEMU: its command line, the console between it and the user, its end."""
import dataclasses
import os
import re
import select
import signal
import sys
import tempfile
import termios
import time
from typing import Dict, List, Optional

from . import process
from .bundle import grub_iso
from .common import (BUILD, EXIT_FAIL, EXIT_TIMEOUT, Fail, need_command,
                     need_file)
from .network import NoNet

KERNEL = os.path.join(BUILD, "doorbell.elf")
CTRL_A, CTRL_C, CTRL_D = b"\x01", b"\x03", b"\x04"
EXIT_LINE = re.compile(r"^doorbell-exit: (\d+)\s*$", re.M)
STATS_LINE = re.compile(r"^stats: (\S+) (-?\d+)\s*$", re.M)


@dataclasses.dataclass
class Options:
    """How the machine is made; the defaults are what `run` uses."""
    kernel: str = KERNEL
    mem: int = 64
    accel: str = "tcg"
    firmware: str = "seabios"
    iso: bool = False
    icount: bool = False
    gdb: bool = False
    pcap: Optional[str] = None
    timeout: Optional[float] = None
    append: List[str] = dataclasses.field(default_factory=list)
    qemu_args: List[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Outcome:
    """How a machine ended."""
    status: int
    stats: Dict[str, int]
    console: bytes


def quote_word(word):
    """A word of the kernel's command line."""
    if '"' in word or "\n" in word or "\0" in word:
        raise Fail(f"the argument {word!r} holds a double quote or a line "
                   "feed, which a kernel command line cannot carry: put it "
                   "into a script and run `busybox sh SCRIPT` (--add)")
    return f'"{word}"' if not word or " " in word or "\t" in word else word


def command_line(options, network, inside, args):
    """The kernel's command line for a program and its arguments."""
    words = list(options.append)
    # A user's own ip= comes last and wins; two would only confuse.
    if not any(w.startswith("ip=") for w in words):
        words = network.kernel_words() + words
    words.append(f"rdinit={inside}")
    if args:
        words += ["--", *map(quote_word, args)]
    text = " ".join(words)
    if len(text.encode()) > 4000:
        raise Fail("the arguments are longer than a kernel command line "
                   "(4,000 bytes)")
    return text


def _cpu(options):
    if options.accel == "kvm":
        return "host"
    # Real randomness would make counted runs differ.
    random = "" if options.icount else ",+rdrand"
    return "qemu64,+smep,+smap,+fsgsbase" + random


def check(options):
    """Fail on options that exclude each other or what is here."""
    if options.iso and options.firmware == "qboot":
        raise Fail("qboot starts no disc: use --firmware seabios with --iso")
    if options.accel == "kvm" and not os.access("/dev/kvm",
                                                os.R_OK | os.W_OK):
        raise Fail("no access to /dev/kvm: use --accel tcg")
    if options.accel == "kvm" and options.icount:
        raise Fail("--icount counts emulated instructions: it needs "
                   "--accel tcg")


def qemu_command(options, network, work, boot):
    """QEMU's whole command line; boot is what carries the kernel."""
    command = [
        need_command("qemu-system-x86_64"),
        "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        "-machine", "pc,hpet=off", "-accel", options.accel,
        "-cpu", _cpu(options), "-m", str(options.mem),
        "-chardev", "stdio,id=con,signal=off", "-serial", "chardev:con",
        "-debugcon", f"file:{work}/debugcon",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
    ]
    if options.firmware == "qboot":
        command += ["-bios", "qboot.rom"]
    if options.icount:
        command += ["-icount", "shift=0,sleep=off"]
    if options.gdb:
        command += ["-S", "-gdb", "tcp:127.0.0.1:1234"]
    return (command + boot + network.qemu_args(options.pcap)
            + options.qemu_args)


class Console:
    """Carries bytes between the user's terminal and the serial port."""

    def __init__(self, child, stdin, sink):
        self._child = child
        self._out = child.stdout.fileno()
        self._in = child.stdin.fileno() if child.stdin else -1
        self._stdin = stdin
        self._sink = sink
        self._pending = b""
        self._last = b"\n"
        self._held = b""
        self._escape = False
        self._saved = None
        self.kept = bytearray()
        if self._in >= 0:
            os.set_blocking(self._in, False)

    def _is_ours(self):
        """Whether stdin is a terminal and we are in its foreground."""
        try:
            return os.tcgetpgrp(self._stdin) == os.getpgrp()
        except OSError:
            return False

    def __enter__(self):
        if self._stdin is None:
            return self
        if not os.isatty(self._stdin):
            return self
        if not self._is_ours():
            self._stdin = None
            return self
        self._saved = termios.tcgetattr(self._stdin)
        mode = termios.tcgetattr(self._stdin)
        mode[0] &= ~(termios.IXON | termios.IXOFF)
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG
                     | termios.IEXTEN)
        termios.tcsetattr(self._stdin, termios.TCSADRAIN, mode)
        return self

    def __exit__(self, *_exc):
        if self._saved is not None:
            termios.tcsetattr(self._stdin, termios.TCSADRAIN, self._saved)

    def interrupt(self):
        """Send the program a Ctrl-C."""
        self._pending += CTRL_C

    def _typed(self, data):
        """What the user typed, without the launcher's own Ctrl-A keys."""
        kept = b""
        for byte in (data[i:i + 1] for i in range(len(data))):
            if self._escape:
                self._escape = False
                if byte in (b"x", b"X"):
                    raise process.Ended(signal.SIGINT)
                kept += byte if byte == CTRL_A else CTRL_A + byte
            elif byte == CTRL_A:
                self._escape = True
            else:
                kept += byte
        return kept

    def _from_user(self):
        try:
            data = os.read(self._stdin, 4096)
        except OSError:
            data = b""
        if not data:
            # End of file, as a terminal says it; twice inside a line.
            self._pending += CTRL_D if self._last == b"\n" else 2 * CTRL_D
            self._stdin = None
            return
        self._pending += self._typed(data) if self._saved else data
        self._last = data[-1:]

    def _to_guest(self):
        try:
            n = os.write(self._in, self._pending)
        except BlockingIOError:
            return
        except OSError:  # QEMU is ending
            n = len(self._pending)
        self._pending = self._pending[n:]

    def _from_guest(self):
        data = os.read(self._out, 65536)
        text = (self._held + data).replace(b"\r\n", b"\n")
        # A trailing \r waits for the \n that the next read may bring.
        self._held = b"\r" if data and text.endswith(b"\r") else b""
        if self._held:
            text = text[:-1]
        if text:
            self.kept += text
            self._sink(text)
        return bool(data)

    def pump(self, deadline):
        """Until the machine ends; False if the deadline came first."""
        while True:
            if deadline is not None and time.monotonic() > deadline:
                return False
            readers = [self._out]
            if self._stdin is not None and len(self._pending) < 4096:
                readers.append(self._stdin)
            writers = [self._in] if self._pending and self._in >= 0 else []
            ready, writable, _ = select.select(readers, writers, [], 0.1)
            if self._out in ready and not self._from_guest():
                return True
            if self._stdin is not None and self._stdin in ready:
                self._from_user()
            if writable:
                self._to_guest()


def show(data):
    """The console's way to the user's stdout."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _outcome(child, work, console):
    """The program's status and statistics, from what the kernel left."""
    text = ""
    path = os.path.join(work, "debugcon")
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
    stats = {m[1]: int(m[2]) for m in STATS_LINE.finditer(text)}
    ends = EXIT_LINE.findall(text)
    code = child.returncode
    if ends:
        status = int(ends[-1]) & 0xff
    elif code > 1 and code & 1:
        status = code >> 1
    elif code == 0:
        raise Fail("the machine ended without a status: it was reset or "
                   "switched off")
    elif code < 0:
        raise Fail(f"QEMU was ended by signal {-code}")
    else:
        raise Fail(f"QEMU failed (status {code})")
    return Outcome(status, stats, bytes(console.kept))


def _boot_args(options, archive, cmdline, work):
    """QEMU's arguments that carry kernel, archive and command line."""
    if cmdline is None:  # a self-contained file
        need_file(options.kernel, "image", "make it with `image`")
        if options.kernel.endswith(".iso"):
            return ["-cdrom", options.kernel, "-boot", "d"]
        return ["-kernel", options.kernel]
    need_file(options.kernel, "image", "build it with `make`")
    if options.iso:
        iso = os.path.join(work, "doorbell.iso")
        grub_iso(options.kernel, archive, cmdline, iso)
        return ["-cdrom", iso, "-boot", "d"]
    args = ["-kernel", options.kernel, "-append", cmdline]
    if archive is not None:
        initrd = os.path.join(work, "initrd.cpio")
        with open(initrd, "wb") as f:
            f.write(archive)
        args += ["-initrd", initrd]
    return args


def boot(options, archive, cmdline, network=None, stdin=None, sink=show,
         on_start=None):
    """Boot, carry the console, and return the Outcome.

    archive may be None: no module; cmdline too: the image is self-contained
    (made by `image`). stdin is a descriptor to read from, or
    None. on_start is called at the moment when QEMU is started. Raises Fail, or process.Ended on a signal.
    """
    check(options)
    network = network or NoNet()
    with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
        boot_args = _boot_args(options, archive, cmdline, work)
        command = qemu_command(options, network, work, boot_args)
        if on_start:
            on_start()
        child = process.spawn(
            command, network.namespace, pass_fds=network.pass_fds(),
            stdin=process.subprocess.PIPE if stdin is not None
            else process.subprocess.DEVNULL,
            stdout=process.subprocess.PIPE)
        try:
            with Console(child, stdin, sink) as console:
                return _carry(child, console, options.timeout, work)
        finally:
            # It has nothing to save, and speaks when it is terminated.
            process.end(child, signals=(signal.SIGKILL,))


def _carry(child, console, timeout, work):
    """Pump until the end; a first SIGINT goes to the program."""
    hits = []

    def on_interrupt(signum, _frame):
        hits.append(signum)
        if len(hits) > 1 or child.stdin is None:
            raise process.Ended(signum)
        console.interrupt()

    old = signal.signal(signal.SIGINT, on_interrupt)
    try:
        deadline = None if timeout is None else time.monotonic() + timeout
        if not console.pump(deadline):
            print(f"doorbell: ended after {timeout:g} s", file=sys.stderr)
            return Outcome(EXIT_TIMEOUT, {}, bytes(console.kept))
        child.wait()
        return _outcome(child, work, console)
    finally:
        signal.signal(signal.SIGINT, old)


__all__ = ["EXIT_FAIL", "KERNEL", "Options", "Outcome", "boot",
           "command_line", "quote_word", "show"]
