#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the e1000 driver relies on, asked of QEMU's model register by register
with no guest at all (QEMU's qtest protocol over stdio). Prints one line a
fact; the exit status is 1 if one does not hold, so that a QEMU that differs
is noticed. Section numbers are those of the 8254x SDM.
"""
import shutil
import struct
import subprocess
import sys

MAC = bytes.fromhex("525400d00b31")
BAR, DEVFN = 0xe0000000, 2 << 3
RING, BUFFER = 0x100000, 0x200000
TX_SIZE = 256

CTRL, STATUS, EERD, ICR, IMS, IMC = 0x0, 0x8, 0x14, 0xc0, 0xd0, 0xd8
RCTL, TCTL = 0x100, 0x400
RDLEN, RDH, RDT = 0x2808, 0x2810, 0x2818
TDBAL, TDLEN, TDH, TDT = 0x3800, 0x3808, 0x3810, 0x3818
GPTC, TPT, RAL, RAH = 0x4080, 0x40d4, 0x5400, 0x5404
TXDW, TXQE = 1, 2
EOP, IFCS, RS, DEXT, TSE = 1, 2, 8, 0x20, 4


class Machine:
    """A stopped machine whose only card is an e1000."""

    def __init__(self, qemu):
        mac = ":".join(f"{b:02x}" for b in MAC)
        self._qemu = subprocess.Popen(
            [qemu, "-nodefaults", "-no-user-config", "-display", "none",
             "-machine", "pc", "-accel", "tcg", "-m", "16", "-S", "-qtest",
             "stdio", "-netdev", "hubport,id=n,hubid=0", "-device",
             f"e1000,netdev=n,mac={mac},addr=2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self._config(0x10, BAR)
        self._config(0x04, 0x6)  # memory space, bus master

    def close(self):
        """End QEMU."""
        self._qemu.kill()
        self._qemu.communicate()

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


FACTS = (mac_in_the_eeprom, mac_in_the_receive_address,
         the_tail_write_transmits, no_rs_no_dd, disabled_it_keeps,
         the_ring_wraps, cause_and_mask, counters_clear_when_read,
         receive_registers_hold, tso_cuts, tso_adds_an_empty_segment)


def main():
    """0 if every fact holds."""
    qemu = shutil.which("qemu-system-x86_64")
    if not qemu:
        raise SystemExit("no qemu-system-x86_64")
    wrong = 0
    for fact in FACTS:
        m = Machine(qemu)
        try:
            holds = bool(fact(m))
        finally:
            m.close()
        wrong += not holds
        print("ok" if holds else "NOT OK", " ".join(fact.__doc__.split()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
