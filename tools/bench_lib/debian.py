# SPDX-License-Identifier: MIT
"""The Linux guest: Debian's own kernel package, downloaded by apt and unpacked
(never installed), with an initramfs that holds busybox, the e1000 module and
the program to run. build/bench/linux keeps the package's two files."""
import glob
import os
import re
import shlex
import shutil
import subprocess
import tempfile

from doorbell_lib.archive import Cpio, find_program
from doorbell_lib.common import BUILD, Fail, need_command

FOLDER = os.path.join(BUILD, "bench", "linux")
MODULE = "kernel/drivers/net/ethernet/intel/e1000/e1000.ko"
EXIT_OK = 33  # written to the debug-exit port: QEMU ends with 33 << 1 | 1

INIT = """#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
$bb insmod /e1000.ko
$bb ifconfig lo 127.0.0.1 up
$bb ifconfig eth0 {guest} netmask {netmask} up
n=0
while [ "$($bb cat /sys/class/net/eth0/carrier)" != 1 ] && [ $n -lt 50 ]; do
	$bb usleep 100000; n=$((n + 1))
done
{setup}
echo bench-start
{command}
echo bench-status $?
$bb printf '\\{octal:o}' | $bb dd of=/dev/port bs=1 seek=244 count=1 2>/dev/null
"""


def _package():
    """The name of the newest kernel package."""
    out = subprocess.run(["apt-cache", "depends", "linux-image-amd64"],
                         capture_output=True, text=True, check=False).stdout
    found = re.search(r"Depends: (linux-image-\S+)", out)
    if not found:
        raise Fail("apt knows no linux-image-amd64: run `apt-get update`")
    return found[1]


def fetch():
    """(kernel, module) as files; downloads the package once."""
    kernel = os.path.join(FOLDER, "vmlinuz")
    module = os.path.join(FOLDER, "e1000.ko")
    if os.path.exists(kernel) and os.path.exists(module):
        return kernel, module
    os.makedirs(FOLDER, exist_ok=True)
    name = _package()
    with tempfile.TemporaryDirectory(prefix="doorbell-") as work:
        run = subprocess.run(["apt-get", "download", "-q", name], cwd=work,
                             capture_output=True, text=True, check=False)
        packages = glob.glob(os.path.join(work, "*.deb"))
        if run.returncode or not packages:
            raise Fail(f"apt-get download {name} failed: "
                       + run.stderr.strip()[-300:])
        subprocess.run([need_command("dpkg-deb"), "-x", packages[0], work],
                       check=True)
        (image,) = glob.glob(os.path.join(work, "boot", "vmlinuz-*"))
        (ko,) = glob.glob(os.path.join(work, "lib/modules/*", MODULE))
        shutil.copyfile(ko, module)
        shutil.copyfile(image, kernel + ".partial")
        os.replace(kernel + ".partial", kernel)
    with open(os.path.join(FOLDER, "package"), "w", encoding="ascii") as f:
        print(os.path.basename(packages[0]), file=f)
    return kernel, module


def initramfs(network, program, args, setup="", packed=b""):
    """The archive that runs one program with the network up.

    @packed: an archive that has the program; else it is one of apps/.
    """
    _kernel, module = fetch()
    cpio = Cpio()
    if packed:
        cpio.merge_usr()
    for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
        cpio.directory(name)
    for name in ("busybox",) if packed else ("busybox", program):
        path = find_program(name)
        cpio.add_host_path(path, "bin/" + os.path.basename(path))
    cpio.add_host_path(module, "e1000.ko")
    cpio.file("etc/hosts", f"127.0.0.1 localhost\n{network.host} host\n"
              .encode())
    script = INIT.format(
        guest=network.guest, netmask=network.netmask, setup=setup,
        command=" ".join(["/bin/" + program, *map(shlex.quote, args)]),
        octal=EXIT_OK)
    cpio.file("init", script.encode(), 0o755)
    return packed + cpio.finish()
