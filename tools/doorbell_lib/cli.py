# SPDX-License-Identifier: MIT
"""The command line of tools/doorbell."""
import argparse
import os
import shlex
import sys

from . import machine, process
from .archive import pack
from .bundle import write_image
from .common import BUILD, EXIT_FAIL, Fail
from .network import make_network
from .packages import Selection
from .peer import Peer
from .transfer import memory_for, seeded_file, transfer

# What people look for first in a shell for networks.
SHELL_PACKAGES = ("iproute2", "iptables", "ethtool", "iputils-ping", "tcpdump",
                  "iperf3", "curl")

EPILOG = {
    "run": """\
PROG is a program of build/apps, or of a package that --with names, or the
path of an x86_64 Linux program, or `busybox`. Options go before PROG; all that follows is PROG's.
The name `host` always means the host's side of the link.

  tools/doorbell run hello
  tools/doorbell run --add notes.txt busybox sha256sum /notes.txt
  tools/doorbell run --net tap --peer 'busybox nc -l -p 9' busybox nc host 9
  tools/doorbell run --with iperf3 iperf3 -c host

At a terminal Ctrl-C goes to the program; Ctrl-A x ends the machine. The exit
status is the program's; 124 after --timeout, 125 if the launcher failed.""",
    "shell": f"""\
busybox's shell with line editing, and its commands; those of the packages
that --with names go before them. Without --with they are
{", ".join(SHELL_PACKAGES)}
as far as they are to be had; --with '' is busybox alone. `exit` or Ctrl-D ends
the machine.

  tools/doorbell shell
  tools/doorbell shell --with iperf3,python3 --add notes.txt
  tools/doorbell shell --peer 'iperf3 -s >/dev/null'   # then: iperf3 -c host""",
    "send": """\
  tools/doorbell send photo.jpg tcp://host:9000
  tools/doorbell send --net tap --peer 'socat -u udp-recv:9 - >got' f udp://host:9""",
    "image": """\
An .elf starts by `qemu-system-x86_64 -kernel FILE.elf`; an .iso on any
PC-like machine with an 82540EM or 82545EM network card.

  tools/doorbell image hello ARG... -o hello.elf
  tools/doorbell image --ip dhcp --add logo.png -o out.iso \\
        send /logo.png tcp://192.0.2.7:9000""",
}


def _add_initrd(p):
    p.add_argument("--initrd", metavar="FILE",
                   help="a cpio archive of your own; PROG is a path in it")


def _add_files(p):
    p.add_argument("--add", action="append", default=[],
                   metavar="FILE[:PATH]",
                   help="put a file or folder into the guest, as /FILE or "
                   "under PATH")
    p.add_argument("--with", action="append", default=[], dest="packages",
                   metavar="PACKAGE[,...]",
                   help="put programs of Debian packages into the guest, "
                   "with their libraries; what is not installed is "
                   "downloaded (apt-get download), never installed")
    p.add_argument("--append", action="append", default=[], metavar="WORDS",
                   help="more words for the kernel's command line")
    p.add_argument("--congestion", metavar="NAME",
                   choices=("reno", "cubic", "bbr"),
                   help="TCP's congestion control where the program sets "
                   "none: reno, cubic (the default) or bbr")
    p.add_argument("--offload", action="store_true",
                   help="let the card compute checksums and cut TCP packets "
                   "(e1000.offload=on)")
    p.add_argument("--kernel", default=machine.KERNEL, metavar="FILE",
                   help="another image than build/doorbell.elf")


def _add_machine(p):
    p.add_argument("--net", choices=("user", "tap", "none"), default="user",
                   help="QEMU's user network (default), a tap in a "
                   "namespace of its own, or no card")
    p.add_argument("--pcap", metavar="FILE", help="capture every frame")
    p.add_argument("--mem", type=int, default=0, metavar="MIB",
                   help="RAM in MiB (default: 64 and what the files need)")
    p.add_argument("--accel", choices=("tcg", "kvm"),
                   default=os.environ.get("ACCEL") or "tcg",
                   help="emulation (default) or the host's CPU; also by "
                   "ACCEL in the environment")
    p.add_argument("--firmware", choices=("seabios", "qboot"),
                   default="seabios", help="what starts the image")
    p.add_argument("--icount", action="store_true",
                   help="time is the number of executed instructions: runs "
                   "without outside input repeat exactly")
    p.add_argument("--iso", action="store_true",
                   help="boot through GRUB from a disc")
    p.add_argument("--timeout", type=float, metavar="SECONDS",
                   help="end the machine after this time, with status 124")
    p.add_argument("--qemu-arg", action="append", default=[],
                   metavar="'ARG ...'", help="more arguments for QEMU")


