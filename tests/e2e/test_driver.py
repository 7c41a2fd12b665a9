# SPDX-License-Identifier: MIT
"""The e1000 as its user sees it: Debian's ethtool, unmodified, asks and sets
inside the guest, also while a file is on its way."""
import re

import judge
from harness import BUILD, noise, sha256, stats


ETHTOOL = "/usr/sbin/ethtool"


def script(net, text, *words):
    """Run a shell script in the guest with ethtool at hand."""
    path = net.file(text.encode(), "script.sh")
    return net.run(*words, "--with", "ethtool", "--add", f"{path}:script.sh",
                   "busybox", "sh", "/script.sh", sound=False)


def test_ethtool_tells_what_the_command_line_set(user_net):
    r = script(user_net, f"""
        {ETHTOOL} eth0; {ETHTOOL} -i eth0; {ETHTOOL} -g eth0
        {ETHTOOL} -c eth0; {ETHTOOL} -k eth0; {ETHTOOL} -S eth0""",
               "--append", "e1000.TxDescriptors=500 e1000.RxDescriptors=100 "
               "e1000.InterruptThrottleRate=10000 e1000.TxIntDelay=9999999")
    assert r.status == 0, r.out + r.err
    assert "Speed: 1000Mb/s" in r.out and "Link detected: yes" in r.out
    assert "driver: e1000" in r.out
    assert re.search(r"Current.*RX:\s+128\n.*TX:\s+512\n", r.out, re.S)
    assert "rx-usecs: 100\n" in r.out
    # Out of bounds: named, and the default stays.
    assert "e1000.TxIntDelay=9999999: from 0 to" in r.out
    assert "tx-usecs: 32\n" in r.out
    assert "tx-vlan-offload: on\n" in r.out
    sent = re.search(r"^ +tx_packets: (\d+)$", r.out, re.M)
    assert re.search(rf"device_tx_packets: {sent[1]}\n", r.out)


def test_ethtool_sets_within_bounds(user_net):
    refused = ("-G eth0 tx 8192", "-G eth0 tx 63", "-C eth0 rx-usecs 10001",
               "-C eth0 rx-frames 4", "-A eth0 rx on", "-K eth0 rx on")
    r = script(user_net, "".join(
        f"{ETHTOOL} {words} && echo 'accepted: {words}'\n"
        for words in refused) + f"""
        {ETHTOOL} -G eth0 tx 1000 && {ETHTOOL} -C eth0 rx-usecs 0 &&
        {ETHTOOL} -K eth0 tx on tso on && {ETHTOOL} -g eth0 &&
        {ETHTOOL} -c eth0 && {ETHTOOL} -k eth0""")
    assert r.status == 0, r.out + r.err
    assert "accepted" not in r.out, r.out
    assert re.search(r"Current.*TX:\s+1024\n", r.out, re.S)
    assert "rx-usecs: 0\n" in r.out
    assert "tcp-segmentation-offload: on\n" in r.out


def test_rings_and_offloads_change_in_mid_transfer(tap_net):
    """Nothing is lost, doubled or damaged."""
    data = noise(12 << 20)
    path = tap_net.file(data)
    changes = "\n".join(
        f"{ETHTOOL} -G eth0 tx {size}; {ETHTOOL} -K eth0 tx {on} tso {on}"
        for size, on in ((64, "on"), (4096, "off"), (128, "on"),
                         (1024, "on"), (64, "off"), (256, "on")) * 2)
    r = script(tap_net, f"""
        /bin/send /data.bin tcp://host:{tap_net.port} &
        {changes}
        wait $!""", *tap_net.peer("tcp"), "--add", f"{path}:data.bin",
               "--add", f"{BUILD}/apps/send:bin/send")
    assert r.status == 0, r.out + r.err
    assert tap_net.report()[0]["sha256"] == sha256(data)
    judge.assert_sound(tap_net.pcap, by_card=True)
    assert stats(r).get("drop.TX_TIMEOUT", 0) == 0
