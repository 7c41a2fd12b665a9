# SPDX-License-Identifier: MIT
"""The host's side of a benchmark: one process that discards, one port further
echoes. It inherits its sockets, bound where the link ends, and dies with its
parent: `sink.py DISCARD_FD ECHO_FD`."""
import os
import selectors
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

from doorbell_lib import process  # noqa: E402

CHUNK = 1 << 20
BACKLOG = 1024  # a thousand flows come at once


class Sink:
    """Two listening ports and a UDP socket that nobody reads."""

    def __init__(self, network):
        """Start it on the host's side of a network; .port is the first."""
        for _ in range(64):
            discard = network.listen(0)
            self.port = discard.getsockname()[1]
            try:
                echo = network.listen(self.port + 1)
                break
            except Exception:  # taken: both ports must be neighbours
                discard.close()
        else:
            raise RuntimeError("no two free ports in a row")
        for listener in (discard, echo):
            listener.listen(BACKLOG)
        self._udp = self._bound_udp(network, discard)
        fds = discard.fileno(), echo.fileno()
        self._child = process.spawn(
            [sys.executable, "-B", os.path.realpath(__file__),
             *map(str, fds)], pass_fds=fds)
        discard.close()
        echo.close()

    def _bound_udp(self, network, discard):
        """So that no datagram is answered by an ICMP error; its queue fills
        and the host drops the rest, for every system alike."""
        address = discard.getsockname()
        if network.namespace:
            return network.namespace.socket(socket.SOCK_DGRAM, address)
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(address)
        return s

    def close(self):
        """End it."""
        process.end(self._child)
        self._udp.close()


def serve(discard, echo):
    """Accept on both; until killed."""
    poll = selectors.DefaultSelector()
    buffer = bytearray(CHUNK)

    def accept(listener, handler):
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(peer, selectors.EVENT_READ, handler)

    def gone(peer):
        poll.unregister(peer)
        peer.close()

    def discards(peer):
        try:
            if not peer.recv_into(buffer):
                gone(peer)
        except OSError:
            gone(peer)

    def echoes(peer):
        try:
            data = peer.recv(4096)
            if data:
                peer.sendall(data)
            else:
                gone(peer)
        except OSError:
            gone(peer)

    poll.register(discard, selectors.EVENT_READ,
                  lambda s: accept(s, discards))
    poll.register(echo, selectors.EVENT_READ, lambda s: accept(s, echoes))
    while True:
        for key, _ in poll.select():
            key.data(key.fileobj)


if __name__ == "__main__":
    serve(*(socket.socket(fileno=int(fd)) for fd in sys.argv[1:3]))
