# SPDX-License-Identifier: MIT
"""Packet sockets as Debian's programs use them, unmodified: tcpdump beside a
transfer against QEMU's own capture, udhcpc, Python; and filters at random
against this machine's Linux."""
import base64
import re
import socket
import threading

import judge
from harness import doorbell, run

from doorbell_lib.network import GUEST_MAC

BUSYBOX = "/bin/busybox"


class Sink:
    """A listener on the host's loopback that counts what one client sends."""

    def __init__(self):
        self.s = socket.create_server(("127.0.0.1", 0))
        self.s.settimeout(60)
        self.port = self.s.getsockname()[1]
        self.got = 0
        self.t = threading.Thread(target=self.serve)
        self.t.start()

    def serve(self):
        conn, _ = self.s.accept()
        with conn:
            while data := conn.recv(65536):
                self.got += len(data)

    def end(self):
        self.t.join(60)
        self.s.close()
        return self.got


def sent_out(text, path):
    """A file that the script wrote between marks, in base64."""
    m = re.search(r"BEGIN\r?\n(.*?)\nEND", text, re.S)
    assert m, text[-4000:]
    path.write_bytes(base64.b64decode(m.group(1)))


def frames(path):
    """The frames of a capture and whether each is the guest's."""
    mac = bytes.fromhex(GUEST_MAC.replace(":", ""))
    return [(f[6:12] == mac, f) for f in map(bytes, judge.packets(path))]


TCPDUMP = """
/usr/bin/tcpdump -i eth0 -w /cap 'tcp port %d' &
sleep 1
busybox nc host %d </data
sleep 1
kill -INT $!
wait $!
echo ended $?
echo BEGIN
busybox base64 /cap
echo END
"""


def test_tcpdump_writes_what_qemu_captures(tmp_path):
    sink = Sink()
    (tmp_path / "data").write_bytes(bytes(range(256)) * 1200)
    (tmp_path / "script").write_text(TCPDUMP % (sink.port, sink.port))
    r = doorbell("run", "--with", "tcpdump", "--timeout", "60", "--pcap",
                 tmp_path / "wire.pcap", "--add", tmp_path / "script", "--add",
                 tmp_path / "data", BUSYBOX, "sh", "/script")
    assert sink.end() == 256 * 1200
    assert "ended 0" in r.out, r.out + r.err
    sent_out(r.out, tmp_path / "inside.pcap")
    inside = frames(tmp_path / "inside.pcap")
    wire = [(own, f) for own, f in frames(tmp_path / "wire.pcap")
            if f[12:14] == b"\x08\x00" and f[23] == 6]
    assert len(wire) > 200
    # Each direction in its order; both meet at different moments.
    for own in True, False:
        assert [f for o, f in inside if o == own] == \
            [f for o, f in wire if o == own]
    judge.assert_sound(tmp_path / "inside.pcap")
    n = len(wire)
    assert f"{n} packets captured" in r.out + r.err
    assert f"{n} packets received by filter" in r.out + r.err
    assert "0 packets dropped by kernel" in r.out + r.err


def test_tcpdump_lists_devices_and_counts(tmp_path):
    (tmp_path / "script").write_text("""
/usr/bin/tcpdump -D
/usr/bin/tcpdump --immediate-mode -n -c 4 -i eth0 icmp &
sleep 1
busybox ping -c 2 10.0.2.2
wait $!
echo ended $?
""")
    r = doorbell("run", "--with", "tcpdump", "--timeout", "60", "--add",
                 tmp_path / "script", BUSYBOX, "sh", "/script")
    out = r.out + r.err
    assert "ended 0" in out, out
    assert re.search(r"\d+\.eth0 \[Up, Running", out)
    assert re.search(r"\d+\.lo \[Up, Running, Loopback", out)
    for n in 0, 1:
        assert re.search(r"10\.0\.2\.15 > 10\.0\.2\.2: ICMP echo request, "
                         rf"id \d+, seq {n}, length 64", out)
        assert re.search(r"10\.0\.2\.2 > 10\.0\.2\.15: ICMP echo reply, "
                         rf"id \d+, seq {n}, length 64", out)
    assert "4 packets captured" in out


UDHCPC = """
cat >/dhcp <<'END'
#!/bin/sh
case $1 in
deconfig) busybox ip addr flush dev $interface
	busybox ip link set $interface up ;;
bound) busybox ip addr add $ip/$mask dev $interface
	echo lease $ip router $router dns $dns for $lease ;;
esac
END
chmod 755 /dhcp
busybox ip addr flush dev eth0
busybox udhcpc -f -n -q -i eth0 -s /dhcp
echo ended $?
busybox ip addr show eth0
busybox ping -c 1 10.0.2.2
"""


