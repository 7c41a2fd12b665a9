# SPDX-License-Identifier: MIT
"""A program for both sides, Linux and the guest: asks generic netlink's family
"ethtool" of eth0 what is wrong in one way each, and prints what it hears."""
import ctypes
import socket
import struct

NESTED = 0x8000
REQUEST, ACK, DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
CTRL, GETFAMILY = 16, 3
STRSET, LINKMODES, LINKSTATE, MODULE = 1, 4, 6, 34
FEATURES_SET, RINGS_SET, COALESCE_GET, STATS = 12, 16, 19, 32


def attr(kind, value=b""):
    """An attribute with its padding."""
    size = 4 + len(value)
    return (struct.pack("=HH", size, kind) + value).ljust((size + 3) & ~3,
                                                          b"\0")


def nest(kind, *inside):
    """An attribute that holds others."""
    return attr(kind | NESTED, b"".join(inside))


def u32(value):
    """A number as an attribute's value."""
    return struct.pack("=I", value)


def attrs(data):
    """Type and value of each attribute."""
    while len(data) >= 4:
        size, kind = struct.unpack("=HH", data[:4])
        yield kind, data[4:size]
        data = data[(size + 3) & ~3:]


class Genl:
    """A socket that hears why it is refused."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        for option in (10, 11):  # CAP_ACK, EXT_ACK
            self.sock.setsockopt(270, option, 1)
        self.sock.settimeout(5)

    def ask(self, family, cmd, body=b"", flags=ACK):
        """Commands of the answers, then how it ended."""
        head = struct.pack("=BBH", cmd, 1, 0)
        self.sock.send(struct.pack("=IHHII", 20 + len(body), family,
                                   flags | REQUEST, 7, 0) + head + body)
        heard = []
        while True:
            data = self.sock.recv(65536)
            while data:
                size, kind, _flags = struct.unpack("=IHH", data[:8])
                message, data = data[16:size], data[(size + 3) & ~3:]
                if kind == NLMSG_ERROR:
                    said = dict(attrs(message[20:]))
                    where = said.get(2) and struct.unpack("=I", said[2])[0]
                    return heard, (struct.unpack("=i", message[:4])[0],
                                   said.get(1, b"").rstrip(b"\0").decode(),
                                   where)
                if kind == NLMSG_DONE:
                    return heard, struct.unpack("=i", message[:4])[0]
                heard.append(message)

    def family(self, name):
        """Its number."""
        heard, _end = self.ask(CTRL, GETFAMILY,
                               attr(2, name.encode() + b"\0"))
        return struct.unpack("=H", dict(attrs(heard[0][4:]))[1][:2])[0]


GENL = Genl()
ETHTOOL = GENL.family("ethtool")
NAME = attr(2, b"eth0\0")
INDEX = attr(1, u32(socket.if_nametoindex("eth0")))
ETH0 = nest(1, NAME)


def show(what, *request, **flags):
    """One line: what was asked, and what came of it."""
    heard, end = GENL.ask(*request, **flags)
    print(what, "|", [m[0] for m in heard], "|", end, flush=True)


def controller():
    """Families that there are not."""
    show("no such name", CTRL, GETFAMILY, attr(2, b"nosuch\0"))
    show("no such number", CTRL, GETFAMILY, attr(1, b"\xe7\3"))
    show("neither", CTRL, GETFAMILY)
    show("long name", CTRL, GETFAMILY, attr(2, b"x" * 20 + b"\0"))
    show("no such command", CTRL, 77)
    show("no such family", 999, 1)


def headers():
    """Devices and flags."""
    show("no such command", ETHTOOL, 200)
    show("no command", ETHTOOL, 0)
    show("no header", ETHTOOL, LINKMODES)
    show("empty header", ETHTOOL, LINKMODES, nest(1))
    show("names of nobody", ETHTOOL, STRSET, nest(1))
    show("not nested", ETHTOOL, LINKMODES, attr(1, NAME))
    for bad in (99, 0, 0xffffffff):
        show(f"index {bad}", ETHTOOL, LINKMODES, nest(1, attr(1, u32(bad))))
    show("short index", ETHTOOL, LINKMODES, nest(1, attr(1, b"\1\0")))
    show("long index", ETHTOOL, LINKMODES, nest(1, attr(1, u32(1) * 2)))
    show("disagree", ETHTOOL, LINKMODES, nest(1, attr(1, u32(1)), NAME))
    show("agree", ETHTOOL, LINKMODES, nest(1, INDEX, NAME))
    for size in (30, 127, 128):
        show(f"name of {size}", ETHTOOL, LINKMODES,
             nest(1, attr(2, b"x" * size + b"\0")))
    show("name without end", ETHTOOL, LINKMODES, nest(1, attr(2, b"eth0")))
    show("reserved flag", ETHTOOL, LINKMODES,
         nest(1, NAME, attr(3, u32(0x10000))))
    show("statistics", ETHTOOL, LINKMODES, nest(1, NAME, attr(3, u32(4))))
    show("unknown in header", ETHTOOL, LINKMODES, nest(1, NAME, attr(9)))
    show("unknown", ETHTOOL, LINKMODES, ETH0 + attr(77))
    show("bytes left", ETHTOOL, LINKMODES, ETH0 + b"\0\0\0")
    show("numbers of a GET", ETHTOOL, COALESCE_GET, ETH0 + attr(2, u32(1)))
    show("a maximum", ETHTOOL, RINGS_SET, ETH0 + attr(2, u32(1)))
    show("short number", ETHTOOL, RINGS_SET, ETH0 + attr(6, b"ab"))
    show("no module", ETHTOOL, MODULE, ETH0)


def names():
    """Sets of strings and groups of counters."""
    def one(number):
        return nest(2, nest(1, attr(1, u32(number))))
    show("set 99", ETHTOOL, STRSET, ETH0 + one(99))
    show("no number", ETHTOOL, STRSET, ETH0 + nest(2, nest(1)))
    show("a device's", ETHTOOL, STRSET, nest(1) + one(1))
    show("not a set", ETHTOOL, STRSET, ETH0 + nest(2, nest(5)))
    show("count", ETHTOOL, STRSET, ETH0 + one(4) + attr(3))
    show("long flag", ETHTOOL, STRSET, ETH0 + attr(3, u32(1)))
    head = nest(2, NAME)
    show("no groups", ETHTOOL, STATS, head)
    show("empty groups", ETHTOOL, STATS, head + nest(3, nest(3)))
    show("unknown group", ETHTOOL, STATS,
         head + nest(3, nest(3, nest(1, attr(2, b"nosuch\0"), attr(3)))))
    show("group", ETHTOOL, STATS,
         head + nest(3, nest(3, nest(1, attr(2, b"eth-mac\0"), attr(3)))))


def bits():
    """Sets of bits, as a list and as words."""
    def ask(what, *inside):
        show(what, ETHTOOL, FEATURES_SET, ETH0 + nest(3, *inside))
    size, value, mask = attr(2, u32(8)), attr(4, u32(0)), attr(5, u32(0))
    show("nothing wanted", ETHTOOL, FEATURES_SET, ETH0)
    show("not wanted", ETHTOOL, FEATURES_SET, ETH0 + nest(2))
    ask("empty set")
    ask("no bit", nest(3, nest(1)))
    ask("unknown bit", nest(3, nest(1, attr(2, b"nosuch\0"))))
    ask("bit 9999", nest(3, nest(1, attr(1, u32(9999)))))
    ask("mismatch", nest(3, nest(1, attr(1, u32(1)), attr(2, b"loopback\0"))))
    ask("not a bit", nest(3, nest(2, attr(1, u32(1)))))
    ask("list and value", nest(3), value)
    ask("list and mask", nest(3), mask)
    ask("no size", value, mask)
    ask("no value", size, mask)
    ask("no mask", size, value)
    ask("mask of a list", attr(1), size, value, mask)
    ask("long value", size, attr(4, u32(0) * 2), mask)
    ask("long mask", size, value, attr(5, u32(0) * 2))
    ask("past the end", attr(2, u32(2000)), attr(4, u32(0) * 63),
        attr(5, u32(0) * 62 + u32(1)))
    ask("value beside mask", size, attr(4, u32(1)), mask)
    ask("size 0", attr(2, u32(0)), attr(4), attr(5))
    ask("omit", nest(3))


def dumps():
    """All devices, whatever the header says of one."""
    for what, body in (("all", b""), ("of one", ETH0),
                       ("of nobody", nest(1, attr(1, u32(99))))):
        show(f"dump {what}", ETHTOOL, LINKSTATE, body, flags=DUMP)
    show("dump of a SET", ETHTOOL, RINGS_SET, ETH0, flags=DUMP)
    show("half a dump", ETHTOOL, LINKSTATE, ETH0, flags=ACK | 0x200)
    show("dump of no groups", ETHTOOL, STATS, flags=DUMP)


def without_rights():
    """Put down every capability; what only asks goes on."""
    libc = ctypes.CDLL(None)
    head = struct.pack("=Ii", 0x20080522, 0)
    if libc.capset(head, bytes(24)):
        print("capset failed")
    show("ask", ETHTOOL, LINKMODES, ETH0)
    show("set", ETHTOOL, FEATURES_SET, ETH0)
    show("of nobody", ETHTOOL, RINGS_SET)


for part in (controller, headers, names, bits, dumps, without_rights):
    print("#", part.__name__)
    part()
