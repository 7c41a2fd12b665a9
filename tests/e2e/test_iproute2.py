# SPDX-License-Identifier: MIT
"""Debian's iproute2, unmodified: what it prints inside is what the same binary
prints in a namespace of this machine's Linux, but for the differences that are
listed here with their reasons."""
import re

from harness import doorbell, run

# Both sides begin with lo and eth0 up and eth0 with 10.0.2.15/24. A namespace
# has this host's settings of these at first.
NAMESPACE = """
cd FOLDER
echo 0 >/proc/sys/net/ipv4/ip_forward
for i in all default lo; do echo 0 >/proc/sys/net/ipv4/conf/$i/rp_filter; done
ip link add eth0 txqueuelen 1000 numtxqueues 1 type veth peer name far
ip link set lo up; ip link set far up; ip link set eth0 up
ip addr add 10.0.2.15/24 brd + dev eth0
"""


def both(tmp_path, packages, script, before="true"):
    """What a shell script prints, on Linux (there after another one) and
    inside, without blank lines and the kernel's own."""
    path = tmp_path / "script"
    # busybox's shell would take its own ip.
    path.write_text(re.sub(r"(?m)^(ip|tc) ", r"/sbin/\1 ", script))
    linux = run(["unshare", "-n", "sh", "-c",
                 NAMESPACE.replace("FOLDER", str(tmp_path)) +
                 f"{before}\nexec 2>&1\n. {path}"])
    ours = doorbell("run", "--timeout", "100", "--with", packages, "--add",
                    f"{path}:script", "busybox", "sh", "-c",
                    "exec 2>&1; . /script")
    return lines(linux.out), lines(ours.out)


def lines(text):
    """Words parted by one blank; widths of columns are by their content."""
    split = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in split if line and not line.startswith("[ ")]


SOCKETS = r"""
import socket, subprocess, sys
def tcp():
    s = socket.socket()
    # Whatever this host begins with.
    s.setsockopt(socket.SOL_TCP, socket.TCP_CONGESTION, b"cubic")
    return s
def udp():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener = tcp()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 9000))
listener.listen(7)
client = tcp()
client.connect(("127.0.0.1", 9000))
server, _ = listener.accept()
client.send(b"x" * 100)
old = tcp()
old.connect(("127.0.0.1", 9000))
other, _ = listener.accept()
old.close()
other.recv(1)
other.close()
bound = udp()
bound.bind(("0.0.0.0", 5353))
asks = udp()
asks.connect(("127.0.0.1", 5353))
asks.send(b"abc")
for command in sys.stdin.read().strip().split("\n"):
    print("+", command, flush=True)
    subprocess.run(command, shell=True)
for s in (server, client, listener):
    try:
        print(len(s.recv(200)))
    except OSError as e:
        print(e)
"""

SS = """
ss -tanpiem
ss -uanem
ss -lnt
ss -s
ss -tn state time-wait
ss -tan dst 127.0.0.1 and dport = :9000
ss -tan '( sport > :9000 or dst 10/8 ) and not dport = :22'
ss -tan 'sport = :9000 or dport = :9001'
ss -tan autobound
ss -wan
ss -K -tn dst 127.0.0.1 and dport = :9000
ss -tan
ss -tan state nonsense
"""


def sockets(said):
    """What ss says, without what must differ: the order, by a random hash."""
    commands = []
    for line in map(socket_line, said):
        if line.startswith("+"):
            commands.append([line])
        elif line.startswith("skmem"):
            commands[-1][-1] += " " + line
        elif "find cgroup2 mount" not in line:  # a machine may have none
            commands[-1].append(line)
    return [c[:1] + sorted(c[1:]) for c in commands]