def _add_run(p):
    p.add_argument("--peer", metavar="CMD",
                   help="run CMD on the host's side of the link while the "
                   "guest runs (inside the namespace for tap)")
    p.add_argument("--forward", action="append", default=[],
                   metavar="tcp:HPORT:GPORT",
                   help="let the host's loopback port reach the guest's")
    p.add_argument("--gdb", action="store_true",
                   help="wait for gdb on 127.0.0.1:1234 before starting")
    p.add_argument("--stats", action="store_true",
                   help="show the kernel's counters at the end")
    p.add_argument("--calls", action="store_true",
                   help="the same, and how often each system call was made")


def parser():
    """The argument parser, for main() and for its tests."""
    top = argparse.ArgumentParser(
        prog="tools/doorbell", description="Start programs on Doorbell.",
        epilog="`tools/doorbell COMMAND --help` tells more about each.")
    commands = top.add_subparsers(dest="action", metavar="COMMAND",
                                  required=True)

    def command(name, text):
        return commands.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".",
            epilog=EPILOG.get(name),
            formatter_class=argparse.RawDescriptionHelpFormatter)

    p = command("run", "boot and run a program")
    _add_files(p)
    _add_machine(p)
    _add_run(p)
    _add_initrd(p)
    p.add_argument("command", nargs=argparse.REMAINDER, metavar="PROG [ARG]")

    p = command("shell", "boot to an interactive shell")
    _add_files(p)
    _add_machine(p)
    _add_run(p)
    p.set_defaults(initrd=None)

    p = command("send", "send a file from inside the guest")
    _add_files(p)
    _add_machine(p)
    _add_run(p)
    p.set_defaults(initrd=None)
    p.add_argument("file", help="a file of the host")
    p.add_argument("url", help="tcp://HOST:PORT or udp://HOST:PORT, as the "
                   "guest sees it")

    p = command("image", "make one self-contained bootable file")
    _add_files(p)
    p.add_argument("-o", "--output", required=True, metavar="FILE",
                   help="FILE.elf or FILE.iso")
    p.add_argument("--ip", default="dhcp", metavar="SPEC",
                   help="the guest's address: dhcp (default), off, or "
                   "Linux's ip= syntax")
    p.add_argument("--host", metavar="ADDRESS",
                   help="what the name `host` means inside")
    p.add_argument("command", nargs=argparse.REMAINDER, metavar="PROG [ARG]")

    p = command("boot", "boot a file that `image` made")
    _add_machine(p)
    _add_run(p)
    p.set_defaults(initrd=None, add=[], packages=[], append=[])
    p.add_argument("kernel", metavar="FILE", help="FILE.elf or FILE.iso")

    p = command("transfer", "send a file to a listener here and report")
    _add_files(p)
    _add_machine(p)
    p.add_argument("--size", type=int, default=64 << 20, metavar="BYTES",
                   help="of the file made from a fixed seed (64 MiB)")
    p.add_argument("file", nargs="?", help="a file of yours instead")

    p = command("selftest", "boot the test image and show its KTAP report")
    _add_machine(p)
    p.add_argument("--append", action="append", default=[], metavar="WORDS",
                   help="more words for the kernel's command line")
    p.set_defaults(kernel=os.path.join(BUILD, "doorbell-test.elf"),
                   net="none")
    p.add_argument("glob", nargs="?", default="*",
                   help="suites to run (default: all)")
    return top


def _words(a):
    """What the options add to the kernel's command line."""
    words = list(a.append)
    if getattr(a, "offload", False):
        words.append("e1000.offload=on")
    if getattr(a, "congestion", None):
        words.append("sysctl.net.ipv4.tcp_congestion_control="
                     + a.congestion)
    return words


def _options(a):
    return machine.Options(
        kernel=a.kernel, mem=a.mem, accel=a.accel, firmware=a.firmware,
        iso=a.iso, icount=a.icount, gdb=getattr(a, "gdb", False),
        pcap=a.pcap, timeout=a.timeout,
        append=_words(a),
        qemu_args=[w for arg in a.qemu_arg for w in shlex.split(arg)])


def _program(a):
    words = a.command[1:] if a.command[:1] == ["--"] else a.command
    if not words:
        raise Fail(f"which program? `tools/doorbell {a.action} --help`")
    return words[0], words[1:]


def _selection(a):
    """What --with chose, or None."""
    names = [n for words in a.packages for n in words.split(",") if n]
    return Selection(names) if names else None


