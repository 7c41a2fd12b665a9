# SPDX-License-Identifier: MIT
"""Debian's ethtool, unmodified, by netlink: what it shows of an e1000 inside
beside what the same binary shows of a tap in a namespace of this machine's
Linux, and how both say no."""
import json
import os
import re

from harness import doorbell, run

ETHTOOL = "/usr/sbin/ethtool"
# A tap has messages and moderation by frames; the e1000 by time, and rings.
NAMESPACE = "ip tuntap add eth0 mode tap; ip link set lo up\n"


def script(commands):
    """A shell script that shows each command, what it says, its status; into
    a pipe, as a terminal would get the lines in another order."""
    return "(" + "".join(
        f"echo '+ {c}'; {ETHTOOL} {c}; echo '=>' $?\n"
        for c in commands) + ") 2>&1 | cat\n"


def inside(tmp_path, text, *words):
    """What a shell script says in the guest."""
    path = tmp_path / "script"
    path.write_text(text)
    r = doorbell("run", "--timeout", "100", "--with", "ethtool", *words,
                 "--add", f"{path}:script", "busybox", "sh", "/script")
    assert r.status == 0, r.out + r.err
    return r.out


def answers(said):
    """What was said, by command, without the kernel's own lines."""
    found = {}
    for line in said.splitlines():
        if line.startswith("+ "):
            lines = found.setdefault(line[2:], [])
        elif line and not re.match(r"\[ +\d+\.\d+\] ", line):
            lines.append(line)
    return found


def both(tmp_path, commands):
    """The answers on Linux and inside."""
    linux = run(["unshare", "-n", "sh", "-c", NAMESPACE + script(commands)])
    return answers(linux.out), answers(inside(tmp_path, script(commands)))


def labels(lines):
    """What is told, without the values."""
    return [line.split(":")[0].strip() for line in lines if ":" in line]


# What neither has, what both have, and what nobody has.
SAME = (
    "-T eth0", "-s eth0 msglvl", "-s eth0 msglvl 5",
    "-s eth0 msglvl link on drv off", "-s eth0 msglvl nosuch on",
    "-s eth0 msglvl 0x10000", "-C eth0 tx-usecs-irq 5",
    "-C eth0 adaptive-rx on", "--show-eee eth0",
    "--set-eee eth0 eee on", "--show-fec eth0", "--show-priv-flags eth0",
    "--show-module eth0", "--cable-test eth0", "-A eth0 rx on",
    "-s eth0 wol g", "-n eth0", "-x eth0", "-t eth0", "--phy-statistics eth0",
    "-K eth0 nosuch on", "-K eth0 lro on", "-K eth0 lro off", "nosuch",
    "-k nosuch", "-g nosuch", "-G nosuch rx 5", "-T nosuch",
    "-S eth0 --groups eth-mac", "-S eth0 --groups nosuch",
    '--show-eee "*"',
)
# The same lines; values are the device's.
ALIKE = ("eth0", "-c eth0", "-i eth0", "-k eth0")


def test_ethtool_speaks_as_on_linux(tmp_path):
    linux, ours = both(tmp_path, SAME + ALIKE)
    for command in SAME:
        assert ours[command] == linux[command], command
    for command in ALIKE[:-1]:
        assert labels(ours[command]) == labels(linux[command]), command
    # Features are those that there are here; tx-lockless is no feature in
    # newer versions of Linux. A group's name is of its only feature here.
    features = set(labels(ours["-k eth0"])) - {"tx-lockless"}
    assert len(features) >= 15 and features <= set(labels(linux["-k eth0"]))


def test_generic_netlink_refuses_as_linux():
    """Errno, words and place of 70 requests."""
    path = os.path.join(os.path.dirname(__file__), "genl_asks.py")
    linux = run(["unshare", "-n", "sh", "-c",
                 NAMESPACE + f"exec /usr/bin/python3 -B {path}"]).out
    ours = doorbell("run", "--timeout", "100", "--with", "python3", "--add",
                    f"{path}:asks.py", "python3", "/asks.py").out
    ours = [x for x in ours.splitlines() if not x.startswith("[ ")]
    linux = linux.splitlines()
    assert len(linux) > 70 and len(ours) == len(linux), ours
    for here, there in zip(ours, linux):
        # Here a refusal with EINVAL always has words.
        if there.endswith("(-22, '', None)"):
            here = re.sub(r"\(-22, '.+', \w+\)$", "(-22, '', None)", here)
        assert here == there