def socket_line(text):
    """A line without the values that must differ."""
    # An ephemeral port is random. "PortProcess": the columns' widths again.
    text = re.sub(r"127\.0\.0\.1:[3-6]\d{4}\b", "127.0.0.1:E", text)
    text = re.sub(r"Port ?Process", "Port Process", text)
    # No control groups; the cookie is a hash instead of a count.
    text = re.sub(r" (sk:\w+|cgroup:\S+)", "", text)
    text = re.sub(r"(\bino:|\bpid=)[1-9]\d*", r"\1N", text)
    # Sizes are those of our structures and sysctls; what is charged ahead of
    # its use (f) is always 0.
    text = re.sub(r"skmem:\S+", lambda m: re.sub(r"\d+", "N", m[0]), text)
    text = re.sub(r"^UNCONN \d+", "UNCONN N", text)
    # Counters are the same; times and rates are the machine's, and the MSS of
    # lo and the window's scale follow from the buffers.
    text = re.sub(r"\b(?!bytes_|segs_|data_segs_|delivered:|cwnd:)"
                  r"([a-z]+):[\d./,]+(m?s|sec)?\b", r"\1:N", text)
    text = re.sub(r"\b(send|\w+_rate) \d+bps", r"\1 N", text)
    text = re.sub(r"(rcv_space|rcv_ssthresh|snd_wnd):\d+", r"\1:N", text)
    text = re.sub(r"timewait,5\dsec", "timewait,N", text)
    # Here 100 bytes take longer than what counts as no time.
    text = re.sub(r" busy:N", "", text)
    # Linux counts sockets of all families and the namespaces' TCP together.
    text = re.sub(r"^Total: \d+", "Total: N", text)
    return re.sub(r"^(TCP:) \d+ \((.*)closed \d+", r"\1 N (\2closed N", text)


def test_ss(tmp_path):
    linux, ours = both(tmp_path, "iproute2,python3",
                       f"python3 -c '{SOCKETS}' <<'END'{SS}END\n")
    linux, ours = sockets(linux), sockets(ours)
    assert len(linux) == 13 and len(linux[0]) == 6, linux
    assert ours == linux


FAMILIES = r"""
import os, re, socket, subprocess
def unix(kind=socket.SOCK_STREAM, name=None, backlog=None):
    s = socket.socket(socket.AF_UNIX, kind)
    if name:
        s.bind(name)
    if backlog:
        s.listen(backlog)
    return s
listener = unix(name="\0abstract\0name", backlog=3)
client, waits = unix(), unix()
client.connect("\0abstract\0name")
server, _ = listener.accept()
waits.connect("\0abstract\0name")
bound = unix(socket.SOCK_DGRAM, "bound.sock")
a, b = socket.socketpair(type=socket.SOCK_SEQPACKET)
packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
packet.bind(("lo", 0x800))
cooked = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
route.bind((4711, 0x41))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 89)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 7))
tcp = socket.socket()
tcp.bind(("127.0.0.1", 7))
tcp.listen(1)
inodes = {}
for name, s in list(globals().items()):
    if isinstance(s, socket.socket):
        inodes[os.fstat(s.fileno()).st_ino] = name
# Columns: the number; what counts references; the kernel's address.
for name, number, *rest in (("unix", 6, 0, 1), ("packet", 8, 0, 1),
                            ("netlink", 9, 0, 7), ("raw", 9, 0, 10, 11),
                            ("udp", 9, 0, 10, 11), ("tcp", 9, 11)):
    with open("/proc/net/" + name) as f:
        lines = f.read().splitlines()
    print(re.sub(" +", " ", lines[0]))
    found = []
    for words in map(str.split, lines[1:]):
        # Linux has its own netlink sockets, of port 0.
        if name == "netlink" and words[2] != "4711":
            continue
        words[number] = inodes.get(int(words[number]), words[number])
        for column in rest:
            words[column] = "-"
        found.append(" ".join(words))
    print(*sorted(found), sep="\n")
os.environ.update(PROC_NET_UNIX="/proc/net/unix",
                  PROC_NET_PACKET="/proc/net/packet")
for command in "ss -xanp", "ss -0anp", "ss -tanp", "ss -uanp", "ss -wanp":
    print("+", command)
    said = subprocess.run(command.split(), capture_output=True, text=True)
    found = []
    for words in map(str.split, said.stdout.splitlines()):
        if words[0][:2] == "u_":
            words[5] = inodes.get(int(words[5]), words[5])
        found.append(" ".join(words))
    print(*sorted(re.sub(r"pid=\d+", "pid=N", line) for line in found),
          sep="\n")
"""


