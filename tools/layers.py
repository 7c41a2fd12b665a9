#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Check the architecture: who may include whom, and who calls whom.

tools/layers.txt is the rule: for each folder, the folders that its files may
include (the longest prefix wins; a folder may always include itself and what
lies below it). Reported are

  - an include outside the table, or of a project file that does not exist,
  - a cycle among headers,
  - a foreign *_int.h: it belongs to its own folder,
  - with --objects: by nm, a symbol that a folder uses and that neither a
    permitted folder nor a declaration of lib/platform.h provides.

Test sources (*_test.c) may also include tests/, and their calls are free.
"""
import argparse
import collections
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
PLATFORM = "lib/platform.h"
# What a compiler itself may include and call, and libgcc's helpers.
FREESTANDING = {"stddef.h", "stdint.h", "stdarg.h", "stdbool.h"}
COMPILER_CALLS = {"memcpy", "memmove", "memset", "memcmp"}
# These see the host's C library; the rest of the project does not.
HOSTED = ("tests/bench", "tests/host", "tests/fuzz", "tests/netsim",
          "tests/packetdrill", "apps")


class Rules:
    """tools/layers.txt."""

    def __init__(self, path):
        self._may = {}
        with open(path, encoding="utf-8") as f:
            for line in f:
                line = line.split("#")[0].strip()
                if line:
                    name, _, allowed = line.partition(":")
                    self._may[name.strip()] = allowed.split()

    def layer(self, folder):
        """The entry that a folder falls under: the longest prefix."""
        while folder and folder not in self._may:
            folder = os.path.dirname(folder)
        return folder

    def permits(self, user, used):
        """Whether a file of folder user may use one of folder used."""
        mine, theirs = self.layer(user), self.layer(used)
        if not mine:
            return False
        allowed = self._may[mine]
        return mine == theirs or "*" in allowed or theirs in allowed


def sources():
    """Every C, header and assembly file of the tree, sorted."""
    found = []
    for top, folders, names in os.walk(ROOT):
        folders[:] = sorted(d for d in folders
                            if d not in ("build", ".git") and d[0] != ".")
        found += [os.path.relpath(os.path.join(top, n), ROOT)
                  for n in sorted(names) if n.endswith((".c", ".h", ".S"))]
    return found


def read_includes(path):
    """(line, is it <...>, name) of each include."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        text = f.read()
    for m in INCLUDE.finditer(text):
        yield text.count("\n", 0, m.start()) + 1, m[1] == "<", m[2]


def check_include(rules, path, name, system):
    """What is wrong with one include, or None."""
    folder = os.path.dirname(path)
    if system:
        hosted = path.startswith(HOSTED)
        if not hosted and name not in FREESTANDING:
            return f"<{name}>: no C library here"
        return None
    if not os.path.exists(os.path.join(ROOT, name)):
        return f'"{name}": no such file (includes spell their folder)'
    target = os.path.dirname(name)
    if name.endswith("_int.h") and target != folder and \
            not folder.startswith("tests"):
        return f'"{name}" is private to {target}/'
    if path.endswith("_test.c") and rules.layer(target) == "tests":
        return None
    if not rules.permits(folder, target):
        return f'"{name}": {rules.layer(folder) or folder} may not use ' \
               f"{rules.layer(target) or target}"
    return None


def check_includes(rules):
    """Wrong includes, and the graph of headers."""
    errors, graph = [], {}
    for path in sources():
        uses = []
        for line, system, name in read_includes(path):
            why = check_include(rules, path, name, system)
            if why:
                errors.append(f"{path}:{line}: {why}")
            elif not system:
                uses.append(name)
        if path.endswith(".h"):
            graph[path] = uses
    return errors, graph


def find_cycles(graph):
    """Each cycle of headers, once, as a line."""
    errors, done = [], set()

    def visit(node, trail):
        if node in trail:
            loop = trail[trail.index(node):] + [node]
            errors.append("cycle of headers: " + " -> ".join(loop))
            return
        if node in done:
            return
        for used in graph.get(node, ()):
            visit(used, trail + [node])
        done.add(node)

    for header in sorted(graph):
        visit(header, [])
    return errors


def nm_symbols(nm, objects):
    """({symbol: object that defines it}, {object: symbols it needs})."""
    defined, needed = {}, collections.defaultdict(set)
    run = subprocess.run([nm, "-A", "-g", *objects], check=True,
                         stdout=subprocess.PIPE)
    for line in run.stdout.decode().splitlines():
        path, _, rest = line.partition(":")
        fields = rest.split()
        kind, symbol = fields[-2], fields[-1]
        if kind == "U":
            needed[path].add(symbol)
        elif kind not in "wv":
            defined[symbol] = path
    return defined, needed


def platform_names():
    """Functions and variables that lib/platform.h declares."""
    with open(os.path.join(ROOT, PLATFORM), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    return (set(re.findall(r"\b(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\)", text)) |
            set(re.findall(r"^extern [^;()]*\b(\w+);", text, flags=re.M)))


def check_calls(rules, nm, folder):
    """Symbols used across a border that the table closes."""
    objects = [os.path.join(top, n)
               for top, _, names in os.walk(folder) for n in sorted(names)
               if n.endswith(".o")]
    by_folder = collections.defaultdict(list)
    for path in objects:
        name = os.path.dirname(os.path.relpath(path, folder))
        if name and not path.endswith("_test.o"):
            by_folder[name].append(path)
    defined, needed = nm_symbols(nm, sorted(sum(by_folder.values(), [])))
    outside = platform_names() | COMPILER_CALLS
    errors = []
    for path, symbols in sorted(needed.items()):
        user = os.path.dirname(os.path.relpath(path, folder))
        free = outside if user.startswith(("net", "lib")) else set()
        for symbol in sorted(symbols - free):
            home = defined.get(symbol)
            where = os.path.relpath(path, folder)
            if home is None:
                if not symbol.startswith(("__start_", "__stop_", "__",
                                          "_GLOBAL_")):
                    errors.append(f"{where}: nobody provides {symbol}")
                continue
            used = os.path.dirname(os.path.relpath(home, folder))
            if not rules.permits(user, used):
                errors.append(f"{where}: calls {symbol} of {used}/, which "
                              f"{rules.layer(user)} may not use")
    return errors


def main():
    """Report every violation; 0 if there is none."""
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.
                                 RawDescriptionHelpFormatter)
    ap.add_argument("--nm", default="nm", help="the nm to use")
    ap.add_argument("--objects", metavar="DIR",
                    help="object files in folders like the tree's")
    a = ap.parse_args()
    rules = Rules(os.path.join(ROOT, "tools", "layers.txt"))
    errors, graph = check_includes(rules)
    errors += find_cycles(graph)
    if a.objects:
        errors += check_calls(rules, a.nm, a.objects)
    print(*errors, sep="\n", end="\n" if errors else "")
    print(f"layers: {len(graph)} headers, {len(errors)} violations")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
