# SPDX-License-Identifier: MIT
"""A network or a peer that does not play along: the program gets the errno
that Linux would give, at the right time by the guest's own clock, and the
machine ends in order."""
import re

import pytest

import judge
from harness import doorbell, noise, sha256


# --- the peer ---------------------------------------------------------------
def test_a_slow_reader_gets_everything(net):
    data = noise(3 << 20)
    r = net.send(data, *net.peer("tcp", "--rcvbuf", 16384, "--chunk", 32768,
                                 "--slow-ms", 10))
    assert r.status == 0, r.out + r.err
    assert net.report()[0]["sha256"] == sha256(data)


def test_zero_window_for_3_seconds_is_probed_and_survived(tap_net):
    data = noise(12 << 20)
    r = tap_net.send(data, *tap_net.peer(
        "tcp", "--rcvbuf", 65536, "--pause-s", 3, "--pause-after", 100000))
    assert r.status == 0, r.out + r.err
    assert tap_net.report()[0]["sha256"] == sha256(data)
    closed = judge.tshark(tap_net.pcap, "ip.src == 192.168.77.1 && "
                          "tcp.window_size_value == 0",
                          "frame.time_relative")
    assert closed, "the window never closed"
    # RFC 9293, section 3.8.6.1: it is probed while it is closed.
    start = float(closed[0][0])
    probes = [t for t in judge.from_guest(tap_net.pcap, "tcp")
              if start + 0.1 < t < start + 2.9]
    assert 1 <= len(probes) < 40, probes


def test_a_reader_that_stops_over_the_user_network(user_net):
    data = noise(12 << 20)
    r = user_net.send(data, *user_net.peer(
        "tcp", "--rcvbuf", 65536, "--pause-s", 3, "--pause-after", 100000))
    assert r.status == 0, r.out + r.err
    assert user_net.report()[0]["sha256"] == sha256(data)


def test_an_early_close_is_epipe(tap_net):
    r = tap_net.send(noise(8 << 20), *tap_net.peer(
        "tcp", "--rcvbuf", 65536, "--chunk", 4096, "--close-after", 4096))
    assert r.status == 1
    assert re.search(r"Broken pipe", r.out), r.out


def test_a_reset_is_econnreset(tap_net):
    r = tap_net.send(noise(8 << 20), *tap_net.peer(
        "tcp", "--chunk", 65536, "--reset-after", 65536))
    assert r.status == 1
    assert re.search(r"Connection reset", r.out), r.out


def test_no_listener_is_econnrefused_at_once(net):
    r = net.send(b"x", url=f"tcp://host:{net.port}")
    assert r.status == 1
    assert re.search(r"Connection refused", r.out), r.out
    syns = judge.from_guest(net.pcap, "tcp.flags.syn == 1")
    assert len(syns) == 1, "a refused SYN is not sent again"


def test_udp_to_a_closed_port_is_econnrefused(tap_net):
    """The host's ICMP port unreachable reaches a connected socket."""
    # The card hears nothing in its first second: keep on for three.
    r = tap_net.send(noise(6000), url="udp://host:9",
                     options=["--udp-size", 100, "--rate", 20])
    assert r.status == 1
    assert "Connection refused" in r.out, r.out + r.err


# --- the link ---------------------------------------------------------------
def test_no_arp_reply_is_ehostunreach_in_3_seconds(tap_net):
    r = tap_net.send(b"x", url="tcp://192.168.77.99:9")
    assert r.status == 1
    assert re.search(r"Host is unreachable", r.out), r.out
    asked = judge.from_guest(tap_net.pcap,
                             "arp.dst.proto_ipv4 == 192.168.77.99")
    # RFC 1122, section 2.3.2.1: at most one a second. The third SYN is due in
    # the millisecond in which the entry fails (1 s + 2 s): when it comes just
    # after, it opens a second round, which the halt waits for.
    assert len(asked) in (3, 6), asked
    for one, two in zip(asked, asked[1:]):
        assert 0.9 < two - one < 2.0, asked


def test_no_route_is_enetunreach(tap_net):
    r = tap_net.send(b"x", "--append",
                     "ip=192.168.77.2:::255.255.255.0::eth0:off",
                     url="tcp://198.51.100.1:9")
    assert r.status == 1 and "Network unreachable" in r.out, r.out


def test_no_card_is_told_and_enetunreach(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x")
    r = doorbell("run", "--net", "none", "--timeout", 60, "--append",
                 "ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off",
                 "--add", f"{path}:f", "send", "/f", "tcp://10.0.2.2:9")
    assert "network: no supported NIC found" in r.out, r.out
    assert r.status == 1 and "Network unreachable" in r.out, r.out


@pytest.mark.parametrize("spec", [
    "nonsense", "10.0.2.15.7::10.0.2.2:255.255.255.0::eth0:off",
    "300.0.0.1::10.0.2.2:255.255.255.0::eth0:off",
    "10.0.2.15::10.0.2.2:255.0.255.0::eth0:off",
    "10.0.2.15::10.0.2.2:255.255.255.0::eth7:off",
    "10.0.2.15::10.0.2.2:255.255.255.0::eth0:sometimes",
    "::::::::::::", "0.0.0.0::0.0.0.0:0.0.0.0::eth0:off",
    "255.255.255.255::10.0.2.2:255.255.255.0::eth0:off", "off",
    "1" * 300], ids=lambda s: s[:30])
def test_a_malformed_ip_option_does_no_harm(user_net, spec):
    """The program still runs."""
    r = user_net.run("--append", f"ip={spec}", "hello", sound=False)
    assert r.status == 0 and "hello from pid" in r.out, r.out + r.err


def test_dhcp_configures_the_card(user_net):
    data = noise(50000)
    r = user_net.send(data, *user_net.peer("tcp"), "--append", "ip=dhcp",
                      url=f"tcp://10.0.2.2:{user_net.port}")
    assert r.status == 0, r.out + r.err
    assert user_net.report()[0]["sha256"] == sha256(data)
    assert judge.from_guest(user_net.pcap, "dhcp.option.dhcp == 3")


def test_dhcp_without_a_server_gives_up(tap_net):
    r = tap_net.run("--icount", "--append", "ip=dhcp", "hello")
    assert r.status == 0 and "hello from pid" in r.out, r.out + r.err
