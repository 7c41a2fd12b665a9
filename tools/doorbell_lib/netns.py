# SPDX-License-Identifier: MIT
"""A network namespace without a name, and a tap in it.

The namespace lives as long as a descriptor of it is open, and the tap as long
as QEMU and the launcher hold its descriptor: when they end, however they end,
the kernel removes both. Nothing is written to /run/netns.

Without root a user namespace around it gives the rights needed inside, if the
system allows that and /dev/net/tun may be opened.
"""
import ctypes
import errno
import fcntl
import os
import socket
import struct

from .common import Fail
from .process import die_with_parent, libc_call

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

TUNSETIFF = 0x400454ca
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
IFF_UP = 0x1

SIOCSIFFLAGS = 0x8914
SIOCSIFADDR = 0x8916
SIOCSIFNETMASK = 0x891c
SIOCGIFHWADDR = 0x8927
SIOCSIFHWADDR = 0x8924
ARPHRD_ETHER = 1

TUN = "/dev/net/tun"
_libc = ctypes.CDLL(None, use_errno=True)


def _sockaddr(address):
    return struct.pack("=HH4s8x", socket.AF_INET, 0,
                       socket.inet_aton(address))


def _ifreq(sock, request, name, payload):
    data = name.encode().ljust(16, b"\0") + payload.ljust(24, b"\0")
    return fcntl.ioctl(sock, request, data)


def configure(name, address=None, netmask=None, mac=None):
    """Give an interface its addresses and bring it up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        if mac:
            raw = bytes.fromhex(mac.replace(":", ""))
            _ifreq(s, SIOCSIFHWADDR, name,
                   struct.pack("=H", ARPHRD_ETHER) + raw)
        if address:
            _ifreq(s, SIOCSIFADDR, name, _sockaddr(address))
            _ifreq(s, SIOCSIFNETMASK, name, _sockaddr(netmask))
        _ifreq(s, SIOCSIFFLAGS, name, struct.pack("=h", IFF_UP))


def open_tap(name):
    """A tap of the current namespace: its descriptor, without offloads."""
    fd = os.open(TUN, os.O_RDWR | os.O_CLOEXEC)
    try:
        request = struct.pack("=16sH22x", name.encode(), IFF_TAP | IFF_NO_PI)
        fcntl.ioctl(fd, TUNSETIFF, request)
    except OSError:
        os.close(fd)
        raise
    return fd


def _become_root_inside(uid, gid):
    """In a new user namespace: root there is the user outside."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                       ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as f:
            f.write(text)


class Namespace:
    """A private network: loopback, and a tap with the host's address."""

    def __init__(self, tap=None, address=None, netmask=None, mac=None):
        """tap names the interface; without one there is only loopback."""
        self.user_fd = self.net_fd = self.tap_fd = -1
        def set_up():
            if os.geteuid() != 0:
                uid, gid = os.geteuid(), os.getegid()
                libc_call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
                _become_root_inside(uid, gid)
            else:
                libc_call("unshare", CLONE_NEWNET)
            configure("lo")
            fds = [os.open("/proc/self/ns/net", os.O_RDONLY),
                   os.open("/proc/self/ns/user", os.O_RDONLY)]
            if tap:
                fds.append(open_tap(tap))
                configure(tap, address, netmask, mac)
            return fds

        try:
            fds = _fork_for_fds(set_up)
        except OSError as e:
            raise Fail(_why_no_namespace(e)) from None
        self.net_fd, self.user_fd = fds[:2]
        if tap:
            self.tap_fd = fds[2]

    def enter(self):
        """Move the calling process, which has one thread, inside."""
        if os.geteuid() != 0:
            libc_call("setns", self.user_fd, CLONE_NEWUSER)
        libc_call("setns", self.net_fd, CLONE_NEWNET)

    def call_for_fds(self, function):
        """Run function inside, in a child; the descriptors it returns."""
        def inside():
            self.enter()
            return function()

        return _fork_for_fds(inside)

    def socket(self, kind, address):
        """A socket bound inside (listening, if it is a stream)."""
        def make():
            s = socket.socket(socket.AF_INET, kind)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(address)
            if kind == socket.SOCK_STREAM:
                s.listen(16)
            return [s.detach()]

        return socket.socket(fileno=self.call_for_fds(make)[0])

    def close(self):
        """Give the namespace up; it goes when its processes are gone."""
        for fd in (self.tap_fd, self.net_fd, self.user_fd):
            if fd >= 0:
                os.close(fd)
        self.user_fd = self.net_fd = self.tap_fd = -1


def _fork_for_fds(function):
    """Run function in a child; the descriptors it returns, or its OSError."""
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            die_with_parent(parent)
            try:
                fds = function()
                socket.send_fds(theirs, [b"ok"], fds)
            except OSError as e:
                theirs.send(b"%d %s" % (e.errno or 0,
                                        os.fsencode(e.filename or "")))
            status = 0
        finally:
            os._exit(status)
    theirs.close()
    with ours:
        message, fds, _flags, _from = socket.recv_fds(ours, 4096, 8)
    os.waitpid(pid, 0)
    if message != b"ok":
        code, _, name = (message or b"5 ").partition(b" ")
        raise OSError(int(code), os.strerror(int(code)),
                      os.fsdecode(name) or None)
    for fd in fds:
        os.set_inheritable(fd, False)
    return list(fds)


def _why_no_namespace(e):
    """What to tell the user about a failed set-up."""
    remedy = "use `--net user`, which needs neither"
    if e.filename == TUN and e.errno == errno.ENOENT:
        return f"no {TUN} here (modprobe tun): {remedy}"
    if e.filename == TUN:
        return f"cannot open {TUN} ({e.strerror}): be root, or {remedy}"
    if e.errno in (errno.EPERM, errno.ENOSPC):
        return f"no right to make a network namespace: be root, or {remedy}"
    return f"cannot make a tap ({e.strerror}): be root, or {remedy}"
