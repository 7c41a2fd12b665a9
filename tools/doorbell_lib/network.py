# SPDX-License-Identifier: MIT
"""The three kinds of network, as the guest and the host see them.

`user` is QEMU's own NAT and needs no rights; `tap` is a real link into a
namespace of its own; `none` has no network card at all.
"""
import errno
import os
import socket

from .common import Fail
from .netns import Namespace

GUEST_MAC = "52:54:00:12:34:56"
TAP_HOST_MAC = "52:54:00:0d:b1:01"


def tcp_listener(address, port):
    """A listening socket of the launcher's own namespace."""
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, port))
        s.listen(16)
    except OSError as e:
        s.close()
        if e.errno == errno.EADDRINUSE:
            raise Fail(f"port {port} is in use on {address}; "
                       "choose another, or 0 for any") from None
        raise Fail(f"cannot listen on {address}:{port}: {e.strerror}") \
            from None
    return s


class NoNet:
    """No network card."""
    name = "none"
    host = None
    resolver = None
    namespace = None

    def kernel_words(self):
        """What the guest's command line says about the network."""
        return []

    def qemu_args(self, pcap=None):
        """QEMU's arguments."""
        if pcap:
            raise Fail("--pcap: with --net none there is nothing to capture")
        return []

    def pass_fds(self):
        """Descriptors that QEMU inherits."""
        return ()

    def listen(self, port=0):
        """A listening socket on the host's side."""
        raise Fail("--net none has no host's side to listen on")

    def close(self):
        """Undo what was set up."""


class _Nic(NoNet):
    guest = gateway = netmask = None

    def kernel_words(self):
        return [f"ip={self.guest}::{self.gateway}:{self.netmask}::eth0:off"]

    def _card(self, netdev, pcap):
        args = ["-netdev", netdev,
                "-device", f"e1000,netdev=n0,romfile=,mac={GUEST_MAC}"]
        if pcap:
            comma = os.path.abspath(pcap).replace(",", ",,")
            args += ["-object",
                     f"filter-dump,id=pcap0,netdev=n0,file={comma}"]
        return args


class UserNet(_Nic):
    """QEMU's user network: the host's loopback is 10.0.2.2."""
    name = "user"
    host = "10.0.2.2"
    resolver = "10.0.2.3"
    guest, gateway, netmask = "10.0.2.15", "10.0.2.2", "255.255.255.0"

    def __init__(self, forwards=()):
        self._forwards = [self._forward(f) for f in forwards]

    @staticmethod
    def _forward(spec):
        """tcp:HPORT:GPORT as QEMU's hostfwd, the host's port being free."""
        parts = spec.split(":")
        if len(parts) == 2:
            parts.append(parts[1])
        try:
            kind, hport, gport = parts[0], int(parts[1]), int(parts[2])
            if len(parts) != 3 or kind not in ("tcp", "udp"):
                raise ValueError
        except (ValueError, IndexError):
            raise Fail(f"--forward {spec}: it is tcp:HOSTPORT:GUESTPORT "
                       "or udp:HOSTPORT:GUESTPORT") from None
        if kind == "tcp":
            with tcp_listener("127.0.0.1", hport) as s:
                hport = s.getsockname()[1]
        return f"hostfwd={kind}:127.0.0.1:{hport}-:{gport}"

    def qemu_args(self, pcap=None):
        return self._card(",".join(["user,id=n0", *self._forwards]), pcap)

    def listen(self, port=0):
        return tcp_listener("127.0.0.1", port)


class TapNet(_Nic):
    """A tap in a namespace of its own; the host's side is 192.168.77.1."""
    name = "tap"
    host = gateway = "192.168.77.1"
    guest, netmask = "192.168.77.2", "255.255.255.0"

    def __init__(self):
        self.namespace = Namespace("tap0", self.host, self.netmask,
                                   TAP_HOST_MAC)

    def qemu_args(self, pcap=None):
        return self._card(f"tap,id=n0,fd={self.namespace.tap_fd}", pcap)

    def pass_fds(self):
        return (self.namespace.tap_fd,)

    def listen(self, port=0):
        return self.namespace.socket(socket.SOCK_STREAM, (self.host, port))

    def close(self):
        self.namespace.close()


def make_network(kind, forwards=()):
    """The network that --net names."""
    if forwards and kind != "user":
        raise Fail("--forward works with --net user; over tap the guest has "
                   f"the address {TapNet.guest} and needs none")
    if kind == "user":
        return UserNet(forwards)
    return TapNet() if kind == "tap" else NoNet()
