# SPDX-License-Identifier: MIT
"""What packetdrill does with --so_filename=, as far as the library can tell:
it fills the table and calls through it, and goes past it with close(),
getsockopt(), sendfile() and system() of the program itself, here Python's.
Called by test_packetdrill_lib.py: driver.py --so_filename=LIB STEP..."""
import ctypes
import os
import socket
import struct
import sys

NAMES = ("userdata free socket bind listen accept connect read readv recv "
         "recvfrom recvmsg write writev send sendto sendmsg fcntl ioctl close "
         "shutdown getsockopt setsockopt poll netdev_send netdev_receive "
         "usleep gettimeofday epoll_create epoll_ctl epoll_wait pipe "
         "splice").split()
SYN, ACK, SYNACK = 2, 16, 18


class Table(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in NAMES]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pointer(arg):
    """An argument as a machine word."""
    return ctypes.cast(arg, ctypes.c_void_p) if isinstance(arg, bytes) else arg


class Stack:
    """One stack: the table, and a peer that speaks TCP by hand."""

    def __init__(self, lib, local="192.168.0.1", remote="192.0.2.1"):
        self.table, self.local, self.remote = Table(), local, remote
        lib.packetdrill_interface_init(None, ctypes.byref(self.table))

    def call(self, name, *args):
        kind = ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_void_p] * 8)
        args = [None, *args, *[None] * (7 - len(args))]
        ret = kind(getattr(self.table, name))(*map(pointer, args))
        return ctypes.c_int(ret & 0xffffffff).value

    def send(self, flags, seq, ack, sport=5000, payload=b""):
        head = struct.pack("!HHIIBBHHH", sport, 8080, seq, ack, 5 << 4, flags,
                           1000, 0, 0)
        ends = socket.inet_aton(self.remote) + socket.inet_aton(self.local)
        sum_ = checksum(ends + struct.pack("!HH", 6, len(head + payload)) +
                        head + payload)
        tcp = head[:16] + struct.pack("!H", sum_) + head[18:] + payload
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6,
                         0) + ends
        packet = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp
        assert self.call("netdev_send", packet, len(packet)) == 0

    def receive(self):
        buf, n = ctypes.create_string_buffer(65536), ctypes.c_size_t(65536)
        when = ctypes.c_longlong()
        assert self.call("netdev_receive", buf, ctypes.byref(n),
                         ctypes.byref(when)) == 0
        _, dport, seq, ack, _, flags = struct.unpack("!HHIIBB", buf.raw[20:34])
        return flags, seq, ack, when.value, buf.raw[40:n.value], dport

    def listen(self):
        fd = self.call("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
        addr = struct.pack("=H", socket.AF_INET) + struct.pack("!H", 8080) + \
            socket.inet_aton(self.local) + bytes(8)
        assert fd == 200, fd
        assert self.call("bind", fd, addr, 16) == 0
        assert self.call("listen", fd, 5) == 0
        return fd

    def established(self, fd):
        self.send(SYN, 100, 0)
        flags, seq, ack, *_ = self.receive()
        assert (flags, ack) == (SYNACK, 101)
        self.send(ACK, 101, seq + 1)
        conn = self.call("accept", fd, None, None)
        assert conn == 201, conn
        return conn, seq + 1

    def write(self, fd, data):
        return self.call("write", fd, data, len(data))


def shell(command):
    """system() of the program, and what it printed."""
    path = f"/tmp/doorbell-driver-{os.getpid()}"
    status = os.waitstatus_to_exitcode(os.system(f"{{ {command}; }} >{path} 2>&1"))
    with open(path, encoding="ascii") as f:
        out = f.read()
    os.unlink(path)
    return status, out


def settings(stack, _):
    """Written, read back, in force; what does not exist cannot be written."""
    sack = "/proc/sys/net/ipv4/tcp_syn_retries"
    assert shell(f"cat {sack}") == (0, "6\n")
    assert shell(f"echo 3 >{sack}; cat {sack}")[0] == 0
    assert shell(f"cat {sack}") == (0, "3\n")
    assert shell(f"echo no >{sack}")[0] == 0  # told on standard error
    assert shell(f"cat {sack}") == (0, "3\n")
    assert shell("echo 1 >/proc/sys/net/ipv4/tcp_no_such")[0] != 0
    assert shell("test -e /proc/sys/net/ipv4/tcp_no_such")[0] != 0
    rmem = "/proc/sys/net/ipv4/tcp_rmem"
    assert shell(f"echo '4096 100000 200000' >{rmem}")[0] == 0
    assert shell(f"cat {rmem}") == (0, "4096\t100000\t200000\n")
    plb = "/proc/sys/net/ipv4/tcp_plb_rehash_rounds"  # without effect
    assert shell(f"cat {plb}; echo 7 >{plb}") == (0, "12\n")
    assert shell(f"cat {plb}") == (0, "7\n")
    # The last: the route's advertised window follows it.
    stack.listen()
    stack.send(SYN, 100, 0)
    assert stack.receive()[0] == SYNACK


def past_the_table(stack, _):
    """The stack's descriptors, by calls of the program itself."""
    conn, seq = stack.established(stack.listen())
    info = ctypes.create_string_buffer(256)
    assert socket_option(conn, socket.TCP_INFO, info) == 0
    assert info.raw[0] == 1  # ESTABLISHED
    os.close(conn)
    flags, fin, *_ = stack.receive()
    assert flags & 1 and fin == seq


def socket_option(fd, name, buf):
    """getsockopt() as this program calls it."""
    with socket.socket() as real:  # Python asks for more than packetdrill
        os.dup2(real.fileno(), fd)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fd)
    value = sock.getsockopt(socket.IPPROTO_TCP, name, len(buf) - 1)
    sock.detach()
    buf[:len(value)] = value
    return 0


