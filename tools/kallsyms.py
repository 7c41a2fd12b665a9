#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turn `nm -n IMAGE` on standard input into the assembler source of the
image's symbol table (kernel/kallsyms.c): text symbols only, which the second
link does not move."""
import sys


def main():
    symbols, start = [], None
    for line in sys.stdin:
        fields = line.split()
        if len(fields) != 3:
            continue
        addr, kind, name = int(fields[0], 16), fields[1], fields[2]
        if name == "__text_start":
            start = addr
        elif kind in "tT" and not name.startswith(("__text_", ".L")):
            symbols.append((addr, name))
    if start is None:
        sys.exit("kallsyms: no __text_start among the symbols")
    best = {}
    for addr, name in sorted(symbols):
        if addr >= start:
            best.setdefault(addr - start, name)
    out = ['\t.section .kallsyms, "a"', "\t.globl kallsyms_count",
           "\t.globl kallsyms_offsets", "\t.globl kallsyms_names",
           "\t.balign 4", "kallsyms_count:", f"\t.long {len(best)}",
           "kallsyms_offsets:"]
    out += [f"\t.long {off}" for off in best]
    out += ["kallsyms_names:"]
    out += [f'\t.asciz "{name}"' for name in best.values()]
    out += ['\t.section .note.GNU-stack, "", @progbits']
    print("\n".join(out))


if __name__ == "__main__":
    main()
