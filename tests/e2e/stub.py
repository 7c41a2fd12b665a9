# SPDX-License-Identifier: MIT
"""A multiboot guest of a few bytes: prints, reports and ends as told, so that
the launcher is tested apart from the kernel."""
import struct

BASE = 0x100000
MAGIC = 0x1badb002


def _print(port, address, size):
    """mov esi,address; mov ecx,size; mov dx,port; next: lodsb; out; loop."""
    if not size:
        return b""
    return (b"\xbe" + struct.pack("<I", address)
            + b"\xb9" + struct.pack("<I", size)
            + b"\x66\xba" + struct.pack("<H", port)
            + b"\xac\xee\xe2\xfc")


# mov dx,3fdh; in al,dx; test al,1; jz; mov dx,3f8h; in al,dx; out dx,al;
# cmp al,LAST; jne: echoes the serial line up to and with one byte.
def _echo_until(last):
    return (b"\x66\xba\xfd\x03\xec\xa8\x01\x74\xf7"
            b"\x66\xba\xf8\x03\xec\xee\x3c" + bytes([last]) + b"\x75\xec")


FOREVER = b"\xf4\xeb\xfd"


def stub(console=b"", report=b"", status=0, echo_until=None, hang=False):
    """An ELF32 image that writes console to COM1 and report to port 0xe9,
    then echoes, hangs, or ends through port 0xf4."""
    head = 84 + 12  # ELF header, one program header, multiboot header
    size = 2 * len(_print(1, 1, 1)) + 64
    text = head + size
    code = _print(0x3f8, BASE + text, len(console))
    code += _print(0xe9, BASE + text + len(console), len(report))
    if echo_until is not None:
        code += _echo_until(echo_until)
    if hang:
        code += FOREVER
    code += b"\xb0" + bytes([status]) + b"\xe6\xf4" + FOREVER
    code = code.ljust(size, b"\x90")
    total = text + len(console) + len(report)
    elf = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 3, 1,
                      BASE + head, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    elf += struct.pack("<8I", 1, 0, BASE, BASE, total, total, 7, 4096)
    multiboot = struct.pack("<III", MAGIC, 0, -MAGIC & 0xffffffff)
    return elf + multiboot + code + console + report