def test_sockets_of_all_families_have_their_numbers(tmp_path):
    """/proc/net and fstat() agree, and ss names the process."""
    linux, ours = both(tmp_path, "iproute2,python3",
                       f"python3 <<'END'{FAMILIES}END\n")
    assert any("abstract" in line and "users:" in line for line in ours), ours
    # Of a datagram socket ss says so if the kernel shows its address.
    linux = [line.replace("u_dgr ESTAB", "u_dgr UNCONN") for line in linux]
    assert ours == linux


NEIGH = """
ip neigh add 10.0.2.9 lladdr 02:00:00:00:00:09 dev eth0
ip neigh add 10.0.2.9 lladdr 02:00:00:00:00:09 dev eth0
ip neigh change 10.0.2.10 lladdr 02:00:00:00:00:0a dev eth0
ip neigh replace 10.0.2.10 lladdr 02:00:00:00:00:0a dev eth0 nud stale
ip neigh replace 10.0.2.11 lladdr 02:00:00:00:00:0b dev eth0 nud reachable
ip neigh replace 10.0.2.12 lladdr 02:00:00:00:00:0c dev eth0 nud noarp
ip neigh replace 10.0.2.13 dev eth0 nud failed
ip neigh add 10.0.2.14 dev eth0 nud permanent
ip neigh add 10.0.2.14 lladdr 02:00:00:00:00:0c dev nothere
ip neigh show
ip neigh show nud all
ip -s neigh show nud permanent
ip neigh show nud stale
ip neigh change 10.0.2.10 lladdr 02:00:00:00:00:aa dev eth0
ip neigh get 10.0.2.10 dev eth0
ip neigh get 10.0.2.77 dev eth0
ip neigh del 10.0.2.9 dev eth0
ip neigh del 10.0.2.9 dev eth0
ip neigh show
ip neigh flush dev eth0
ip neigh show
ip neigh flush dev eth0 nud noarp
ip neigh show nud all
ip -6 neigh show
"""


def test_neigh(tmp_path):
    linux, ours = both(tmp_path, "iproute2",
                       "ip neigh flush all\necho begin\n" + NEIGH)
    # On Linux an entry that was refused stays, without a state; and IPv6.
    linux = [x for x in linux if x != "10.0.2.14 dev eth0"
             and not x.startswith("ff02:")]
    # Order is by hash; how often it is referred to, and when it was used.
    linux, ours = (sorted(re.sub(r"(ref \d+ )?used \S+", "used N", line)
                          for line in side[side.index("begin"):])
                   for side in (linux, ours))
    assert len(linux) > 22, linux
    assert ours == linux


TC = """
tc qdisc show
tc qdisc replace dev eth0 root pfifo limit 100
tc qdisc show dev eth0
tc qdisc add dev eth0 root handle 5: pfifo
tc qdisc add dev eth0 root bfifo
tc qdisc replace dev eth0 root handle 5: bfifo limit 30000
tc -s qdisc show dev eth0
tc qdisc change dev eth0 root bfifo limit 40000
tc qdisc show dev eth0
tc qdisc change dev eth0 root pfifo limit 40
tc qdisc show dev eth0
tc class show dev eth0
tc qdisc add dev eth0 parent 7:1 handle 10: pfifo limit 5
tc filter show dev eth0
tc filter add dev eth0 parent 1: protocol ip prio 1 u32 match ip dport 22 0xffff flowid 1:1
tc qdisc add dev eth0 root handle 2: nonsense
tc qdisc add dev nothere root pfifo
tc qdisc del dev eth0 root handle 9:
tc qdisc del dev eth0 root
tc qdisc del dev eth0 root
tc qdisc show dev eth0
tc qdisc add dev eth0 root mq
tc qdisc add dev eth0 root pfifo_fast
tc qdisc show dev eth0
tc -j qdisc show dev eth0
tc qdisc replace dev eth0 root noqueue
tc qdisc add dev eth0 root nonsense
"""


