# SPDX-License-Identifier: MIT
"""A pcap file of Ethernet frames, as QEMU's filter-dump writes it."""
import os
import struct
import threading
import time

FILE_HEADER = 24


class First(threading.Thread):
    """Notes the moment when a capture being written has its first frame of a
    kind."""

    def __init__(self, path, wanted):
        super().__init__(daemon=True)
        self._path, self._wanted = path, wanted
        self._stop_wanted = threading.Event()
        self.when = None

    def run(self):
        seen = 0
        while not self._stop_wanted.is_set():
            try:
                size = os.stat(self._path).st_size
            except FileNotFoundError:
                size = 0
            if size != seen:
                now, seen = time.monotonic(), size
                if any(self._wanted(f) for _, f in frames(self._path)):
                    self.when = now
                    return
            time.sleep(0.0003)

    def stop(self):
        """End the watch; `when` is None if no such frame came."""
        self._stop_wanted.set()
        self.join()


def sent_by(mac):
    """A wish for First: any frame of a station's; the host's own station may
    speak first."""
    source = bytes.fromhex(mac.replace(":", ""))
    return lambda frame: frame[6:12] == source


def is_udp(frame):
    """An IPv4 frame with UDP in it."""
    return frame[12:14] == b"\x08\x00" and frame[23] == 17


def has_tcp_data(frame):
    """An IPv4 frame with TCP and more than the longest headers."""
    return frame[12:14] == b"\x08\x00" and frame[23] == 6 and \
        len(frame) > 14 + 20 + 60


def frames(path):
    """(time in seconds, bytes) of each frame, in order."""
    with open(path, "rb") as f:
        head = f.read(FILE_HEADER)
        if len(head) < FILE_HEADER:
            return
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1",
                                    b"\x4d\x3c\xb2\xa1") else ">"
        magic, = struct.unpack(order + "I", head[:4])
        unit = 1e-9 if magic == 0xa1b23c4d else 1e-6
        while len(record := f.read(16)) == 16:
            sec, part, kept, _full = struct.unpack(order + "IIII", record)
            data = f.read(kept)
            if len(data) < kept:
                return
            yield sec + part * unit, data


def tcp_sent(path, guest_mac):
    """(segments with data, of them sent again) that the guest put out.

    A segment is sent again if its bytes lie below the highest sequence
    number that its connection had reached before.
    """
    mac = bytes.fromhex(guest_mac.replace(":", ""))
    reached = {}
    segments = again = 0
    for _when, f in frames(path):
        if f[6:12] != mac or f[12:14] != b"\x08\x00" or f[23] != 6:
            continue
        ip_bytes = (f[14] & 15) * 4
        tcp = 14 + ip_bytes
        total, = struct.unpack_from(">H", f, 16)
        size = total - ip_bytes - (f[tcp + 12] >> 4) * 4
        if size <= 0:
            continue
        segments += 1
        flow = f[26:34] + f[tcp:tcp + 4]
        seq, = struct.unpack_from(">I", f, tcp + 4)
        end = (seq + size) & 0xffffffff
        top = reached.get(flow)
        if top is not None and (seq - top) & 0x80000000:
            again += 1
        if top is None or not (end - top) & 0x80000000:
            reached[flow] = end
    return segments, again
