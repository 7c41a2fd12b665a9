#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the e1000 driver relies on, asked of QEMU's model register by register
with no guest at all (QEMU's qtest protocol over stdio). Prints one line a
fact; the exit status is 1 if one does not hold, so that a QEMU that differs
is noticed. Section numbers are those of the 8254x SDM.
"""
import concurrent.futures
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

MAC = bytes.fromhex("525400d00b31")
BAR, DEVFN = 0xe0000000, 2 << 3
RING, BUFFER = 0x100000, 0x200000
RX_RING, RX_BUFFER = 0x300000, 0x400000
TX_SIZE = 256

CTRL, STATUS, EERD, ICR, IMS, IMC = 0x0, 0x8, 0x14, 0xc0, 0xd0, 0xd8
MDIC, VET, ITR, ICS, TADV = 0x20, 0x38, 0xc4, 0xc8, 0x382c
RDBAL, GOTCL, GOTCH = 0x2800, 0x4090, 0x4094
RCTL, TCTL = 0x100, 0x400
RDLEN, RDH, RDT = 0x2808, 0x2810, 0x2818
TDBAL, TDLEN, TDH, TDT = 0x3800, 0x3808, 0x3810, 0x3818
GPTC, TPT, RAL, RAH = 0x4080, 0x40d4, 0x5400, 0x5404
TXDW, TXQE = 1, 2
EOP, IFCS, RS, DEXT, TSE = 1, 2, 8, 0x20, 4


class Machine:
    """A stopped machine that runs nothing; its only card is an e1000. Time
    passes in step() alone."""

    def __init__(self, qemu, bios):
        ours, theirs = socket.socketpair()
        mac = ":".join(f"{b:02x}" for b in MAC)
        self._qemu = subprocess.Popen(
            [qemu, "-nodefaults", "-no-user-config", "-display", "none",
             "-machine", "pc", "-accel", "tcg", "-m", "16", "-S", "-bios",
             bios, "-qtest", "stdio", "-chardev",
             f"socket,id=q,fd={theirs.fileno()}", "-mon",
             "chardev=q,mode=control", "-netdev", "hubport,id=n,hubid=0", "-device",
             f"e1000,netdev=n,mac={mac},addr=2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
            pass_fds=[theirs.fileno()])
        theirs.close()
        self._monitor = ours.makefile("rw", encoding="utf-8")
        ours.close()
        self._monitor.readline()
        self._tell("qmp_capabilities")
        self._config(0x10, BAR)
        self._config(0x04, 0x6)  # memory space, bus master

    def close(self):
        """End QEMU."""
        self._qemu.kill()
        self._qemu.communicate()
        self._monitor.close()

    def _tell(self, command):
        print(f'{{"execute": "{command}"}}', file=self._monitor, flush=True)
        for line in self._monitor:
            if '"return"' in line:
                return
        raise SystemExit("QEMU has ended")

    def ask(self, *words):
        """One command; the words after OK."""
        print(*words, file=self._qemu.stdin, flush=True)
        for line in self._qemu.stdout:
            if line.startswith("OK"):
                return line.split()[1:]
            if line.startswith(("FAIL", "ERR")):
                break
        raise SystemExit(f"QEMU does not do {words}")

    def _config(self, offset, value):
        self.ask("outl", 0xcf8, 0x80000000 | DEVFN << 8 | offset)
        self.ask("outl", 0xcfc, value)

    def read(self, register):
        """A register."""
        return int(self.ask("readl", hex(BAR + register))[0], 16)

    def write(self, register, value):
        """The same, written."""
        self.ask("writel", hex(BAR + register), hex(value))

    def poke(self, address, data):
        """Bytes into RAM."""
        self.ask("write", hex(address), len(data), "0x" + data.hex())

    def peek(self, address, size):
        """Bytes of RAM."""
        return bytes.fromhex(self.ask("read", hex(address), size)[0][2:])

    def step(self, ms):
        """Let at least so much of the machine's time pass."""
        self._tell("cont")
        time.sleep(ms / 1000)
        self._tell("stop")

    def step_until(self, condition):
        """Let time pass until it holds; whether it does, within seconds."""
        for _ in range(20):
            self.step(300)
            if condition():
                return True
        return False

    def phy(self, register, value=None):
        """Read or write a register of the transceiver (13.4.6)."""
        if value is not None:
            self.write(MDIC, 1 << 26 | 1 << 21 | register << 16 | value)
        else:
            self.write(MDIC, 2 << 26 | 1 << 21 | register << 16)
        return self.read(MDIC)

    def receive(self):
        """A fresh receive ring, and the transceiver sends back what is sent;
        the unit is not yet awake."""
        self.phy(0, 0x4000)
        self.poke(RX_RING, b"".join(
            struct.pack("<QHHBBH", RX_BUFFER + 2048 * i, 0, 0, 0, 0, 0)
            for i in range(8)))
        for register, value in ((RDBAL, RX_RING), (RDLEN, 128), (RDH, 0),
                                (RDT, 7), (RCTL, 0x0400801a)):
            self.write(register, value)  # promiscuous, CRC stripped

    def received(self, slot):
        """(bytes, status, special) of a receive descriptor (3.2.3)."""
        _, size, _, status, _, special = struct.unpack(
            "<QHHBBH", self.peek(RX_RING + 16 * slot, 16))
        return (self.peek(RX_BUFFER + 2048 * slot, size) if size else b"",
                status, special)

    def clear(self):
        """A fresh ring with the unit on; causes and counters read away."""
        self.write(TCTL, 0)
        self.poke(RING, bytes(16 * TX_SIZE))
        for register, value in ((TDBAL, RING), (TDLEN, 16 * TX_SIZE),
                                (TDH, 0), (TDT, 0), (TCTL, 2)):
            self.write(register, value)
        for register in (ICR, GPTC, TPT):
            self.read(register)

    def legacy(self, slot, size=60, cmd=EOP | IFCS | RS):
        """A legacy descriptor (3.3.3)."""
        self.poke(RING + 16 * slot, struct.pack(
            "<QHBBBBH", BUFFER, size, 0, cmd, 0, 0, 0))

    def done(self, slot):
        """DD."""
        return self.peek(RING + 16 * slot + 12, 1)[0] & 1


def mac_in_the_eeprom(m):
    """EERD words 0 to 2 hold the address, and answer at once (13.4.4)"""
    words = []
    for i in range(3):
        m.write(EERD, i << 8 | 1)
        value = m.read(EERD)
        if not value & 0x10:
            return False
        words.append(value >> 16)
    return struct.pack("<3H", *words) == MAC


def mac_in_the_receive_address(m):
    """RAL0 and RAH0 hold the address, with AV (13.5.2)"""
    return struct.pack("<IH", m.read(RAL), m.read(RAH) & 0xffff) == MAC and \
        bool(m.read(RAH) >> 31)


def the_tail_write_transmits(m):
    """the store to TDT sends all up to it: TDH, DD and ICR are set (3.4)"""
    m.clear()
    m.legacy(0)
    m.legacy(1)
    m.write(TDT, 2)
    return m.read(TDH) == 2 and m.done(0) and m.done(1) and \
        m.read(ICR) & (TXDW | TXQE) == TXDW | TXQE and m.read(GPTC) == 2


def no_rs_no_dd(m):
    """a descriptor without RS gets no DD (3.3.3.1)"""
    m.clear()
    m.legacy(0, cmd=EOP | IFCS)
    m.write(TDT, 1)
    return m.read(TDH) == 1 and not m.done(0)


def disabled_it_keeps(m):
    """with TCTL.EN clear frames stay; setting it sends them, once each"""
    m.clear()
    m.write(TCTL, 0)
    for i in range(100):
        m.legacy(i)
    m.write(TDT, 100)
    if m.read(TDH) or m.done(0) or m.read(GPTC):
        return False
    m.write(TCTL, 2)
    return m.read(TDH) == 100 and m.done(99) and m.read(GPTC) == 100


def the_ring_wraps(m):
    """the head goes from the last descriptor to the first"""
    m.clear()
    for i in range(TX_SIZE):
        m.legacy(i)
    m.write(TDT, TX_SIZE - 1)
    m.write(TDT, 3)
    return m.read(TDH) == 3 and m.read(GPTC) == TX_SIZE + 3


def cause_and_mask(m):
    """ICR clears when read; IMS sets mask bits, IMC clears them (13.4.17)"""
    m.clear()
    m.legacy(0)
    m.write(TDT, 1)
    first, second = m.read(ICR), m.read(ICR)
    m.write(IMC, 0xffffffff)
    m.write(IMS, 0x84)
    m.write(IMC, 0x80)
    return first & TXDW and not second and m.read(IMS) == 0x4


def counters_clear_when_read(m):
    """GPTC and TPT count each frame and clear when read (13.7)"""
    m.clear()
    for i in range(5):
        m.legacy(i)
    m.write(TDT, 5)
    return [m.read(r) for r in (GPTC, TPT, GPTC, TPT)] == [5, 5, 0, 0]


def receive_registers_hold(m):
    """RCTL, RDLEN and RDT keep what was written (13.4.22, 13.4.25)"""
    m.write(RDLEN, 4096)
    m.write(RDH, 0)
    m.write(RDT, 255)
    m.write(RCTL, 0x04008002)
    return (m.read(RCTL), m.read(RDLEN), m.read(RDT), m.read(RDH)) == \
        (0x04008002, 4096, 255, 0)


def _tso(m, payload, mss):
    """Frames that a TSO packet of so many bytes becomes (3.3.6, 3.3.7)."""
    m.clear()
    header = bytes(12) + b"\x08\x00\x45" + bytes(8) + b"\x06" + bytes(32)
    header = header[:46] + b"\x50" + header[47:54]
    m.poke(BUFFER, header)
    m.poke(RING, struct.pack(
        "<BBHBBHIBBH", 14, 24, 33, 34, 50, 0, 0x27000000 | payload, 0, 54,
        mss))
    for slot, size, cmd in ((1, 54, TSE | DEXT | IFCS),
                            (2, payload, TSE | DEXT | IFCS | EOP | RS)):
        m.poke(RING + 16 * slot, struct.pack(
            "<QHBBBBH", BUFFER, size, 0x10, cmd, 0, 3, 0))
    m.write(TDT, 3)
    return m.read(GPTC)


def tso_cuts(m):
    """2,500 bytes at 1,000 become 3 frames"""
    return _tso(m, 2500, 1000) == 3


def tso_adds_an_empty_segment(m):
    """3,000 bytes at 1,000 become 4 frames: e1000_features_check() avoids it
    """
    return _tso(m, 3000, 1000) == 4


def ics_raises(m):
    """ICS sets causes as the device does (13.4.19)"""
    m.read(ICR)
    m.write(ICS, 0x80)
    return m.read(ICR) & 0x80 and not m.read(ICR) & 0x80


def moderation_holds(m):
    """ITR and TADV keep what was written (13.4.18, 13.4.45)"""
    m.write(ITR, 390)
    m.write(TADV, 98)
    return (m.read(ITR), m.read(TADV)) == (390, 98)


def tdlen_is_in_units_of_128(m):
    """TDLEN drops its low 7 bits (13.4.37)"""
    m.write(TDLEN, 4096 + 127)
    return m.read(TDLEN) == 4096


def octets_count_the_crc(m):
    """GOTC counts each frame and 4 bytes; its upper half clears it (13.7)"""
    m.clear()
    m.read(GOTCL), m.read(GOTCH)
    m.legacy(0, size=100)
    m.write(TDT, 1)
    first = m.read(GOTCL) | m.read(GOTCH) << 32
    return first == 104 and m.read(GOTCL) == 0


def the_transceiver_answers(m):
    """MDIC reads the M88's identifier, ready at once (13.4.6)"""
    high, low = m.phy(2), m.phy(3)
    return high & low & 1 << 28 and not (high | low) & 1 << 30 and \
        high & 0xffff == 0x141


def negotiation_takes_time(m):
    """a restarted negotiation takes the link at once, without a cause, and
    gives it back after a time, with one (IEEE 802.3, 28.2.3)"""
    m.read(ICR)
    m.phy(0, 0x1200)
    down = not m.read(STATUS) & 2 and not m.read(ICR)
    return down and m.step_until(lambda: m.read(STATUS) & 2) and \
        m.read(ICR) & 4


def deaf_after_rctl(m):
    """right after RCTL was written nothing is received, later all is: why the
    driver writes it once"""
    m.clear()
    m.receive()
    m.legacy(0)
    m.write(TDT, 1)
    early = m.read(RDH)
    m.step(1100)
    return early == 0 and m.step_until(lambda: _send_one(m) >= 1)


def _send_one(m):
    """Another frame; the receive ring's head."""
    m.clear()
    m.legacy(0)
    m.write(TDT, 1)
    return m.read(RDH)


def _looped(m, frame, words=(0, EOP | IFCS | RS, 0, 0), context=None):
    """A frame through the wire and back: data, status, special."""
    m.receive()
    m.step(1100)
    if not m.step_until(lambda: _send_one(m) >= 1):
        return b"", 0, 0
    m.clear()
    at = m.read(RDH)
    m.poke(BUFFER, frame)
    slot = 0
    if context:
        m.poke(RING, context)
        slot = 1
    cso, cmd, css, special = words
    m.poke(RING + 16 * slot, struct.pack(
        "<QHBBBBH", BUFFER, len(frame), cso, cmd, 0, css, special))
    m.write(TDT, slot + 1)
    return m.received(at)


FRAME = b"\xff" * 6 + MAC + b"\x88\xb5" + bytes(range(86))


def received_without_crc(m):
    """with SECRC a received length is the frame's; DD and EOP are set (3.2.3)
    """
    data, status, _ = _looped(m, FRAME)
    return data == FRAME and status & 3 == 3


def short_frames_are_padded(m):
    """with PSP a frame of 20 bytes is received as 60 (13.4.33)"""
    data, _, _ = _looped(m, FRAME[:20])
    return len(data) == 60 and data[:20] == FRAME[:20]


def legacy_sums_are_ignored(m):
    """a legacy descriptor's IC changes nothing, so the driver makes no use of
    it (3.3.3.1)"""
    data, _, _ = _looped(m, FRAME, (40, EOP | IFCS | RS | 4, 14, 0))
    return data == FRAME


def a_context_makes_the_sum(m):
    """TXSM stores the sum from TUCSS on at TUCSO (3.3.6, 3.3.7)"""
    context = struct.pack("<BBHBBHIBBH", 0, 0, 0, 34, 50, 0, 0x20000000,
                          0, 0, 0)
    frame = FRAME[:50] + b"\0\0" + FRAME[52:]
    data, _, _ = _looped(m, frame, (0x10, EOP | IFCS | RS | DEXT, 2, 0),
                         context)
    words = struct.unpack(f">{(len(data) - 34) // 2}H", data[34:])
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return data[:50] == frame[:50] and total == 0xffff


def a_tag_goes_in_and_comes_out(m):
    """with CTRL.VME, VLE puts the tag in; a received one is taken out, in the
    descriptor, with VP (9.2, 9.3)"""
    m.write(CTRL, m.read(CTRL) | 1 << 30)
    m.write(VET, 0x8100)
    data, status, special = _looped(
        m, FRAME, (0, EOP | IFCS | RS | 0x40, 0, 0x6005))
    inside = data == FRAME and status & 8 and special == 0x6005
    m.write(CTRL, m.read(CTRL) & ~(1 << 30))
    tagged = FRAME[:12] + b"\x81\x00\x60\x05" + FRAME[12:]
    data, status, _ = _looped(m, tagged)
    return inside and data == tagged and not status & 8


FACTS = (mac_in_the_eeprom, mac_in_the_receive_address,
         the_tail_write_transmits, no_rs_no_dd, disabled_it_keeps,
         the_ring_wraps, cause_and_mask, counters_clear_when_read,
         receive_registers_hold, tso_cuts, tso_adds_an_empty_segment,
         ics_raises, moderation_holds, tdlen_is_in_units_of_128,
         octets_count_the_crc, the_transceiver_answers,
         negotiation_takes_time, deaf_after_rctl,
         received_without_crc, short_frames_are_padded,
         legacy_sums_are_ignored, a_context_makes_the_sum,
         a_tag_goes_in_and_comes_out)


def judge(qemu, bios, fact):
    """Whether it holds, on a machine of its own."""
    m = Machine(qemu, bios)
    try:
        return bool(fact(m))
    finally:
        m.close()


def main():
    """0 if every fact holds."""
    qemu = shutil.which("qemu-system-x86_64")
    if not qemu:
        raise SystemExit("no qemu-system-x86_64")
    with tempfile.NamedTemporaryFile() as bios:
        # From the reset vector on: cli; hlt; and again.
        bios.write(bytes(0xfff0) + b"\xfa\xf4\xeb\xfd".ljust(16, b"\xf4"))
        bios.flush()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            results = list(pool.map(
                lambda fact: judge(qemu, bios.name, fact), FACTS))
    for fact, holds in zip(FACTS, results):
        print("ok" if holds else "NOT OK", " ".join(fact.__doc__.split()))
    wrong = results.count(False)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