def test_udhcpc_gets_a_lease_and_sets_the_address(tmp_path):
    (tmp_path / "script").write_text(UDHCPC)
    r = doorbell("run", "--timeout", "60", "--add", tmp_path / "script",
                 BUSYBOX, "sh", "/script")
    assert "ended 0" in r.out, r.out + r.err
    assert "lease 10.0.2.15 router 10.0.2.2 dns 10.0.2.3 for 86400" in r.out
    assert "inet 10.0.2.15/24" in r.out.split("ended 0")[1]
    assert "1 packets received" in r.out


def test_busybox_arping_is_answered():
    r = doorbell("run", "--timeout", "60", BUSYBOX, "arping", "-c", "2", "-I",
                 "eth0", "10.0.2.2")
    assert r.status == 0, r.out + r.err
    assert "Received 2 response(s)" in r.out


# The host's side sends to the guest, to another station, to a group, to all.
SENDER = r"""
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for _ in range(200):
    for to in MAC, "020000000001", "01005e7f0001", "ffffffffffff":
        s.send(bytes.fromhex(to) + b"\2" * 6 + b"\x88\xb5" + b"x" * 50)
    time.sleep(.05)
"""
HEARER = r"""
import socket, struct, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
s.bind(("eth0", 0x88b5))
index = socket.if_nametoindex("eth0")
s.settimeout(.2)


def heard(seconds):
    kinds = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            kinds.add(s.recvfrom(100)[1][2])
        except TimeoutError:
            pass
    return sorted(kinds)


def phase(name):
    heard(.1) # what is on its way
    print(name, heard(.5))


while 0 not in heard(.3):
    pass
phase("plain")
for name, kind in ("promisc", 1), ("allmulti", 2):
    s.setsockopt(263, 1, struct.pack("iHH8x", index, kind, 0))
    phase(name)
    s.setsockopt(263, 2, struct.pack("iHH8x", index, kind, 0))
phase("again")
"""


def test_memberships_decide_what_the_card_hears(tmp_path):
    mac = GUEST_MAC.replace(":", "")
    (tmp_path / "send.py").write_text(SENDER.replace("MAC", repr(mac)))
    (tmp_path / "hear.py").write_text(HEARER)
    r = doorbell("run", "--net", "tap", "--timeout", "60", "--with", "python3",
                 "--peer", f"/usr/bin/python3 {tmp_path}/send.py tap0", "--add",
                 tmp_path / "hear.py", "python3", "/hear.py")
    assert r.status == 0, r.out + r.err
    for line in ("plain [0, 1]", "promisc [0, 1, 2, 3]",
                 "allmulti [0, 1, 2]", "again [0, 1]"):
        assert line in r.out, r.out


CAPABILITIES = r"""
import ctypes, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
ALL, RAW = (1 << 41) - 1, 1 << 13


def get():
    data = ctypes.create_string_buffer(24)
    libc.syscall(125, struct.pack("II", 0x20080522, 0), data)
    w = struct.unpack("6I", data.raw)
    return [w[i] | w[i + 3] << 32 for i in range(3)]


def put(*sets):
    low, high = ([s >> n & 0xffffffff for s in sets] for n in (0, 32))
    r = libc.syscall(126, struct.pack("II", 0x20080522, 0),
                     struct.pack("6I", *low, *high))
    return r and ctypes.get_errno()


def raw():
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
        return "may"
    except PermissionError:
        return "may not"


print(get() == [ALL, ALL, 0], raw())
print(put(ALL & ~RAW, ALL, 0), get() == [ALL & ~RAW, ALL, 0], raw())
print(put(ALL, ALL, 0), raw())
print(put(0, 0, 0), put(RAW, RAW, 0), raw(), get())
"""


def test_a_program_may_put_capabilities_down(tmp_path):
    (tmp_path / "c.py").write_text(CAPABILITIES)
    r = doorbell("run", "--net", "none", "--timeout", "60", "--with",
                 "python3", "--add", tmp_path / "c.py", "python3", "/c.py")
    assert r.status == 0, r.out + r.err
    out = r.out.replace("\r", "")
    assert "True may\n0 True may not\n0 may\n0 1 may not [0, 0, 0]\n" in out


PYTHON = r"""
import socket, struct, threading
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
raw.bind(("lo", 0x88b5))
cooked = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                       socket.htons(0x88b5))
cooked.sendto(b"cooked", ("lo", 0x88b5, 0, 1, b"\0" * 6))
print(cooked.recvfrom(100)[0], raw.recvfrom(100))
raw.send(b"\0" * 12 + b"\x88\xb5raw")
print(cooked.recvfrom(100))
all = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
all.bind(("lo", 3))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 5555))
u.sendto(b"once", ("127.0.0.1", 5555))
# Out and in: a device that loops shows both.
for _ in range(2):
    frame, name = all.recvfrom(100)
    print(frame[-4:], name)
print(raw.getsockname(), struct.unpack("II", all.getsockopt(263, 6, 8)))
"""


