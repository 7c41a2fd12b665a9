#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every function that a header declares has a kernel-doc comment at its
definition, with a line for each parameter; every .c file opens with a DOC:
comment; every RFC that is cited has its title in docs/REFERENCES.md; every
counter and every test that docs/BAD_INPUT.md names exists.
(Functions defined in a header are described there in any form, and
lib/platform.h describes its own, because its definitions are elsewhere.)"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
FOLDERS = ("boot", "drivers", "kernel", "lib", "net")
# Their contract is in the header: several builds define them.
CONTRACTS = ("lib/platform.h", "lib/kunit.h", "kernel/string.h")

COMMENT = re.compile(r"/\*.*?\*/", re.S)
DECLARATION = re.compile(
    r"^(?!static|typedef|#|\s|struct \w+ \{|return)[\w\s*]*?\b(\w+)"
    r"\((?:[^(){};]|\([^(){};]*\))*\)(?:\s*__\w+(?:\([^()]*\))?)*;", re.M)
DEFINITION = re.compile(
    r"(?P<doc>/\*\*(?:(?!\*/).)*\*/\s*)?"
    r"^(?!static|typedef|#|\s|else|return)(?P<head>[\w \t*\n]*?\b"
    r"(?P<name>\w+)\((?P<args>(?:[^(){};]|\([^(){};]*\))*)\)"
    r"(?:\s*__\w+(?:\([^()]*\))?)*)\s*^\{", re.M | re.S)


def read(path):
    """A file's text."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def files(suffix):
    """Paths below the folders, sorted."""
    found = []
    for folder in FOLDERS:
        for top, _, names in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.relpath(os.path.join(top, n), ROOT)
                      for n in names if n.endswith(suffix)]
    return sorted(found)


def declared():
    """{function: header} of every public function."""
    found = {}
    for path in files(".h"):
        if path in CONTRACTS:
            continue
        text = COMMENT.sub("", read(path))
        for m in DECLARATION.finditer(text):
            found[m[1]] = path
    return found


def parameter_names(args):
    """Names of a definition's parameters."""
    args = COMMENT.sub("", args)
    names = []
    for part in re.split(r",(?![^()]*\))", args):
        part = part.strip()
        m = re.search(r"\(\*(\w+)\)", part) or \
            re.search(r"(\w+)(?:\[[^]]*\])*$", part)
        if m and part not in ("void", ""):
            names.append("..." if part == "..." else m[1])
    return names


def check_definition(path, line, m):
    """What the comment of one public function lacks."""
    where, name = f"{path}:{line}", m["name"]
    if not m["doc"]:
        return [f"{where}: {name}() has no kernel-doc comment"]
    doc = m["doc"]
    errors = []
    if not re.search(rf"^\s*\* {name}\(\) - \S", doc, re.M):
        errors.append(f"{where}: the comment does not begin with "
                      f"`{name}() - `")
    for parameter in parameter_names(m["args"]):
        if f"@{parameter}" not in doc:
            errors.append(f"{where}: {name}() does not describe "
                          f"@{parameter}")
    return errors


def check_citations():
    """RFCs cited without a line in docs/REFERENCES.md."""
    listed = set()
    for row in re.findall(r"^\| ([\d, ]+) \|", read("docs/REFERENCES.md"),
                          re.M):
        listed |= set(row.replace(",", " ").split())
    cited = {}
    for path in files(".c") + files(".h"):
        for number in re.findall(r"\bRFC[ \n*]+(\d+)", read(path)):
            cited.setdefault(number, path)
    return [f"{path}: RFC {number} is not in docs/REFERENCES.md"
            for number, path in sorted(cited.items())
            if number not in listed]


def counters():
    """The names that docs/BAD_INPUT.md may give a counter."""
    names = {group * (group != "TcpExt") + name for group, name in
             re.findall(r"X\((\w+), (\w+)\)", read("net/core/snmp.h"))}
    return names | {"drop." + name for name in re.findall(
        r"X\((\w+)\)", read("net/core/dropreason.h"))}


def tests():
    """Suites' cases, and scripts by topic/name."""
    found = set()
    for top, _, names in os.walk(ROOT):
        for path in (os.path.join(top, name) for name in names):
            if path.endswith("_test.c"):
                found |= set(re.findall(r"KUNIT_CASE\((\w+)\)", read(path)))
            elif path.endswith(".pkt"):
                found.add("/".join(path[:-len(".pkt")].split("/")[-2:]))
    return found


def check_bad_input():
    """Rows of docs/BAD_INPUT.md without a test, or with a wrong name."""
    page, errors = "docs/BAD_INPUT.md", []
    known = {"counter": counters(), "test": tests()}
    columns = []
    for number, line in enumerate(read(page).splitlines(), 1):
        cells = [c.strip() for c in line.split("|")[1:-1]]
        if "test" in cells:
            columns = cells
        elif not cells:
            columns = []
        elif not line.startswith("|---"):
            row = dict(zip(columns, cells))
            errors += [f"{page}:{number}: no {kind} {name}"
                       for kind, names in known.items()
                       for name in re.findall(r"`([^`]+)`", row.get(kind, ""))
                       if name not in names]
            if columns and not row.get("test"):
                errors.append(f"{page}:{number}: no test")
    return errors


def main():
    """Report what is missing; 0 if nothing is."""
    public, seen = declared(), 0
    errors = check_citations() + check_bad_input()
    for path in files(".c"):
        text = read(path)
        if not re.match(r"// SPDX[^\n]*\n/\*\n? ?\*? ?DOC:", text):
            errors.append(f"{path}:1: does not open with a DOC: comment")
        if path.endswith("_test.c"):
            continue
        for m in DEFINITION.finditer(text):
            if m["name"] in public:
                seen += 1
                line = text.count("\n", 0, m.start("head")) + 1
                errors += check_definition(path, line, m)
    if errors:
        print(*errors, f"comments: {seen} public functions, "
              f"{len(errors)} faults", sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
