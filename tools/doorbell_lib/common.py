# SPDX-License-Identifier: MIT
"""What every part needs: places, and the error that ends the launcher."""
import os
import shutil

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, "build")

# Where a command comes from, for the line that tells how to get it.
PACKAGES = {
    "qemu-system-x86_64": "qemu-system-x86",
    "grub-mkrescue": "grub-common grub-pc-bin xorriso mtools",
    "xorriso": "xorriso",
    "mformat": "mtools",
    "busybox": "busybox-static",
}

EXIT_FAIL = 125     # the launcher itself failed (as env(1), timeout(1) do)
EXIT_TIMEOUT = 124  # --timeout ended the machine


class Fail(Exception):
    """An error for the user: one clear line, no traceback."""


def need_command(name):
    """The full path of a command, or Fail with the apt line."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not path:
        package = PACKAGES.get(name, name)
        raise Fail(f"{name} is not installed: "
                   f"apt-get install -y --no-install-recommends {package}")
    return path


def need_file(path, what, remedy):
    """path if it is a readable file, else Fail naming the remedy."""
    if not os.path.isfile(path):
        raise Fail(f"no {what} at {shown(path)}: {remedy}")
    if not os.access(path, os.R_OK):
        raise Fail(f"cannot read {shown(path)}: permission denied")
    return path


def shown(path):
    """A path as short as it can be said from the working directory."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else path