def _archive(a, network, program, selection):
    """The archive's bytes and the program's path inside."""
    if not a.initrd:
        return pack(program, a.add, network.host, network.resolver,
                    selection or _selection(a))
    if a.add or a.packages:
        raise Fail("--initrd excludes --add and --with")
    try:
        with open(a.initrd, "rb") as f:
            return f.read(), program
    except OSError as e:
        raise Fail(f"cannot read {a.initrd}: {e.strerror}") from None


def _stdin():
    """The descriptor of stdin, or None if it is closed."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, ValueError, OSError):
        return None


def run(a, program=None, args=(), selection=None):
    """Boot and run, without a program what is in the image; the status.
    @selection: what --with chose, if that is known already."""
    options = _options(a)
    network = make_network(a.net, a.forward)
    peer = archive = cmdline = None
    try:
        if a.stats or a.calls:
            options.append.append("doorbell.stats")
        if a.calls:
            options.append.append("doorbell.calls")
        if program:
            archive, inside = _archive(a, network, program, selection)
            cmdline = machine.command_line(options, network, inside, args)
        options.mem = options.mem or memory_for(archive or b"")
        if a.peer:
            peer = Peer(a.peer, network)
        outcome = machine.boot(options, archive, cmdline, network,
                               stdin=_stdin())
        for name, value in outcome.stats.items():
            print(f"stats: {name} {value}", file=sys.stderr)
        if peer:
            peer.finish(wait_s=5)
            peer = None
        return outcome.status
    finally:
        if peer:
            peer.finish(wait_s=0)
        network.close()


def _run(a):
    return run(a, *_program(a))


def _to_be_had(packages):
    """Those of a shell's usual packages that there are; tells of others."""
    for name in packages:
        try:
            Selection([name])
            yield name
        except Fail as e:
            reason = str(e).splitlines()[0].partition(": ")[2]
            print(f"doorbell: the shell goes without {name}: {reason}",
                  file=sys.stderr)


def _shell(a):
    a.append.append("ENV=/etc/shrc")
    if a.packages:
        return run(a, "busybox", ["sh"])
    a.packages = list(SHELL_PACKAGES)
    try:
        selection = _selection(a)
    except Fail:
        a.packages = [*_to_be_had(SHELL_PACKAGES)]
        selection = _selection(a)
    return run(a, "busybox", ["sh"], selection)


def _boot(a):
    return run(a)


def _send(a):
    if not os.path.isfile(a.file):
        raise Fail(f"no file {a.file}")
    if a.url.split("://")[0] not in ("tcp", "udp"):
        raise Fail(f"{a.url}: it is tcp://HOST:PORT or udp://HOST:PORT")
    name = os.path.basename(a.file)
    a.add.append(f"{a.file}:{name}")
    return run(a, "send", [f"/{name}", a.url])


def _image(a):
    program, args = _program(a)
    network = make_network("none")
    options = machine.Options(append=[f"ip={a.ip}", *_words(a)])
    archive, inside = pack(program, a.add, a.host,
                           selection=_selection(a))
    cmdline = machine.command_line(options, network, inside, args)
    if not os.path.isfile(a.kernel):
        raise Fail(f"no image at {a.kernel}: build it with `make`")
    write_image(a.kernel, archive, cmdline, a.output)
    print(f"{a.output}: {os.path.getsize(a.output):,} bytes")
    return 0


def _transfer(a):
    options = _options(a)
    options.pcap = options.pcap or os.path.join(BUILD, "run.pcap")
    options.timeout = options.timeout or 300
    path = a.file or seeded_file(a.size)
    if a.net == "none":
        raise Fail("a transfer needs a network: --net user or --net tap")
    network = make_network(a.net)
    try:
        return transfer(path, options, network)
    finally:
        network.close()


def _selftest(a):
    options = _options(a)
    network = make_network(a.net)
    try:
        options.mem = options.mem or 64
        options.append.append(f"kunit={a.glob}")
        cmdline = " ".join(options.append)
        return machine.boot(options, None, cmdline, network).status
    finally:
        network.close()


ACTIONS = {"run": _run, "shell": _shell, "send": _send, "image": _image,
           "boot": _boot, "transfer": _transfer, "selftest": _selftest}


def output_first(argv):
    """`image PROG ARG... -o FILE`: the file may also come last, where
    everything else belongs to the program; put it first."""
    if argv[:1] == ["image"] and len(argv) > 3 and \
            argv[-2] in ("-o", "--output"):
        return [argv[0], *argv[-2:], *argv[1:-2]]
    return argv


def main(argv=None):
    """Run the command; the exit status."""
    a = parser().parse_args(output_first(argv or sys.argv[1:]))
    try:
        with process.signals_end():
            return ACTIONS[a.action](a)
    except Fail as e:
        print(f"doorbell: {e}", file=sys.stderr)
        return EXIT_FAIL
    except process.Ended as e:
        return e.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
