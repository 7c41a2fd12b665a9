# SPDX-License-Identifier: MIT
"""802.1Q: what the guest sends through eth0.5 carries the tag 5 on the wire,
put in by the card or by software. The other end is an access port: it takes
the tag out on the way to a host that knows of no VLAN, and puts it in on the
way back."""
import re
import socket

import pytest

import judge
from doorbell_lib.network import GUEST_MAC
from doorbell_lib.transfer import Listener
from harness import BUILD, assert_no_leak, doorbell, noise, sha256
from link import GUEST, HOST, NETMASK, Impairment, Link

PORT, TAG = 9000, b"\x81\x00\x00\x05"


class Untag(Impairment):
    """To the host: the tag goes; what has none is not for this VLAN."""

    def through(self, frame):
        self.counts["frames"] += 1
        if frame[12:16] != TAG:
            self.counts["lost"] += 1
            return []
        return [frame[:12] + frame[16:]]


class Tag(Impairment):
    """To the guest."""

    def through(self, frame):
        self.counts["frames"] += 1
        return [frame[:12] + TAG + frame[12:]]


def cross(tmp_path, size, script, *words, ip=True):
    """Send a file by a script in the guest; the result and the capture. The
    address that the command line gives is eth0.5's, or there is none."""
    data = noise(size)
    (tmp_path / "data.bin").write_bytes(data)
    (tmp_path / "script").write_text(
        f"{script}\n/bin/send --timeout 60 /data.bin tcp://{HOST}:{PORT}\n")
    pcap = str(tmp_path / "run.pcap")
    with Link(Untag(), Tag()) as link:
        launch = [w.replace("::eth0:off", "::eth0.5:off") if ip else
                  "ip=off" if w.startswith("ip=") else w
                  for w in link.launcher_words(pcap)]
        listener = Listener(link.namespace.socket(socket.SOCK_STREAM,
                                                  (HOST, PORT)))
        listener.start()
        try:
            r = doorbell("run", *launch, *words, "--append", "quiet",
                         "--stats", "--timeout", 100,
                         "--add", f"{tmp_path}/data.bin:data.bin",
                         "--add", f"{tmp_path}/script:script",
                         "--add", f"{BUILD}/apps/send:bin/send",
                         "busybox", "sh", "/script")
        finally:
            listener.stop()
    assert r.status == 0, r.out + r.err
    assert listener.sha256() == sha256(data)
    assert_no_leak(r)
    judge.assert_sound(pcap, by_card=True)
    sent = judge.tshark(pcap, f"eth.src == {GUEST_MAC} && tcp.len > 0",
                        "vlan.id", "vlan.priority")
    assert {tuple(row) for row in sent} == {("5", "0")}
    return sent


@pytest.mark.parametrize("words", [[], ["--offload"]],
                         ids=["card inserts", "card inserts, sums and cuts"])
def test_a_file_crosses_a_vlan(tap, tmp_path, words):
    sent = cross(tmp_path, 2 << 20, "", "--append", "vlan=eth0.5:eth0",
                 *words)
    assert len(sent) > 1000


def test_a_file_crosses_a_vlan_made_by_vconfig(tap, tmp_path):
    sent = cross(tmp_path, 2 << 20, f"""
        ifconfig eth0 0.0.0.0 up
        vconfig add eth0 5
        ifconfig eth0.5 {GUEST} netmask {NETMASK} up""", ip=False)
    assert len(sent) > 1000


def test_a_file_crosses_a_vlan_made_by_ip(tap, tmp_path):
    sent = cross(tmp_path, 300000, f"""
        ip=/usr/sbin/ip
        $ip link set eth0 up
        $ip link add link eth0 name eth0.5 type vlan id 5
        $ip addr add {GUEST}/24 dev eth0.5
        $ip link set eth0.5 up""", "--with", "iproute2", ip=False)
    assert len(sent) > 100


# What ip says, and how it ends.
MADE = """
0 ip link add link eth0 name eth0.5 type vlan id 5
0 ip link add link eth0 mtu 1400 type vlan id 9
2 ip link add link eth0 name x type vlan id 5
2 ip link add link eth0 name x type vlan id 4095
2 ip link add link eth0 name x type vlan
2 ip link add link lo name x type vlan id 7
2 ip link add name x type vlan id 7
2 ip link add link eth0 name eth0 type vlan id 7
2 ip link add link eth0 name x type vlan id 7 protocol 802.1ad
2 ip link add link eth0 name x type vlan id 7 reorder_hdr off
2 ip link add link eth0 name x mtu 10 type vlan id 7
2 ip link add link eth0 index 77 name x type vlan id 7
2 ip link add name x type bridge
0 ip link del vlan0
1 ip link del vlan0
2 ip link del eth0
0 ip link set eth0.5 name v5
"""
SAID = """
Error: VLAN device already exists.
Error: Invalid VLAN id.
Error: VLAN properties not specified.
Error: VLANs not supported on device.
Error: link not specified.
RTNETLINK answers: File exists
Error: Invalid VLAN protocol.
Error: Invalid VLAN flags.
Error: mtu less than device minimum.
Error: An index cannot be chosen.
Error: Unknown device type.
Cannot find device "vlan0"
RTNETLINK answers: Operation not supported
"""


def test_ip_makes_and_removes_devices(tmp_path):
    want = [line.split(" ", 1) for line in MADE.strip().splitlines()]
    script = "".join(f"/usr/sbin/{words}; echo = $?\n" for _, words in want)
    (tmp_path / "script").write_text(
        f"{script}ip=/usr/sbin/ip\n$ip -d link show v5; $ip -br link\n"
        "ls /sys/class/net\n")
    r = doorbell("run", "--append", "quiet", "--timeout", 60, "--with",
                 "iproute2", "--add", f"{tmp_path}/script:script", "busybox",
                 "sh", "-c", "exec 2>&1; . /script")
    said = r.out.replace("\r", "").splitlines()
    ended = [line[2:] for line in said if line.startswith("= ")]
    assert ended == [status for status, _ in want], r.out
    assert [line for line in said if re.match("Error|RTNET|Cannot", line)] \
        == SAID.strip().splitlines(), r.out
    text = "\n".join(said)
    assert "v5@eth0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop" in text, text
    assert "vlan protocol 802.1Q id 5 <REORDER_HDR>" in text, text
    assert not re.search(r"(?m)^x[@ ]|eth0\.", text[text.index("vlan p"):])


def test_software_inserts_where_the_card_may_not(tap, tmp_path):
    """ethtool -K txvlan off, as Debian's ethtool says it, in mid-life."""
    cross(tmp_path, 300000, "/usr/sbin/ethtool -K eth0 txvlan off",
          "--append", "vlan=eth0.5:eth0", "--with", "ethtool")
