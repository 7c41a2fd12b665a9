# SPDX-License-Identifier: MIT
"""Files and datagrams that arrive whole: by TCP and UDP, over both kinds of
link, from our program and from Debian's busybox. Every capture is judged by
tshark; the first packets by scapy."""
import hashlib
import os
import re

import pytest

import judge
from doorbell_lib.network import GUEST_MAC, TAP_HOST_MAC
from harness import BUILD, doorbell, noise, sha256, stats

SIZES = [0, 1, 1459, 1460, 1461, 10 << 20]


@pytest.mark.parametrize("size", SIZES)
def test_tcp_file_arrives_whole(net, size):
    data = noise(size)
    r = net.send(data, *net.peer("tcp"))
    assert r.status == 0, r.out + r.err
    seen = net.report()[0]
    assert seen == {"bytes": size, "end": "eof", "sha256": sha256(data)}


def test_two_transfers_at_once(tap_net):
    one, two = noise(3 << 20, 1), noise(2 << 20, 2)
    a, b = tap_net.file(one, "one"), tap_net.file(two, "two")
    url = f"tcp://host:{tap_net.port}"
    r = tap_net.run(*tap_net.peer("tcp", "--connections", 2), "--add", a,
                    "--add", b, "send", "/one", url, "/two", url)
    assert r.status == 0, r.out + r.err
    assert {c["sha256"] for c in tap_net.report()} == \
        {sha256(one), sha256(two)}


def test_sendfile_sends_the_file_itself(tap_net):
    """Every byte by reference to the boot archive, none copied on the way."""
    data = noise(10 << 20)
    r = tap_net.send(data, *tap_net.peer("tcp"),
                     options=["--sendfile"])
    assert r.status == 0, r.out + r.err
    assert tap_net.report()[0]["sha256"] == sha256(data)
    counted = stats(r)
    assert counted["doorbell.SentByReference"] == len(data)
    assert counted.get("doorbell.CopiedAfterAll", 0) == 0


@pytest.mark.parametrize("words", [[], ["--offload"]])
def test_zerocopy_sends_the_programs_memory(tap_net, words):
    """Every byte by reference; the program writes to a buffer again when it
    was told that it may, so bytes that left too late would be wrong."""
    data = noise(10 << 20)
    path = tap_net.file(data)
    r = tap_net.run(*tap_net.peer("tcp"), *words, "--add", f"{path}:data.bin",
                    "send", "--zerocopy", "/data.bin",
                    f"tcp://host:{tap_net.port}")
    assert r.status == 0, r.out + r.err
    assert tap_net.report()[0]["sha256"] == sha256(data)
    told = re.search(r"(\d+) calls by reference, (\d+) copied", r.out)
    assert int(told[1]) >= 160 and told[2] == "0"
    counted = stats(r)
    assert counted["doorbell.SentByReference"] == len(data)
    assert counted.get("doorbell.CopiedAfterAll", 0) == 0


@pytest.mark.parametrize("words,copied", [([], True), (["--offload"], False)])
def test_udp_zerocopy_needs_a_card_that_sums(tap_net, words, copied):
    data = noise(500 * 1472)
    path = tap_net.file(data)
    r = tap_net.run(*tap_net.peer("udp", "--count", 500), *words, "--add",
                    f"{path}:data.bin", "send", "--zerocopy", "/data.bin",
                    f"udp://host:{tap_net.port}")
    assert r.status == 0, r.out + r.err
    assert tap_net.report()["sha256"] == sha256(data)
    counts = (0, 500) if copied else (500, 0)
    assert "%d calls by reference, %d copied" % counts in r.out


def test_the_program_chooses_the_congestion_control(user_net):
    data = noise(1 << 20)
    r = user_net.send(data, *user_net.peer("tcp"),
                      options=["--congestion", "bbr"])
    assert r.status == 0, r.out + r.err
    assert user_net.report()[0]["sha256"] == sha256(data)
    r = user_net.send(b"x", url="tcp://host:9",
                      options=["--congestion", "vegas"])
    assert r.status == 1
    assert "--congestion vegas: No such file or directory" in r.out + r.err


