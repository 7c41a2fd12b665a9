# SPDX-License-Identifier: MIT
"""`--with`: programs of Debian's packages, with the libraries that they need.

An installed package is taken from where it is. Another is downloaded with all
that it depends on and unpacked below build/packages, once; nothing is ever
installed. The dynamic linker itself says which libraries a program loads.
"""
import os
import re
import shutil
import subprocess

from .common import BUILD, Fail
from .cpio import place

STORE = os.path.join(BUILD, "packages")
LOADER = "/lib64/ld-linux-x86-64.so.2"
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib",
             "lib")
# What of a package goes along: programs, and what they open when they run.
WANTED = re.compile(
    r"(usr/)?s?bin/."
    r"|(usr/)?lib/(?!systemd/|init/|udev/|python3/dist-packages/|"
    r"[^/]*/pkgconfig/|python3\.\d+/(test|idlelib|lib2to3|ensurepip|"
    r"turtledemo|tkinter|config-)|.*/__pycache__/|.*\.(a|la)$)"
    r"|etc/(?!init\.d/|cron|default/|logrotate|network/|apparmor|"
    r"bash_completion|systemd/|ufw/|dhcp/)")
# A package in parts: what else belongs to it.
PARTS = {"python3": r"(lib)?python3[.\d]*(-minimal|-stdlib)?$",
         "iperf3": r"libiperf0$"}

def _output(*command, **how):
    r = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                       errors="replace", stderr=subprocess.PIPE,
                       stdin=subprocess.DEVNULL, check=False, **how)
    return r.returncode, r.stdout, r.stderr


def _fail(name, err, remedy=""):
    lines = [line for line in err.splitlines() if line.strip()]
    reason = lines[-1].removeprefix("E: ") if lines else "failed"
    raise Fail(f"--with {name}: {reason}{remedy}")


def _is_installed(package):
    status, out, _ = _output("dpkg-query", "-W", "-f",
                             "${db:Status-Status}", package)
    return status == 0 and out.startswith("installed")


def _depends(package):
    """The package and all it depends on, as names."""
    status, out, err = _output(
        "apt-cache", "depends", "--recurse", "--no-recommends",
        "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces",
        "--no-enhances", package)
    if status:
        _fail(package, err)
    return [line for line in out.splitlines()
            if line and line[0] not in " <|"]


def _alternatives(script):
    """(link, target) of the programs that a package's postinst names by
    update-alternatives, the best last; no slash in front."""
    script = script.replace("\\\n", " ")
    found = []
    for line in re.findall(r"update-alternatives\s.*", script):
        m = re.search(r"--install\s+/(\S+)\s+\S+\s+/(\S+)\s+(\d+)", line)
        if m:
            rank = int(m.group(3))
            found.append((rank, m.group(1), m.group(2)))
            found += [(rank, link, target) for link, target in
                      re.findall(r"--slave\s+/(\S+)\s+\S+\s+/(\S+)", line)]
    return [entry[1:] for entry in sorted(found)]


def link_alternatives(root, script):
    """What postinst would do about names, below root."""
    links = dict(_alternatives(script))
    for link, target in links.items():
        path = os.path.join(root, link)
        if os.path.lexists(os.path.join(root, target)) and \
                not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(os.path.relpath(target, os.path.dirname(link)), path)


def _unpack(package):
    """Download a package into a folder of its own below STORE."""
    target = os.path.join(STORE, package)
    if os.path.isdir(target):
        return
    work = target + ".new"
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    remedy = ("; it is not installed and cannot be downloaded. As root:\n"
              "  apt-get update && apt-get install -y "
              f"--no-install-recommends {package}")
    status, _, err = _output("apt-get", "download", "-q", package, cwd=work)
    debs = [f for f in os.listdir(work) if f.endswith(".deb")]
    if status or not debs:
        _fail(package, err, remedy)
    status, _, err = _output("dpkg-deb", "-x", debs[0], work, cwd=work)
    if status:
        _fail(package, err)
    link_alternatives(work, _output("dpkg-deb", "-I", debs[0], "postinst",
                                     cwd=work)[1])
    os.remove(os.path.join(work, debs[0]))
    os.rename(work, target)


