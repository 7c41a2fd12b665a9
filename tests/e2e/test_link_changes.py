# SPDX-License-Identifier: MIT
"""The link goes and comes in mid-transfer, and the machine stands still and
goes on: what TCP holds arrives all the same, every byte once."""
import threading
import time

from harness import noise, sha256, stats
from qmp import Qmp

FLAPS, PAUSES = 100, 10


class Disturbance(threading.Thread):
    """Does something to the machine, so often, once the transfer runs."""

    def __init__(self, qmp, pcap, times, what):
        super().__init__(daemon=True)
        self._qmp, self._pcap = qmp, pcap
        self._times, self._what = times, what
        self.done = 0

    def _wait_for_data(self):
        """The capture grows beyond a handshake."""
        while True:
            try:
                with open(self._pcap, "rb") as f:
                    if f.seek(0, 2) > 200000:
                        return
            except OSError:
                pass
            time.sleep(0.02)

    def run(self):
        try:
            self._qmp.connect()
            self._wait_for_data()
            for _ in range(self._times):
                self._what(self._qmp)
                self.done += 1
        except OSError:
            pass  # the machine has ended: done tells


def flap(qmp):
    """Down, and up again."""
    qmp.ask("set_link", name="n0", up=False)
    time.sleep(0.005)
    qmp.ask("set_link", name="n0", up=True)
    time.sleep(0.02)


def pause(qmp):
    """The machine's time stands still, the host's does not."""
    qmp.ask("stop")
    time.sleep(0.1)
    qmp.ask("cont")
    time.sleep(0.05)


def disturbed(net, folder, times, what):
    """A transfer to a slow reader, disturbed; the kernel's counters."""
    data = noise(40 << 20)
    qmp = Qmp(folder)
    trouble = Disturbance(qmp, net.pcap, times, what)
    trouble.start()
    try:
        r = net.send(data, *net.peer("tcp", "--chunk", 65536, "--slow-ms", 8),
                     *qmp.launcher_words(), "--mem", 128, "--qemu-arg",
                     # Else each flap would cost half a second.
                     "-global e1000.autonegotiation=off",
                     options=["--timeout", "90"])
        trouble.join(10)
    finally:
        qmp.close()
    assert r.status == 0, r.out + r.err
    assert trouble.done == times, "the transfer ended too early"
    assert net.report()[0]["sha256"] == sha256(data)
    return stats(r)


def test_a_hundred_link_flaps(tap_net, tmp_path):
    counted = disturbed(tap_net, tmp_path, FLAPS, flap)
    # Frames were lost with the link, and only TCP has made that good.
    assert counted["tcp.RetransSegs"] > 0
    assert counted["e1000.tx_timeouts"] == 0


def test_the_machine_stands_still_and_goes_on(tap_net, tmp_path):
    counted = disturbed(tap_net, tmp_path, PAUSES, pause)
    assert counted["e1000.tx_timeouts"] == 0