def disciplines(stack, _):
    """tc decides: a queue without room loses what TCP sends."""
    conn, seq = stack.established(stack.listen())
    assert shell("tc qdisc del dev tun0 root")[0] == 2
    assert shell("tc qdisc add dev tun0 root pfifo limit 0")[0] == 0
    assert shell("tc qdisc add dev tun0 root pfifo")[0] == 2
    assert stack.write(conn, b"lost") == 4
    shell("true")
    assert "TcpOutSegs" in shell("nstat")[1]
    status, out = shell("tc qdisc replace dev tun0 root none_such limit 9")
    assert status == 0, out
    assert shell("tc qdisc del dev tun0 root") == (0, "")
    _, first, *_, data, _ = stack.receive()  # the retransmission
    assert (first, data) == (seq, b"lost")


def counters(stack, _):
    """nstat, by its options; /proc/net is the stack's."""
    stack.listen()
    assert ":1F90 00000000:0000 0A" in shell("cat /proc/net/tcp")[1]
    stack.send(SYN, 100, 0)
    stack.receive()
    assert "TcpInSegs" in shell("nstat -n; nstat -a")[1]
    assert shell("nstat TcpInSegs")[1] == "#kernel\n"
    assert shell("nstat -z TcpInSegs")[1].split()[1:3] == ["TcpInSegs", "0"]
    assert shell("nstat -az 'Tcp*InSegs'")[1].split()[1:3] == ["TcpInSegs", "1"]


def two_scripts(stack, lib):
    """A second table is a second stack."""
    stack.established(stack.listen())
    assert shell("echo 2 >/proc/sys/net/ipv4/tcp_syn_retries")[0] == 0
    other = Stack(lib)
    assert shell("cat /proc/sys/net/ipv4/tcp_syn_retries") == (0, "6\n")
    other.established(other.listen())


def main():
    options = [a for a in sys.argv[1:] if a.startswith("-")]
    steps = [a for a in sys.argv[1:] if not a.startswith("-")]
    said = dict(o.split("=", 1) for o in options)
    mode = os.RTLD_NOW | os.RTLD_LOCAL | os.RTLD_NODELETE | os.RTLD_DEEPBIND
    if "init" in steps:
        assert shell("cat /proc/sys/net/ipv4/tcp_syn_retries") == (0, "6\n")
        assert shell("echo 4 >/proc/sys/net/ipv4/tcp_syn_retries")[0] == 0
    lib = ctypes.CDLL(said["--so_filename"], mode=mode)
    stack = Stack(lib, said.get("--local_ip", "192.168.0.1"),
                  said.get("--remote_ip", "192.0.2.1"))
    for step in steps:
        if step == "init":
            assert shell("cat /proc/sys/net/ipv4/tcp_syn_retries") == \
                (0, "4\n")
        else:
            globals()[step](stack, lib)
    print(shell("echo $DOORBELL_FOLDER")[1])


main()
