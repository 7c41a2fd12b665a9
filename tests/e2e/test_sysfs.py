# SPDX-License-Identifier: MIT
"""/sys/class/net: lo's files are those of a namespace of this machine's Linux,
as far as they are there; eth0's follow the device."""
from harness import doorbell, run

LIST = """
for f in $(busybox find statistics queues/tx-0/ . -maxdepth 1 -type f | sort)
do
    echo $f $(busybox stat -c %a $f) $(busybox cat $f 2>&1)
done
"""

ETH0 = """
cd /sys/class/net
echo $(ls) / $(ls eth0) / $(ls eth0/queues) / $(ls eth0/queues/*/*_limits)
stat -c %F eth0 eth0/mtu eth0/statistics
cd eth0
cat address addr_len broadcast carrier duplex flags iflink operstate speed type
echo 1 >carrier
for n in 1400 17 x; do echo $n >mtu; cat mtu; done
(echo 1 >type) 2>/dev/null || echo refused
mkdir x; touch x; rm mtu; rmdir queues; mv mtu /tmp; ls y
echo 0x1002 >flags; cat operstate carrier duplex flags
/sbin/ip link set eth0 name new
cat ../new/uevent mtu; ls ..; ls ../eth0
echo 0x1003 >flags; cat flags
ping -q -c 3 -s 1000 127.0.0.1 >/dev/null
cd ../lo/statistics
test $(cat tx_packets) -ge 6 && test $(cat rx_bytes) -ge 6168 && echo counted
/sbin/ip link set new txqueuelen 77; cat /sys/class/net/new/tx_queue_len
cd ../../new/queues/tx-0/byte_queue_limits
echo 3000 >limit_max; cat limit_max; echo max >limit_max; cat limit_max
"""


def inside(tmp_path, script):
    path = tmp_path / "script.sh"
    path.write_text(f"exec 2>&1\n{script}")
    r = doorbell("run", "--timeout", "60", "--append", "quiet", "--with",
                 "iproute2", "--add", f"{path}:script.sh", "busybox", "sh",
                 "/script.sh")
    assert r.status == 0, r.out + r.err
    return r.out.splitlines()


def test_lo_is_as_on_linux(tmp_path):
    linux = run(["unshare", "-nm", "sh", "-c", "mount -t sysfs sysfs /sys; "
                 f"ip link set lo up; cd /sys/class/net/lo/\n{LIST}"]).out
    ours = inside(tmp_path, f"cd /sys/class/net/lo\n{LIST}")
    # Counters count.
    def lines(of):
        return {" ".join(w[:2] + (["N"] if w[0].startswith("stat") else w[2:]))
                for w in map(str.split, of)}
    differ = lines(ours) - lines(linux.splitlines())
    # On Linux writing it makes an event; here it says the name only.
    assert len(ours) == 41 and \
        differ == {"./uevent 444 INTERFACE=lo IFINDEX=1"}, differ


def test_eth0_follows_the_device(tmp_path):
    ours = inside(tmp_path, ETH0)
    assert ours == [
        "eth0 lo / addr_len address broadcast carrier carrier_changes dev_id "
        "duplex flags ifindex iflink mtu operstate queues speed statistics "
        "tx_queue_len type uevent / rx-0 tx-0 / hold_time inflight limit "
        "limit_max limit_min",
        "directory", "regular file", "directory",
        "52:54:00:12:34:56", "6", "ff:ff:ff:ff:ff:ff", "1", "full", "0x1003",
        "2", "up", "1000", "1",
        "sh: write error: Operation not supported",
        "1400", "sh: write error: Invalid argument", "1400",
        "sh: write error: Invalid argument", "1400",
        "refused",
        "mkdir: can't create directory 'x': No such file or directory",
        "touch: x: No such file or directory",
        "rm: can't remove 'mtu': Operation not permitted",
        "rmdir: 'queues': Operation not permitted",
        "mv: can't rename 'mtu': Operation not permitted",
        "ls: y: No such file or directory",
        "down", "cat: read error: Invalid argument",
        "cat: read error: Invalid argument", "0x1002",
        "INTERFACE=new", "IFINDEX=2", "1400", "lo   new",
        "ls: ../eth0: No such file or directory",
        "0x1003", "counted", "77", "3000", "1073741824"]
