# SPDX-License-Identifier: MIT
"""A writer of cpio archives (newc).

Entries have time 0, owner 0 and ascending inode numbers, so that the same
files give the same bytes.
"""
import os
import stat

from .common import Fail

# Debian's merged /usr: a folder by its old name.
MERGED = ("bin", "sbin", "lib", "lib64")


def place(path):
    """Where a path of Debian is when /usr is merged, without the first /."""
    path = os.path.normpath(path.strip("/"))
    return "usr/" + path if path.split("/", 1)[0] in MERGED else path


class Cpio:
    """A cpio archive in the newc format, grown entry by entry."""

    def __init__(self):
        self._parts = []
        self._inode = 0
        self._names = set()
        self._merged = False

    def merge_usr(self):
        """From now on /bin is /usr/bin and so on: first of all to be called."""
        for name in MERGED:
            self.directory("usr/" + name)
            self.symlink(name, "usr/" + name)
        self._merged = True

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
        name = place(name) if self._merged else name.strip("/")
        parent = os.path.dirname(name)
        if parent and parent not in self._names:
            self._add(parent, stat.S_IFDIR | 0o755)
        if name in self._names and stat.S_ISDIR(mode):
            return
        self._names.add(name)
        self._inode += 1
        self._entry(name, mode, data, self._inode)

    def has(self, name):
        """If there is such an entry."""
        return (place(name) if self._merged else name) in self._names

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