def test_python_says_inside_what_it_says_on_linux(tmp_path):
    script = tmp_path / "p.py"
    script.write_text(PYTHON)
    linux = run(["unshare", "-n", "sh", "-c",
                 f"ip link set lo up; exec /usr/bin/python3 {script}"])
    assert linux.status == 0, linux.err
    r = doorbell("run", "--net", "none", "--timeout", "60", "--with",
                 "python3", "--add", script, "python3", "/p.py")
    assert r.status == 0, r.out + r.err
    assert [x for x in r.out.replace("\r", "").splitlines()
            if not x.startswith("[")] == linux.out.splitlines()


# Programs at random: which may be attached, and how much of each datagram is
# kept by those that may.
FILTERS = r"""
import ctypes, random, socket, struct, zlib
rnd = random.Random(%d)
CODES = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x00, 0x60, 0x01, 0x61,
         0x81, 0xb1, 0x02, 0x03, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34,
         0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x94,
         0x9c, 0xa4, 0xac, 0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45,
         0x4d, 0x06, 0x16, 0x07, 0x87]
SPECIAL = [0xfffff000, 0xfffff004, 0xfffff014, 0xfffff01c, 0xfffff028,
           0xfffff02c, 0xfffff030, 0xfffff044, 0xfff00000, 0xfff00009,
           0xffe00000, 0xffe0000c, 0xffffffff, 0x7fffffff, 0x80000000]
tx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
rx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
rx.bind(("127.0.0.1", 7777))
rx.settimeout(0)
tx.bind(("127.0.0.1", 7778))
tx.connect(("127.0.0.1", 7777))
DATA = [bytes([7, 1, 2, 3, 250, 255, 0, 128] * 4), b"", b"\x45" + b"x" * 90]


def insn(left):
    code = rnd.choice(CODES) if rnd.random() < .97 else rnd.getrandbits(16)
    k = rnd.choice([rnd.randrange(40), rnd.randrange(4), rnd.choice(SPECIAL),
                    rnd.getrandbits(32)])
    near = left + (rnd.random() < .03)
    if code == 5 and rnd.random() < .97:
        k = rnd.randrange(near) if near else 0
    jt, jf = (rnd.randrange(min(near, 256)) if near else 0 for _ in "xx")
    return struct.pack("HBBI", code, jt, jf, k)


taken = 0
seen = []
for i in range(%d):
    n = rnd.choice([1, 2, 3, 4, 8, 20])
    prog = b"".join(insn(n - 1 - j) for j in range(n - 1))
    if rnd.random() < .5: # words that may be read
        prog = b"".join(struct.pack("HBBI", 2, 0, 0, j) for j in range(16)) + prog
    prog += struct.pack("HBBI", *rnd.choice([(0x16, 0, 0, 0), (6, 0, 0, 20)]))
    buf = ctypes.create_string_buffer(prog)
    opt = struct.pack("HxxxxxxP", len(prog) // 8, ctypes.addressof(buf))
    try:
        rx.setsockopt(socket.SOL_SOCKET, 26, opt)
    except OSError as e:
        seen.append((i, e.errno))
        continue
    taken += 1
    for d in DATA:
        tx.send(d)
        try:
            seen.append((i, len(rx.recv(1000))))
        except BlockingIOError:
            seen.append((i, -1))
print("taken", taken, "cut", sum(0 < x < 90 for _, x in seen))
for at in range(0, len(seen), 100):
    print(at, zlib.crc32(repr(seen[at:at + 100]).encode()))
"""


def test_random_filters_do_inside_what_they_do_on_linux(tmp_path):
    script = tmp_path / "f.py"
    script.write_text(FILTERS % (1, 1000))
    linux = run(["unshare", "-n", "sh", "-c",
                 f"ip link set lo up; exec /usr/bin/python3 {script}"])
    assert linux.status == 0, linux.err
    r = doorbell("run", "--net", "none", "--timeout", "100", "--with",
                 "python3", "--add", script, "python3", "/f.py")
    assert r.status == 0, r.out + r.err
    taken = int(re.search(r"taken (\d+)", linux.out).group(1))
    assert 200 < taken < 900
    assert [x for x in r.out.replace("\r", "").splitlines()
            if not x.startswith("[")] == linux.out.splitlines()
