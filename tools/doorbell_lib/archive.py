# SPDX-License-Identifier: MIT
"""The initramfs: what goes into it."""
import os
import shutil
import struct
import subprocess

from .common import BUILD, Fail, need_command, shown
from .cpio import Cpio
from .packages import Selection

ELF_MAGIC = b"\x7fELF"
EM_X86_64 = 62
PT_INTERP = 3

def is_dynamic(path):
    """If this program needs libraries; Fail unless it is an x86_64 ELF."""
    with open(path, "rb") as f:
        data = f.read(65536)
    if data[:4] != ELF_MAGIC or len(data) < 64:
        raise Fail(f"{shown(path)} is not an ELF program; a script runs as "
                   f"`run --add {shown(path)} busybox sh "
                   f"/{os.path.basename(path)}`")
    machine, = struct.unpack_from("<H", data, 18)
    phoff, = struct.unpack_from("<Q", data, 32)
    phentsize, phnum = struct.unpack_from("<HH", data, 54)
    if data[4] != 2 or machine != EM_X86_64:
        raise Fail(f"{shown(path)} is not a 64-bit x86 program")
    kinds = (struct.unpack_from("<I", data, at)[0] for at in
             range(phoff, min(phoff + phnum * phentsize, len(data) - 4),
                   phentsize or 1))
    return PT_INTERP in kinds


def find_program(name):
    """The host path of PROG: build/apps/, a path, or Debian's busybox."""
    built = os.path.join(BUILD, "apps", name)
    if "/" not in name and os.path.isfile(built):
        return built
    if os.path.isfile(name):
        return name
    if name == "busybox":
        return need_command("busybox")
    elsewhere = shutil.which(name)
    hint = f"; {elsewhere} is the host's own" if elsewhere else ""
    raise Fail(f"no program {name}: neither build/apps/{name} (make) "
               f"nor a file of that name{hint}")


def split_add(spec):
    """FILE[:GUESTPATH] as (host path, path inside)."""
    host, colon, inside = spec.rpartition(":")
    if not colon or os.path.exists(spec):
        host, inside = spec, ""
    inside = inside or os.path.basename(os.path.normpath(host))
    if not os.path.lexists(host):
        raise Fail(f"--add {spec}: no file {host}")
    return host, inside.strip("/")


def _applets(busybox):
    """The commands that a busybox has, so that its shell finds them."""
    run = subprocess.run([busybox, "--list"], stdout=subprocess.PIPE,
                         stdin=subprocess.DEVNULL, check=False)
    return sorted(set(run.stdout.decode().split()) - {"busybox"})


def _busybox(cpio, path):
    """Its commands where no package has one of the name, and the start of its
    interactive shell, which without these aliases would prefer its own."""
    rc = "PS1='doorbell:\\w# '\n"
    for applet in _applets(path):
        theirs = [f"/usr/{folder}/{applet}" for folder in ("bin", "sbin")
                  if cpio.has(f"{folder}/{applet}")]
        if theirs and applet != "sh":
            rc += f"alias {applet}={theirs[0]}\n"
        if not theirs:
            cpio.symlink(f"bin/{applet}", "busybox")
    rc += "[ $$ != 1 ] || [ ! -r /etc/rc ] || . /etc/rc\n"
    cpio.file("etc/shrc", rc.encode())


def _etc(cpio, host_address, resolver):
    hosts = "127.0.0.1 localhost\n"
    if host_address:
        hosts += f"{host_address} host\n"
    cpio.file("etc/hosts", hosts.encode())
    # tcpdump becomes a user of its own; all programs are root here.
    cpio.file("etc/passwd", b"root:x:0:0:root:/:/bin/sh\n"
              b"tcpdump:x:0:0::/:/bin/false\n")
    cpio.file("etc/group", b"root:x:0:\n")
    cpio.file("etc/services", b"discard 9/tcp\ndiscard 9/udp\n")
    if resolver:
        cpio.file("etc/resolv.conf", f"nameserver {resolver}\n".encode())


def pack(program, adds, host_address, resolver=None, selection=None):
    """An initramfs with the program, the added files and /etc.

    @selection: what --with chose (packages.Selection), or None.

    Returns (bytes, the program's path inside).
    """
    cpio = Cpio()
    inside = selection and selection.find(program)
    path = None if inside else find_program(program)
    if path and is_dynamic(path):
        selection = selection or Selection([])
        selection.add_libraries(path)
    if selection:
        cpio.merge_usr()
    for name in ("bin", "dev", "etc", "proc", "tmp"):
        cpio.directory(name, 0o1777 if name == "tmp" else 0o755)
    _etc(cpio, host_address, resolver)
    if selection:
        selection.put(cpio)
    if path:
        inside = "bin/" + os.path.basename(path)
        with open(path, "rb") as f:
            cpio.file(inside, f.read(), 0o755)
    if os.path.basename(inside) == "busybox":
        _busybox(cpio, path or selection.files[inside])
    for spec in adds:
        cpio.add_host_path(*split_add(spec))
    return cpio.finish(), "/" + inside
