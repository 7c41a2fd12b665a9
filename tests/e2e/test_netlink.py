# SPDX-License-Identifier: MIT
"""Debian's busybox sets the stack up by netlink: what its `ip` prints inside is
what the same binary prints in a namespace of this machine's Linux, but for the
differences that are listed here with their reasons."""
import os
import re
import pytest

from harness import doorbell, run

BUSYBOX = "/bin/busybox"

# Both sides begin with lo up and eth0 up with 10.0.2.15/24.
SCRIPT = """
ip addr add 192.0.2.9/24 brd + dev eth0
ip addr add 192.0.2.9/24 dev eth0
ip addr add 192.0.2.10/24 dev eth0
ip addr show eth0
ip route add 198.51.100.0/24 via 192.0.2.2 metric 7
ip route add 198.51.100.0/24 via 192.0.2.2 metric 7
ip route add 203.0.113.0/24 via 198.51.100.2
ip route add blackhole 203.0.113.0/24
ip route
ip route get 198.51.100.1
ip route get 203.0.113.1
ip route get 127.0.0.1
ip route show table local
ip addr del 192.0.2.10/24 dev eth0
ip addr show eth0
ip route del 198.51.100.0/24
ip route del 198.51.100.0/24
ip link set eth0 mtu 10
ip link set eth0 mtu 1400
ip link show eth0
ip link set eth0 down
ip route
ip link set nothere up
"""

NAMESPACE = """
ip link add eth0 type veth peer name far
ip link set lo up; ip link set far up; ip link set eth0 up
busybox ip addr add 10.0.2.15/24 brd + dev eth0
"""


def lines(text):
    """What `ip` says, without what must differ."""
    text = text.replace("\r", "")
    # The number of eth0, its peer, its qdisc and its address are the device's.
    text = re.sub(r"\d+: eth0(@far)?:", "N: eth0:", text)
    text = re.sub(r"qdisc \S+", "qdisc Q", text)
    text = re.sub(r"link/ether \S+", "link/ether MAC", text)
    # There is no IPv6 here.
    text = re.sub(r" *inet6 .*\n.*valid_lft.*\n", "", text)
    # A secondary address's own route prefers itself, on Linux the primary one.
    text = re.sub(r"(local 192\.0\.2\.10 .*src) \S+", r"\1 A", text)
    return [line.rstrip() for line in text.splitlines()
            if line.strip() and not line.startswith("[")]


@pytest.mark.skipif(not os.path.exists(BUSYBOX), reason="no busybox-static")
def test_busybox_ip_says_inside_what_it_says_on_linux(tmp_path):
    script = SCRIPT.replace("\nip ", "\nbusybox ip ")
    linux = run(["unshare", "-n", "sh", "-c",
                 NAMESPACE + "exec 2>&1\n" + script])
    inside = tmp_path / "script"
    inside.write_text("busybox ip route del default\n" + script)
    ours = doorbell("run", "--add", str(inside), BUSYBOX, "sh", "/script")
    want = lines(linux.out)
    assert len(want) > 25, linux.out + linux.err
    assert lines(ours.out + ours.err) == want
