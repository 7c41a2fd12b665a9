# SPDX-License-Identifier: MIT
"""The initramfs: a writer of cpio archives (newc) and what goes into one.

Entries have time 0, owner 0 and ascending inode numbers, so that the same
files give the same bytes.
"""
import os
import shutil
import stat
import struct
import subprocess

from .common import BUILD, Fail, need_command, shown

ELF_MAGIC = b"\x7fELF"
EM_X86_64 = 62
PT_INTERP = 3


class Cpio:
    """A cpio archive in the newc format, grown entry by entry."""

    def __init__(self):
        self._parts = []
        self._inode = 0
        self._names = set()

    def _pad(self, length):
        self._parts.append(b"\0" * (-length % 4))

    def _entry(self, name, mode, data, inode):
        raw = name.encode("utf-8", "surrogateescape") + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0,
                  len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
        self._parts.append(head)
        self._pad(len(head))
        self._parts.append(data)
        self._pad(len(data))

    def _add(self, name, mode, data=b""):
        name = name.strip("/")
        parent = os.path.dirname(name)
        if parent and parent not in self._names:
            self._add(parent, stat.S_IFDIR | 0o755)
        if name in self._names and stat.S_ISDIR(mode):
            return
        self._names.add(name)
        self._inode += 1
        self._entry(name, mode, data, self._inode)

    def directory(self, name, mode=0o755):
        """A directory; its parents are made too, here and below."""
        self._add(name, stat.S_IFDIR | mode)

    def file(self, name, data, mode=0o644):
        """A regular file with these bytes."""
        if len(data) > 0xffffffff:
            raise Fail(f"{name}: a file of 4 GiB or more has no place in "
                       "a cpio archive")
        self._add(name, stat.S_IFREG | mode, data)

    def symlink(self, name, target):
        """A symbolic link."""
        self._add(name, stat.S_IFLNK | 0o777, os.fsencode(target))

    def add_host_path(self, host, name):
        """A file, or a directory with all below it, from the host."""
        try:
            mode = os.lstat(host).st_mode
            if stat.S_ISLNK(mode) and not os.path.exists(host):
                self.symlink(name, os.readlink(host))
            elif os.path.isdir(host):
                self.directory(name)
                for entry in sorted(os.listdir(host)):
                    self.add_host_path(os.path.join(host, entry),
                                       f"{name}/{entry}")
            else:
                with open(host, "rb") as f:
                    self.file(name, f.read(), stat.S_IMODE(mode) & 0o777)
        except OSError as e:
            raise Fail(f"cannot add {host}: {e.strerror}") from None

    def finish(self):
        """The archive's bytes, with its trailer."""
        self._entry("TRAILER!!!", 0, b"", 0)
        length = sum(map(len, self._parts))
        self._parts.append(b"\0" * (-length % 512))
        return b"".join(self._parts)


def check_program(path):
    """Fail unless path is a static x86_64 ELF executable."""
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
    for i in range(phnum):
        at = phoff + i * phentsize
        if at + 4 > len(data):
            break
        if struct.unpack_from("<I", data, at)[0] == PT_INTERP:
            raise Fail(f"{shown(path)} is linked dynamically; link it with "
                       "-static (musl-gcc -static, or gcc -static)")


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


def pack(program, adds, host_address, resolver=None):
    """An initramfs with the program, the added files and /etc.

    Returns (bytes, the program's path inside).
    """
    cpio = Cpio()
    for name in ("bin", "dev", "etc", "proc", "tmp"):
        cpio.directory(name, 0o1777 if name == "tmp" else 0o755)
    hosts = "127.0.0.1 localhost\n"
    if host_address:
        hosts += f"{host_address} host\n"
    cpio.file("etc/hosts", hosts.encode())
    cpio.file("etc/passwd", b"root:x:0:0:root:/:/bin/sh\n")
    cpio.file("etc/group", b"root:x:0:\n")
    cpio.file("etc/services", b"discard 9/tcp\ndiscard 9/udp\n")
    if resolver:
        cpio.file("etc/resolv.conf", f"nameserver {resolver}\n".encode())
    path = find_program(program)
    check_program(path)
    inside = "bin/" + os.path.basename(path)
    with open(path, "rb") as f:
        cpio.file(inside, f.read(), 0o755)
    if os.path.basename(path) == "busybox":
        for applet in _applets(path):
            cpio.symlink(f"bin/{applet}", "busybox")
    for spec in adds:
        cpio.add_host_path(*split_add(spec))
    return cpio.finish(), "/" + inside
