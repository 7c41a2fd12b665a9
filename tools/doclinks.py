#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The documents speak of the tree as it is: every source file that README.md
or a docs/*.md names exists, and so does every function() it names. In a table with
the columns `file` and `function` the functions are in the files of their line.

A name counts when it stands in back quotes. `file.c` may leave out the folder
and may hold a *. A `function()` is one that is defined, a macro with
arguments, a system call, an entry point of assembly, or a member of an
operations struct. Linux's names that do not exist here are written without
parentheses."""
import collections
import fnmatch
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
QUOTED = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?<![\w./*-])([\w./*-]*\w\*?\.(?:c|h|S|py|txt|md|ld|cfg))"
                  r"(?![\w])")
FUNCTION = re.compile(r"(?<![\w.])(\w+)\(\)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
DEFINED = re.compile(r"^(?!#|else|return|extern)[A-Za-z_][\w\s*]*?\b(\w+)"
                     r"\([^;{}]*\)[^;{}=]*\{", re.M)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(", re.M)
SYSCALL = re.compile(r"^SYSCALL_DEFINE\d\((\w+)", re.M)
MEMBER = re.compile(r"\(\*(\w+)\)\(")
LABEL = re.compile(r"^(\w+):", re.M)
PYTHON = re.compile(r"^\s*(?:def|class) (\w+)", re.M)


def tracked():
    """The tree's files."""
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True,
                         stdout=subprocess.PIPE)
    return run.stdout.decode().split()


def functions(paths):
    """{name: files that define it}."""
    found = collections.defaultdict(set)
    for path in paths:
        if not path.endswith((".c", ".h", ".S", ".py")):
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            text = f.read()
        if path.endswith(".py"):
            patterns = (PYTHON,)
        else:
            text = COMMENT.sub("", text)
            patterns = (LABEL, MACRO) if path.endswith(".S") else \
                (DEFINED, MACRO, SYSCALL, MEMBER)
        for pattern in patterns:
            for m in pattern.finditer(text):
                found[m[1]].add(path)
    return found


def matching(name, paths):
    """The files that a name in a document means."""
    return {p for p in paths
            if fnmatch.fnmatch(p, name) or fnmatch.fnmatch(p, "*/" + name)}


def check_line(line, paths, defined, strict):
    """What one line names in vain; strict: or not in the files it names."""
    named, errors = set(), []
    quoted = QUOTED.findall(line)
    for text in quoted:
        for name in FILE.findall(text):
            hits = matching(name, paths)
            named |= {h for h in hits if h.endswith((".c", ".h", ".S"))}
            if not hits:
                errors.append(f"no file {name}")
    for text in quoted:
        for name in FUNCTION.findall(text):
            if name not in defined:
                errors.append(f"no function {name}()")
            elif strict and named and not defined[name] & named:
                errors.append(f"{name}() is in " +
                              ", ".join(sorted(defined[name])))
    return errors


def main():
    """Report every name that leads nowhere; 0 if there is none."""
    paths = tracked()
    defined = functions(paths)
    errors, seen = [], 0
    for doc in sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")) +
                      [os.path.join(ROOT, "README.md")]):
        with open(doc, encoding="utf-8") as f:
            # Blank the fenced blocks, so that line numbers stay.
            text = FENCE.sub(lambda m: "\n" * m[0].count("\n"), f.read())
        strict = False
        for number, line in enumerate(text.splitlines(), 1):
            if line.endswith("| file | function |"):
                strict = True
            elif not line.startswith("|"):
                strict = False
            seen += len(QUOTED.findall(line))
            errors += [f"{os.path.relpath(doc, ROOT)}:{number}: {e}"
                       for e in check_line(line, paths, defined, strict)]
    if errors:
        print(*errors, f"documents: {seen} quoted names, {len(errors)} faults",
              sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