def qdiscs(said):
    """What tc says, without what must differ."""
    text = "\n".join(said)
    # The other end of Linux's veth.
    text = re.sub(r"qdisc noqueue 0: dev far .*\n", "", text)
    # A veth's default is no queue, the e1000's pfifo_fast.
    text = re.sub(r"qdisc \S+ 0: (dev eth0 )?root .*", r"default \1", text)
    # Linux counts handles for all namespaces.
    return re.sub(r"\b8[0-9a-f]{3}:", "8N:", text).split("\n")


def test_tc(tmp_path):
    # IPv6 would say something of its own, and be counted.
    quiet = "echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6"
    linux, ours = map(qdiscs, both(tmp_path, "iproute2", TC, quiet))
    assert len(linux) > 20, linux
    assert ours == linux


PRIO = """
tc qdisc replace dev eth0 root handle 1: prio bands 4
tc qdisc add dev eth0 parent 1:2 handle 20: pfifo limit 5
ping -q -c 3 -i 0.2 host
tc -s qdisc show dev eth0
tc -s class show dev eth0
tc qdisc del dev eth0 parent 1:2
tc qdisc show dev eth0
"""


def test_tc_prio_counts_what_goes_through(tmp_path):
    """Not compared: prio is a module that a machine's kernel may not have."""
    path = tmp_path / "script"
    path.write_text(PRIO.replace("\ntc ", "\n/sbin/tc "))
    said = lines(doorbell("run", "--with", "iproute2", "--add",
                          f"{path}:script", "busybox", "sh", "/script").out)
    priomap = "priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1"
    first = said.index(f"qdisc prio 1: root refcnt 2 bands 4 {priomap}")
    sent = [re.match(r"Sent (\d+) bytes (\d+) pkt", line) for line in said]
    packets = [int(m[2]) for m in sent if m]
    # prio, 20:, and classes 1 to 4, of which 2 has 20:
    assert len(packets) == 6 and packets[0] >= 3, said
    assert packets[0] == packets[1] == packets[3], said
    assert "qdisc pfifo 20: parent 1:2 limit 5p" in said[first:]
    assert said[-1] == said[first]


# What a change looks like to who watches, then what one can ask.
CHANGES = """
ip neigh flush all
ip monitor link address route neigh >/tmp/news 2>&1 &
sleep 1
ip addr add 192.0.2.9/24 brd + dev eth0
ip route add 198.51.100.0/24 via 192.0.2.2 metric 7
ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:01 dev eth0 nud reachable
ip neigh change 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0 nud stale
ip neigh del 192.0.2.2 dev eth0
ip route del 198.51.100.0/24
ip addr del 192.0.2.9/24 dev eth0
ip link set eth0 mtu 1400
ip link set eth0 down
ip link set eth0 up
sleep 1
kill $!
cat /tmp/news
"""


def plain(said):
    """What ip says, without what must differ."""
    text = "\n".join(said) + "\n"
    # There is no IPv6 here, and the other end of Linux's veth says that it
    # loses and finds its carrier.
    text = re.sub(r"(?m)^.*(inet6|fe80:|ff0[012]::|::1).*\n"
                  r"(valid_lft.*\n)?", "", text)
    text = re.sub(r"(?m)^.*(dev far|\d: far|far@eth0|LOWERLAYERDOWN).*\n"
                  r"( *link/ether.*\n)?", "", text)
    # The number of eth0, its qdisc and its address are the device's.
    text = re.sub(r"\b\d+: eth0(@far)?", "N: eth0", text)
    text = re.sub(r"qdisc \S+", "qdisc Q", text)
    text = re.sub(r"link/ether \S+", "link/ether MAC", text)
    return text.splitlines()


