# SPDX-License-Identifier: MIT
"""Independent judges of a capture: tshark with its checksum checks on, and
scapy for the fields of single packets."""
import os
import subprocess

from doorbell_lib.network import GUEST_MAC

CHECKS = [w for name in ("ip", "tcp", "udp")
          for w in ("-o", f"{name}.check_checksum:TRUE")]
# The tests' payload is noise: no guesses what protocol it might be.
PLAIN = [w for ports in ("1-52", "54-66", "69-65535")  # but DNS and DHCP
         for kind in ("tcp", "udp")
         for w in ("-d", f"{kind}.port=={ports},data")]
# Linux, on the host's side, and QEMU's e1000 where it sums write a TCP checksum
# of zero as 0xffff, as UDP has it; Doorbell must not.
BAD = ("_ws.malformed || _ws.short || ip.checksum.status == 0 || "
       "(tcp.checksum.status == 0 && !tcp.checksum.ffff) || "
       "udp.checksum.status == 0 || icmp.checksum.status == 0")
BAD_OWN = f" || (tcp.checksum.status == 0 && eth.src == {GUEST_MAC})"


def tshark(path, display, *fields):
    """Rows of fields of the frames that a display filter selects."""
    shown = [w for f in fields for w in ("-e", f)]
    run = subprocess.run(
        ["tshark", "-n", "-r", str(path), *CHECKS, *PLAIN, "-Y", display, "-T",
         "fields", *shown], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return [line.split("\t") for line in run.stdout.decode().splitlines()]


def assert_sound(path, by_card=False):
    """No bad checksum and no malformed frame, in either direction.

    by_card: the e1000 makes the guest's checksums.
    """
    assert os.path.exists(path), "there is no capture"
    bad = tshark(path, BAD if by_card else BAD + BAD_OWN, "frame.number", "eth.src", "_ws.col.Info")
    assert not bad, f"{path}: {len(bad)} bad frames, first: {bad[:5]}"


def from_guest(path, display=""):
    """Times (s) of the guest's frames that a display filter selects."""
    both = f"eth.src == {GUEST_MAC}" + (f" && ({display})" if display else "")
    return [float(r[0]) for r in tshark(path, both, "frame.time_relative")]


def packets(path):
    """scapy's reading of every frame."""
    os.environ.setdefault("XDG_CACHE_HOME", os.path.dirname(str(path)))
    from scapy.layers import inet  # noqa: F401  (it registers the layers)
    from scapy.utils import rdpcap
    return rdpcap(str(path))