class Package:
    """One package's files: `root` and the paths below it."""

    def __init__(self, name):
        if _is_installed(name):
            self.root = "/"
            _, out, _ = _output("dpkg", "-L", name)
            self.paths = [p.strip("/") for p in out.splitlines()
                          if p.startswith("/") and p != "/."]
            script = f"/var/lib/dpkg/info/{name}.postinst"
            if os.path.exists(script):
                with open(script, encoding="utf-8", errors="replace") as f:
                    self.paths += [link for link, _ in _alternatives(f.read())]
            return
        _unpack(name)
        self.root = os.path.join(STORE, name)
        self.paths = sorted(
            os.path.relpath(os.path.join(top, f), self.root)
            for top, folders, files in os.walk(self.root)
            for f in files + [d for d in folders
                              if os.path.islink(os.path.join(top, d))])

    def wanted(self):
        """(path on the host, path inside) of each file that goes along."""
        for path in self.paths:
            host = os.path.join(self.root, path)
            if WANTED.match(path) and (os.path.islink(host)
                                       or os.path.isfile(host)):
                yield host, place(path)


class Selection:
    """The packages of --with, and all of their files by path inside."""

    def __init__(self, names):
        self.files = {}
        self._roots = []  # of what was unpacked
        for name in names:
            for package in self._parts(name):
                self.files.update((inside, host)
                                  for host, inside in package.wanted())
        for inside, host in list(self.files.items()):
            try:
                self.add_libraries(host)
            except Fail:
                # A plugin of a library that the package only recommends.
                if re.match(r"usr/s?bin/", inside):
                    raise
                del self.files[inside]

    def _parts(self, name):
        if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name):
            raise Fail(f"--with {name}: that is no name of a package")
        needed = [name]
        if not _is_installed(name) or name in PARTS:
            needed = _depends(name)
        for part in needed:
            if not _is_installed(part):
                _unpack(part)
                self._roots.append(os.path.join(STORE, part))
            if part == name or re.match(PARTS.get(name, "$."), part):
                yield Package(part)

    def add_libraries(self, host):
        """What the dynamic linker loads for an ELF file of the host."""
        host = os.path.realpath(host)
        if not os.path.isfile(host):
            return
        with open(host, "rb") as f:
            if f.read(4) != b"\x7fELF":
                return
        path = ":".join(os.path.join(root, folder)
                        for root in self._roots for folder in LIBRARIES)
        if _output(LOADER, "--verify", host)[0] == 1:
            return  # static
        status, out, err = _output(
            LOADER, *(["--library-path", path] if path else []), "--list",
            host)
        if status:
            _fail(os.path.basename(host), err.replace(f"{host}: ", ""))
        for line in out.splitlines():
            m = re.search(r"(/\S+) \(0x", line)
            if m:
                self._library(m.group(1))
            elif "not found" in line:
                raise Fail(f"{os.path.basename(host)} needs "
                           f"{line.split()[0]}, which is not installed")
        self.files[place(LOADER)] = os.path.realpath(LOADER)

    def _library(self, host):
        """One that the loader has found: below a package's root, or here."""
        inside = host
        for root in self._roots:
            if host.startswith(root + "/"):
                inside = host[len(root):]
        self.files.setdefault(place(inside), os.path.realpath(host))

    def find(self, name):
        """The path inside of a program, or None."""
        for folder in ("usr/bin", "usr/sbin"):
            if f"{folder}/{name}" in self.files:
                return f"{folder}/{name}"
        return None

    def put(self, cpio):
        """Write all of it into an archive."""
        for inside, host in sorted(self.files.items()):
            target = os.readlink(host) if os.path.islink(host) else None
            if target and place(os.path.join(
                    "/", os.path.dirname(inside), target)) in self.files:
                cpio.symlink(inside, target)
            elif os.path.exists(host):
                cpio.add_host_path(host, inside)