def test_ip_monitor(tmp_path):
    # An address's routes are told in another order.
    linux, ours = (sorted(plain(side))
                   for side in both(tmp_path, "iproute2",
                                    "mkdir -p /tmp\n" + CHANGES))
    # On Linux an address's local route stays while its link is down.
    ours.remove("local 10.0.2.15 dev eth0 table local proto kernel scope host "
                "src 10.0.2.15")
    assert len(linux) > 17, linux
    assert ours == linux


ASKED = """
ip -s -s link show lo
ip link show eth0
ip -4 -br addr show lo
ip route
ip route show table local
ip route get 10.0.2.77
ip route get 127.0.0.1
ip route get 10.0.2.15
ip route get 203.0.113.1
ip route get 10.0.2.255
ip route get fibmatch 10.0.2.77
ip route get 10.0.2.77 from 10.0.2.15
ip route get 10.0.2.77 mark 5
ip rule
ip rule show table main
ip link add name d type nonsense
ip link del nothere
ip link set eth0 name lo
ip link set eth0 mtu 10
ip addr add 300.1.1.1/24 dev eth0
ip addr add 10.0.9.1/24 dev eth0 label eth0:1
ip addr show label eth0:1
ip -4 -o addr
ip route add 198.51.100.0/24 via 10.0.2.9 table default
ip route show table default
ip route get 198.51.100.7
ip -N route get fibmatch 198.51.100.7
ip neigh replace 10.0.2.9 lladdr 02:00:00:00:00:09 dev eth0
ip addr flush dev eth0
ip -4 addr
ip neigh
ip route
ip route show table default
"""


def test_ip_shows_and_finds(tmp_path):
    linux, ours = (plain(side)
                   for side in both(tmp_path, "iproute2",
                                    "ip route replace default via 10.0.2.2\n"
                                    "echo begin\n" + ASKED))
    linux, ours = (side[side.index("begin"):] for side in (linux, ours))
    assert len(linux) > 45, linux
    assert ours == linux


ADDRESSES = """
ip addr add 10.1.0.1/24 dev eth0
ip addr add 10.1.0.2/24 dev eth0
ip route add 198.51.100.0/24 via 10.1.0.9 src 10.1.0.2
ip route add 198.51.101.0/24 via 10.0.2.2 src 10.1.0.1
ip addr del 10.1.0.2/24 dev eth0
ip route
ip addr add 10.3.0.1 peer 10.3.0.2 dev eth0
ip addr add 10.3.0.1 peer 10.3.0.3 dev eth0
ip addr add 10.3.0.1 peer 10.3.0.3 dev eth0
ip addr add 10.3.0.4 peer 10.3.1.0/24 dev eth0
ip -4 addr show dev eth0
ip route
ip addr del 10.3.0.1 peer 10.3.0.3 dev eth0
ip -4 addr show dev eth0
ip route
ip route get 10.3.0.1
ip addr add 10.0.2.15/25 dev eth0
ip addr del 10.0.2.15/25 dev eth0
ip addr add 10.4.0.1/0 dev eth0
ip route
ip route get 10.0.2.15
ip addr del 10.4.0.1/0 dev eth0
ip route
"""


def test_routes_come_and_go_with_addresses(tmp_path):
    linux, ours = (plain(side)
                   for side in both(tmp_path, "iproute2",
                                    "ip route replace default via 10.0.2.2\n"
                                    "echo begin\n" + ADDRESSES))
    linux, ours = (side[side.index("begin"):] for side in (linux, ours))
    assert len(linux) > 45, linux
    assert ours == linux


SETTINGS = """
ip -4 netconf show
ip -4 netconf show dev eth0
ip -4 ntable show
ip link del lo
ip link add name eth0 type nonsense
"""


