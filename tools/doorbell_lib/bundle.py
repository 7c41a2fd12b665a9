# SPDX-License-Identifier: MIT
"""Self-contained bootable files.

An .elf carries its archive and command line behind the image, at the place
that boot/bundle.h describes; an .iso is GRUB with the image, the archive as a
module, and the command line in the menu.
"""
import os
import re
import shutil
import struct
import subprocess
import tempfile

from .common import ROOT, Fail, need_command, shown

ANCHOR_MAGIC = b"DOORBELL-ANCHOR1"
BUNDLE_MAGIC = b"DBBUNDL1"
HEADER_BYTES = 4096
MB1_MAGIC = 0x1badb002
PT_NULL, PT_LOAD = 0, 1
PF_W, PF_R = 2, 4


def _find(data, needle, step, end):
    at = data.find(needle, 0, end)
    while at >= 0 and at % step:
        at = data.find(needle, at + 1, end)
    return at


def _bundle(archive, cmdline):
    """The bundle: one header page with the command line, the archive."""
    text = cmdline.encode()
    if len(text) > HEADER_BYTES - 24:
        raise Fail("the command line is too long for a bundle")
    head = struct.pack("<8sIIQ", BUNDLE_MAGIC, len(text), 0, len(archive))
    return (head + text).ljust(HEADER_BYTES, b"\0") + archive


class _Program:
    """One program header of a 64-bit ELF file, writable in place."""
    FORMAT = "<IIQQQQQQ"

    def __init__(self, data, at):
        self._data, self._at = data, at
        (self.type, self.flags, self.offset, self.vaddr, self.paddr,
         self.filesz, self.memsz, self.align) = \
            struct.unpack_from(self.FORMAT, data, at)

    def store(self):
        """Write the fields back."""
        struct.pack_into(self.FORMAT, self._data, self._at, self.type,
                         self.flags, self.offset, self.vaddr, self.paddr,
                         self.filesz, self.memsz, self.align)


def _program_headers(data):
    phoff, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    return [_Program(data, phoff + i * size) for i in range(count)]


def bundled_elf(kernel, archive, cmdline):
    """The image with a bundle: the steps of boot/bundle.h, in their order."""
    with open(kernel, "rb") as f:
        data = bytearray(f.read())
    wrong = Fail(f"{shown(kernel)} has no place for a bundle: "
                 "build it anew with `make`")
    # 1. the anchor and the multiboot header
    anchor = _find(data, ANCHOR_MAGIC, 8, len(data))
    header = _find(data, struct.pack("<I", MB1_MAGIC), 4, 8192)
    if anchor < 0 or header < 0 or data[:4] != b"\x7fELF":
        raise wrong
    image_end, = struct.unpack_from("<Q", data, anchor + 16)
    header_addr, _load, load_end = struct.unpack_from("<III", data,
                                                      header + 12)
    off = header - header_addr
    bundle = _bundle(archive, cmdline)
    # 2. the image to its end, .bss as zeros, the bundle
    del data[load_end + off:]
    if len(data) > image_end + off or image_end % 4096:
        raise wrong
    data += bytes(image_end + off - len(data))
    data += bundle
    # 3. the anchor
    struct.pack_into("<QQ", data, anchor + 24, image_end, len(bundle))
    # 4. the multiboot header's load_end_addr and bss_end_addr
    end = image_end + len(bundle)
    if end > 0xffffffff:
        raise Fail("the bundle does not fit below 4 GiB")
    struct.pack_into("<II", data, header + 20, end, end)
    # 5. the program headers
    spare = None
    for ph in _program_headers(data):
        if ph.type == PT_NULL and spare is None:
            spare = ph
        elif ph.type == PT_LOAD and ph.flags & PF_W:
            ph.filesz = ph.memsz
            ph.store()
    if spare is None:
        raise wrong
    spare.type, spare.flags, spare.align = PT_LOAD, PF_R, 4096
    spare.offset = image_end + off
    spare.vaddr = spare.paddr = image_end
    spare.filesz = spare.memsz = len(bundle)
    spare.store()
    # 6. no section headers
    struct.pack_into("<Q", data, 40, 0)
    struct.pack_into("<HH", data, 60, 0, 0)
    return bytes(data)


def _split_words(cmdline):
    """The command line's words; double quotes keep blanks."""
    return [w.replace('"', "")
            for w in re.findall(r'(?:"[^"]*"|[^\s"])+', cmdline)]


def _grub_word(word):
    """A word of GRUB's script language that reaches the kernel unchanged."""
    if "'" in word or "\\" in word:
        raise Fail(f"the argument {word!r} holds a quote or a backslash, "
                   "which GRUB changes on its way: make an .elf, or put it "
                   "into a script (--add)")
    return f"'{word}'"


def grub_config(cmdline):
    """The menu entry that boots /boot/doorbell.elf with a command line."""
    words = " ".join(map(_grub_word, _split_words(cmdline)))
    return ("menuentry 'Doorbell' {\n"
            f"\tmultiboot2 /boot/doorbell.elf {words}\n"
            "\tmodule2 /boot/initrd.cpio\n"
            "}\n")


def grub_iso(kernel, archive, cmdline, output):
    """A disc that boots the image with this archive and command line."""
    tool = need_command("grub-mkrescue")
    for helper in ("xorriso", "mformat"):
        need_command(helper)
    with tempfile.TemporaryDirectory(prefix="doorbell-iso-") as tree:
        grub = os.path.join(tree, "boot", "grub")
        os.makedirs(grub)
        shutil.copyfile(kernel, os.path.join(tree, "boot", "doorbell.elf"))
        with open(os.path.join(tree, "boot", "initrd.cpio"), "wb") as f:
            f.write(archive)
        shutil.copyfile(os.path.join(ROOT, "boot", "grub.cfg"),
                        os.path.join(grub, "grub.cfg"))
        # boot/grub.cfg reads it: this entry comes before its own.
        with open(os.path.join(tree, "boot", "cmdline.cfg"), "w",
                  encoding="utf-8") as f:
            f.write(grub_config(cmdline))
        run = subprocess.run(
            [tool, "--fonts=", "--themes=", "--locales=", "-o", output,
             tree], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False)
    if run.returncode or not os.path.exists(output):
        raise Fail("grub-mkrescue failed: "
                   + run.stdout.decode(errors="replace").strip()[-400:])


def write_image(kernel, archive, cmdline, output):
    """Make OUTPUT.elf or OUTPUT.iso; a failure leaves nothing half done."""
    kind = os.path.splitext(output)[1]
    if kind not in (".elf", ".iso"):
        raise Fail(f"-o {output}: the name ends in .elf or .iso")
    partial = output + ".partial"
    try:
        if kind == ".iso":
            grub_iso(kernel, archive, cmdline, partial)
        else:
            with open(partial, "wb") as f:
                f.write(bundled_elf(kernel, archive, cmdline))
        os.replace(partial, output)
    except OSError as e:
        raise Fail(f"cannot write {output}: {e.strerror}") from None
    finally:
        if os.path.exists(partial):
            os.unlink(partial)