# Every one is asked by netlink; the ioctl remains for the rest.
BY_NETLINK = {
    "-k eth0": "FEATURES_GET_REPLY", "-g eth0": "RINGS_GET_REPLY",
    "-c eth0": "COALESCE_GET_REPLY", "-a eth0": "PAUSE_GET_REPLY",
    "-T eth0": "TSINFO_GET_REPLY", "-K eth0 tx on": "FEATURES_SET_REPLY",
    "-S eth0 --all-groups": "STATS_GET_REPLY", "-G eth0 tx 512": "RINGS_SET",
    "-C eth0 rx-usecs 100": "COALESCE_SET",
    "-s eth0 msglvl link off": "DEBUG_SET",
}


def test_ethtool_asks_by_netlink(tmp_path):
    debug = [f"--debug 3 {c}" for c in ("eth0", *BY_NETLINK)]
    rest = ("-g eth0", "-c eth0", "-P eth0", "-l eth0", "--json -a eth0",
            "--json -k eth0", "--debug 1 -S eth0", "-r eth0", "eth0")
    said = answers(inside(tmp_path, script([*debug, *rest])))
    for command, message in BY_NETLINK.items():
        text = said[f"--debug 3 {command}"]
        assert any(f"ETHTOOL_MSG_{message}" in x for x in text), text
        assert text[-1] == "=> 0", text
    text = " ".join(said["--debug 3 eth0"])
    for message in ("LINKMODES", "LINKINFO", "DEBUG", "LINKSTATE"):
        assert f"ETHTOOL_MSG_{message}_GET_REPLY" in text
    assert "1000baseT/Full" in text and "Speed: 1000Mb/s" in text
    # What was set, asked again.
    assert "TX:\t\t512" in said["-g eth0"]
    assert "rx-usecs: 100" in said["-c eth0"]
    assert re.search(r"(..:){5}", said["-P eth0"][0])
    # As of Linux's driver.
    assert said["-l eth0"] == ["netlink error: Operation not supported",
                               "=> 1"]
    assert said["-r eth0"] == ["=> 0"]
    assert "0x00000003 (3)" in " ".join(said["eth0"])
    pause = json.loads("".join(said["--json -a eth0"][:-1]))
    # This version tells "true" of each: it looks at a pointer.
    assert list(pause[0]) == ["ifname", "autonegotiate", "rx", "tx"]
    assert "RX:\t\toff" in said["--debug 3 -a eth0"]
    features = json.loads("".join(said["--json -k eth0"][:-1]))[0]
    assert features["tx-checksum-ip-generic"] == {
        "active": True, "fixed": False, "requested": True}
    assert features["large-receive-offload"]["fixed"]
    assert any(x.strip().startswith("device_tx_packets:")
               for x in said["--debug 1 -S eth0"])


def test_ethtool_monitor_shows_what_others_set(tmp_path):
    said = inside(tmp_path, f"""
        {ETHTOOL} --monitor & sleep 1
        {ETHTOOL} -G eth0 tx 1024; {ETHTOOL} -G eth0 tx 1024
        {ETHTOOL} -K eth0 tx on >/dev/null
        {ETHTOOL} -s eth0 msglvl 1; sleep 1; kill $!""")
    assert said.count("Ring parameters for eth0:") == 1, said
    assert re.search(r"^TX:\s+1024$", said, re.M)
    assert "tx-checksum-ip-generic: on" in said
    assert "0x00000001 (1)" in said


def test_genl_lists_the_families(tmp_path):
    """iproute2's genl: the same words as of Linux's family."""
    linux = run(["unshare", "-n", "/sbin/genl", "ctrl", "get", "name",
                 "ethtool"]).out
    ours = inside(tmp_path, "/sbin/genl ctrl list; /sbin/genl ctrl get name ethtool",
                  "--with", "iproute2")
    assert "Name: nlctrl" in ours

    def told(text):
        text = text[text.rindex("Name: ethtool"):]
        # Numbers are given as families come; newer versions have more.
        text = re.sub(r"ID[:-]\S+|\bID: \S+|\(.*?\)", "", text)
        return [" ".join(x.split()) for x in text.splitlines() if x.strip()]

    assert told(ours)[:3] == told(linux)[:3]
    assert "monitor" in told(ours)[-1] and "monitor" in told(linux)[-1]
