# SPDX-License-Identifier: MIT
"""The same bytes, the same segments, whoever sums and cuts: the software or
the card (8254x SDM, sections 3.3.6, 3.3.7 and 3.5)."""
import judge
from doorbell_lib.network import GUEST_MAC
from harness import noise, sha256, stats

# The model writes a TCP checksum of zero as 0xffff: equal in one's complement.
BAD = ("_ws.malformed || ip.checksum.status == 0 || "
       "(tcp.checksum.status == 0 && !tcp.checksum.ffff) || "
       "udp.checksum.status == 0")


def send(net, data, *words):
    """One TCP transfer; the kernel's counters."""
    path = net.file(data)
    r = net.run(*net.peer("tcp"), *words, "--add", f"{path}:data.bin", "send",
                "/data.bin", f"tcp://host:{net.port}", sound=False)
    assert r.status == 0, r.out + r.err
    assert net.report()[0]["sha256"] == sha256(data)
    assert not judge.tshark(net.pcap, BAD, "frame.number")
    return stats(r)


def segments(net):
    """(relative sequence number, length, flags) of the guest's data, each
    once, and the fields in which no two may differ."""
    rows = judge.tshark(
        net.pcap, f"eth.src == {GUEST_MAC} && tcp.len > 0", "tcp.seq",
        "tcp.len", "tcp.flags.fin", "ip.hdr_len", "tcp.hdr_len", "ip.ttl",
        "ip.flags.df", "ip.dsfield", "ip.len")
    return {int(r[0]): r[1:] for r in rows}


def test_the_stream_and_its_headers_are_the_same(tap_net):
    data = noise(1_000_003)
    by_software = send(tap_net, data)
    software = segments(tap_net)
    by_card = send(tap_net, data, "--offload")
    card = segments(tap_net)
    assert by_software["e1000.tx_contexts"] == 0
    assert by_card["e1000.tx_contexts"] > 0
    for seen in (software, card):
        at = 1
        for seq in sorted(seen):
            assert seq == at
            at += int(seen[seq][0])
        assert at == 1 + len(data)
    # All that is not a short segment, which timing may place elsewhere.
    assert {tuple(v[2:]) for v in software.values() if v[0] == "1448"} == \
        {tuple(v[2:]) for v in card.values() if v[0] == "1448"}


def test_the_card_cuts_and_the_counters_agree_with_the_capture(tap_net):
    """Odd lengths go to the card whole; each becomes its own segments."""
    counted = send(tap_net, noise(1501), "--offload")
    assert counted["e1000.tx_tso"] == 1
    assert counted["e1000.tx_frames"] == len(judge.from_guest(tap_net.pcap))
    assert sorted(int(v[0]) for v in segments(tap_net).values()) == \
        [53, 1448]


def test_a_whole_number_of_segments_brings_no_empty_one(tap_net):
    counted = send(tap_net, noise(10 * 1448), "--offload")
    assert counted["e1000.tx_frames"] == len(judge.from_guest(tap_net.pcap))
    # SYN, then at most: the handshake's ACK and that of the peer's FIN.
    empty = judge.from_guest(tap_net.pcap, "tcp.len == 0 && !tcp.flags.fin")
    assert len(empty) <= 3


def test_udp_checksums_by_the_card(tap_net):
    data = noise(100 * 701)
    r = tap_net.send(data, *tap_net.peer("udp", "--count", 100), "--offload",
                     url=f"udp://host:{tap_net.port}",
                     options=["--udp-size", 701])
    assert r.status == 0, r.out + r.err
    assert tap_net.report()["sha256"] == sha256(data)
    # One context serves them all.
    assert 0 < stats(r)["e1000.tx_contexts"] < 20