@pytest.mark.parametrize("size", [18, 64, 1472])
def test_udp_10000_datagrams_each_checked(tap_net, size):
    data = noise(10000 * size)
    r = tap_net.send(data, *tap_net.peer("udp", "--count", 10000),
                     url=f"udp://host:{tap_net.port}",
                     options=["--udp-size", size])
    assert r.status == 0, r.out + r.err
    seen = tap_net.report()
    assert len(seen["datagrams"]) == 10000
    for i, (length, digest, sender) in enumerate(seen["datagrams"]):
        part = data[i * size:(i + 1) * size]
        assert (length, sender) == (size, "192.168.77.2")
        assert digest == hashlib.sha256(part).hexdigest()[:16], i
    assert seen["sha256"] == sha256(data)


def test_udp_reaches_the_user_network(user_net):
    data = noise(50 * 700)
    r = user_net.send(data, *user_net.peer("udp", "--count", 50),
                      url=f"udp://host:{user_net.port}",
                      options=["--udp-size", 700, "--rate", 2000])
    assert r.status == 0, r.out + r.err
    assert user_net.report()["sha256"] == sha256(data)


def test_busybox_nc_sends_a_file(tap_net):
    data = noise(300000)
    path = tap_net.file(data)
    r = tap_net.run(*tap_net.peer("tcp"), "--add", path, "busybox", "sh",
                    "-c", f"busybox nc host {tap_net.port} </data.bin")
    assert r.status == 0, r.out + r.err
    assert tap_net.report()[0]["sha256"] == sha256(data)


def test_busybox_nc_receives_a_file(tap_net):
    data = noise(200000)
    path = tap_net.file(data)
    r = tap_net.run(*tap_net.peer("serve", "--data", path), "busybox", "sh",
                    "-c", f"busybox nc host {tap_net.port} </dev/null "
                    "| busybox sha256sum")
    assert sha256(data) in r.out, r.out + r.err


def test_fastopen_saves_the_round_trip_of_the_second(tap_net):
    """RFC 7413: Linux gives the cookie with the first SYN-ACK, and takes data
    with the second SYN; what each connection got is whole."""
    from scapy.layers.inet import IP, TCP
    data = noise(100000)
    path = tap_net.file(data)
    once = f"/send --fastopen /data.bin tcp://host:{tap_net.port}"
    r = tap_net.run(*tap_net.peer("tcp", "--connections", 2, "--fastopen"),
                    "--add", path, "--add",
                    os.path.join(BUILD, "apps", "send") + ":send",
                    "busybox", "sh", "-c", f"{once} && {once}")
    assert r.status == 0, r.out + r.err
    assert [c["sha256"] for c in tap_net.report()] == [sha256(data)] * 2
    syns = [p for p in judge.packets(tap_net.pcap)
            if TCP in p and p[TCP].flags == "S"]
    sizes = [p[IP].len - 20 - p[TCP].dataofs * 4 for p in syns]
    cookies = [dict(p[TCP].options).get("TFO") for p in syns]
    assert sizes[0] == 0 and sizes[1] > 1000, (sizes, cookies)
    assert stats(r)["tcpExt.TCPFastOpenActive"] == 1