def test_ip_shows_settings(tmp_path):
    linux, ours = ("\n".join(side)
                   for side in both(tmp_path, "iproute2", SETTINGS))
    linux = re.sub(r"inet far .*\n", "", linux)
    # On Linux each device has parameters of its own, and a proxy.
    linux = re.sub(r"inet arp_cache\ndev .*\n(?:(?!inet|RTNET).*\n)*", "",
                   linux)
    linux = re.sub(r"anycast_delay .* (?=locktime)", "", linux)
    # A random share of the base.
    linux, ours = (sorted(re.sub(r" reachable \d+", "", side).splitlines())
                   for side in (linux, ours))
    assert sum("forwarding off" in line for line in linux) == 5, linux
    assert ours == linux


# Connections, refusals, errors and echoes whose number is nobody's timing.
TRAFFIC = """
import socket, subprocess
listener = socket.create_server(("127.0.0.1", 9000))
client = socket.create_connection(("127.0.0.1", 9000))
server, _ = listener.accept()
client.sendall(b"x" * 100)
server.recv(100)
client.close()
server.recv(1)
server.close()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.connect(("127.0.0.1", 5))
udp.send(b"nobody is there")
for ask in (lambda: udp.recv(1),
            lambda: socket.create_connection(("127.0.0.1", 9))):
    try:
        ask()
    except OSError as e:
        print(e)
subprocess.run(["ping", "-q", "-c", "3", "-i", "0.2", "127.0.0.1"],
               stdout=subprocess.DEVNULL)
"""


def counters(said):
    """What nstat prints, by name."""
    rows = map(str.split, said[said.index("#kernel") + 1:])
    return {name: int(value) for name, value, *_ in rows}


def test_nstat_counts_as_on_linux(tmp_path):
    linux, ours = both(tmp_path, "iproute2,python3,iputils-ping",
                       f"python3 -c '{TRAFFIC}'\n"
                       "export NSTAT_HISTORY=history\nnstat -az\n")
    assert ours[:2] == linux[:2]
    linux, ours = counters(linux), counters(ours)
    # What only Doorbell counts: bytes sent by reference, and refused options.
    assert {name for name in ours if name not in linux} == {
        "DoorbellSentByReference", "DoorbellCopiedAfterAll",
        "TcpExtTCPBadOptions"}
    # IPv6, UDP-Lite, MPTCP and Linux's count of ICMP by number are not there;
    # nor are counts by ECN's bits, which each packet would pay.
    linux = {name: value for name, value in linux.items() if not re.match(
        "Icmp6|Ip6|Udp6|UdpLite|MPTcpExt|IcmpMsg|IpExtIn(NoECT|ECT|CE)", name)}
    # By header prediction or not: the short ways are others.
    other = {"TcpExtTCPHPHits", "TcpExtTCPHPAcks", "TcpExtTCPPureAcks"}
    assert {n: v for n, v in linux.items() if n not in other and
            v != ours.get(n, 0)} == {}
    assert ours["TcpAttemptFails"] == 1 and ours["IcmpInEchos"] == 3


# Sysctls whose value is another here: what a machine of another size or this
# host's owner chooses; a secret; and compressed ACKs, which are off here.
OTHER_VALUES = re.compile(
    r"net\.ipv4\.tcp_((available_|allowed_)?congestion_control|fastopen_key|"
    r"rmem|wmem|max_syn_backlog|max_tw_buckets|comp_sack_nr|"
    r"limit_output_bytes)$|net\.core\.|net\.ipv4\.ipfrag_high_thresh$")
# Sysctls that Linux has in its first namespace only.
FIRST_ONLY = {"net.core.netdev_max_backlog", "net.ipv4.tcp_mem",
              "net.ipv4.tcp_max_orphans"}


def test_sysctl_has_linux_names_and_defaults(tmp_path):
    linux, ours = ({name: value for name, value in
                    (line.split(" = ", 1) for line in side if " = " in line)
                    if name.startswith("net.")}
                   for side in both(tmp_path, "procps",
                                    "/sbin/sysctl -a 2>/dev/null\n"))
    assert len(ours) > 80 and set(ours) - set(linux) <= FIRST_ONLY
    assert {n: v for n, v in ours.items() if n in linux and
            v != linux[n] and not OTHER_VALUES.match(n)} == {}