def test_fields_of_the_first_packets(tap_net):
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import ARP, Ether
    data = noise(5000)
    assert tap_net.send(data, *tap_net.peer("tcp")).status == 0
    sent = [p for p in judge.packets(tap_net.pcap)
            if p[Ether].src == GUEST_MAC]

    # RFC 826: who has the host's address, to everyone.
    arp = next(p for p in sent if ARP in p and p[ARP].op == 1
               and p[ARP].pdst == "192.168.77.1")
    assert arp[Ether].dst == "ff:ff:ff:ff:ff:ff"
    assert (arp[ARP].hwtype, arp[ARP].ptype) == (1, 0x0800)
    assert (arp[ARP].hwlen, arp[ARP].plen) == (6, 4)
    assert (arp[ARP].hwsrc, arp[ARP].psrc) == (GUEST_MAC, "192.168.77.2")
    assert arp[ARP].hwdst == "00:00:00:00:00:00"

    # RFC 9293, section 3.1 and 3.7.1; RFC 6056 for the port.
    segments = [p for p in sent if TCP in p]
    syn = segments[0]
    assert syn[Ether].dst == TAP_HOST_MAC
    assert (syn[IP].version, syn[IP].ihl, syn[IP].tos) == (4, 5, 0)
    assert (syn[IP].ttl, syn[IP].flags, syn[IP].frag) == (64, "DF", 0)
    assert (syn[IP].src, syn[IP].dst) == ("192.168.77.2", "192.168.77.1")
    assert syn[TCP].flags == "S" and syn[TCP].ack == 0
    assert syn[TCP].dport == tap_net.port and syn[TCP].sport >= 1024
    options = dict(syn[TCP].options)
    assert options["MSS"] == 1460
    assert 0 <= options["WScale"] <= 14  # RFC 7323, section 2.3
    assert syn[TCP].window > 0

    # The handshake's end acknowledges; the data begin after the SYN.
    ack = segments[1]
    assert "A" in str(ack[TCP].flags) and "S" not in str(ack[TCP].flags)
    assert ack[TCP].seq == syn[TCP].seq + 1
    first = next(p for p in segments if len(p[TCP].payload))
    assert first[TCP].seq == syn[TCP].seq + 1
    stream = {}
    for p in segments:
        # Ethernet's padding is not payload: trust the IP length.
        size = p[IP].len - p[IP].ihl * 4 - p[TCP].dataofs * 4
        if size and "S" not in str(p[TCP].flags):
            stream[p[TCP].seq] = bytes(p[TCP].payload)[:size]
            assert p[IP].len <= 1500
    assert b"".join(stream[k] for k in sorted(stream)) == data
    last = [p for p in segments if "F" in str(p[TCP].flags)]
    assert last and last[0][TCP].seq + \
        (last[0][IP].len - 20 - last[0][TCP].dataofs * 4) == \
        syn[TCP].seq + 1 + len(data)


def test_the_kernels_counters_agree_with_the_capture(tap_net):
    r = tap_net.send(noise(1 << 20), *tap_net.peer("tcp"))
    assert r.status == 0
    counted = stats(r)
    assert counted["e1000.tx_frames"] == len(judge.from_guest(tap_net.pcap))
    assert 0 < counted["e1000.doorbells"] <= counted["e1000.tx_frames"]
    # RFC 4022: OutSegs leaves out what was only sent again.
    assert counted["tcp.OutSegs"] + counted.get("tcp.RetransSegs", 0) == \
        len(judge.from_guest(tap_net.pcap, "tcp"))


def test_make_runs_transfer_reports_in_15_lines(net, tmp_path):
    r = doorbell("transfer", "--net", net.kind, "--size", 4 << 20,
                 "--pcap", net.pcap)
    assert r.status == 0, r.out + r.err
    lines = [x for x in r.out.splitlines() if x.startswith("  ")]
    assert 0 < len(lines) <= 15
    for word in ("SHA-256", "bytes        4,194,304", "Mbit/s",
                 "first frame", "segments", "retransmits", "doorbells",
                 "interrupts", "capture"):
        assert word in r.out, r.out
    judge.assert_sound(net.pcap)


@pytest.mark.parametrize("kind", ["elf", "iso"])
def test_a_shipped_image_sends_its_file(tap_net, tmp_path, kind):
    """All that the guest needs is in the one file that `image` makes."""
    data = noise(100000)
    path = tap_net.file(data)
    image = tmp_path / f"ship.{kind}"
    r = doorbell("image", "-o", image, "--host", "192.168.77.1", "--ip",
                 "192.168.77.2::192.168.77.1:255.255.255.0::eth0:off",
                 "--add", path, "send", "/data.bin",
                 f"tcp://host:{tap_net.port}")
    assert r.status == 0, r.err
    r = doorbell("boot", "--net", "tap", "--timeout", 60, "--pcap",
                 tap_net.pcap, *tap_net.peer("tcp"), image)
    assert r.status == 0, r.out + r.err
    assert tap_net.report()[0]["sha256"] == sha256(data)
    judge.assert_sound(tap_net.pcap)
