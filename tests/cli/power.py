#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a disk may hold after a power cut at each step of a call.

power.py TRACE BEFORE AFTER ROOT OUT: TRACE is what strace -y wrote of a call that changed the tree ROOT from BEFORE (a
copy) to AFTER (another). For every traced step, the tree is made as the disk may have it then:

    strict     a name changes only once its directory was synced
    eager      every change of a name is there, but bytes that were not synced are not
    reordered  of the changes that were not synced only the last one is there

into OUT/NUMBER, each distinct tree once. Prints how many steps and how many trees there are.
"""
import os
import re
import shutil
import sys

CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) = (-?\d+)")
FD = re.compile(r"^(?:AT_FDCWD|\d+)<([^>]*)>")  # and "(deleted)", where a file has no name


def split(text):
    return [part.strip() for part in re.findall(r'(?:"(?:\\.|[^"])*"|<[^>]*>|[^,])+', text)]


def steps(trace):
    with open(trace, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = CALL.match(line)
            if match and int(match.group(3)) >= 0:
                yield match.group(1), split(match.group(2)), int(match.group(3))


class Disk:
    """The changes of names in their order, each with the directory that has to be synced for it."""

    def __init__(self, root):
        self.root = root
        self.ops = []  # [kind, source, target, synced bytes, directory, is durable]
        self.synced = set()  # files without a name yet, by what /proc/self/fd/N leads to
        self.fds = {}

    def inside(self, directory, name):
        path = name.strip('"')
        if not path.startswith("/"):
            path = os.path.join(directory, path)
        path = os.path.normpath(path)
        return os.path.relpath(path, self.root) if (path + "/").startswith(self.root + "/") else None

    def add(self, kind, source, target, synced):
        if target is not None:
            self.ops.append([kind, source, target, synced, os.path.dirname(target), False])

    def at(self, directory):
        match = FD.match(directory)
        return match.group(1) if match else self.cwd

    def step(self, call, args, result):
        self.cwd = os.getcwd()
        if call in ("fsync", "fdatasync"):
            path = FD.match(args[0]).group(1)
            self.synced.add(args[0].split("<")[0])
            directory = os.path.relpath(path, self.root)
            for op in self.ops:
                if op[4] == ("" if directory == "." else directory):
                    op[5] = True
        elif call in ("openat", "openat2") and "O_CREAT" in args[2]:
            self.synced.discard(str(result))
            self.add("create", None, self.inside(self.at(args[0]), args[1]), False)
        elif call in ("openat", "openat2"):
            self.synced.discard(str(result))
        elif call == "mkdir":
            self.add("mkdir", None, self.inside(self.cwd, args[0]), True)
        elif call == "mkdirat":
            self.add("mkdir", None, self.inside(self.at(args[0]), args[1]), True)
        elif call == "linkat" and "/proc/self/fd/" in args[1]:
            number = args[1].strip('"').rsplit("/", 1)[1]
            self.add("link", None, self.inside(self.at(args[2]), args[3]), number in self.synced)
        elif call in ("renameat2", "renameat"):
            self.add("rename", self.inside(self.at(args[0]), args[1]), self.inside(self.at(args[2]), args[3]), True)
        elif call == "rename":
            self.add("rename", self.inside(self.cwd, args[0]), self.inside(self.cwd, args[1]), True)
        elif call in ("unlink", "unlinkat"):
            where = args[-2] if call == "unlinkat" else args[0]
            self.add("unlink", None, self.inside(self.at(args[0]) if call == "unlinkat" else self.cwd, where), True)


def final_name(ops, name, start):
    for op in ops[start:]:
        if op[0] == "rename" and op[1] == name:
            name = op[2]
    return name


def apply(tree, every, index):
    kind, source, target, synced, _, _ = every[index]
    if kind == "mkdir":
        tree[target] = ("dir", None)
    elif kind in ("link", "create"):
        if kind == "link" or target not in tree:
            tree[target] = ("after" if synced else "empty", final_name(every, target, index + 1))
    elif kind == "rename" and source in tree:
        tree[target] = tree.pop(source)
    elif kind == "unlink":
        tree.pop(target, None)


def read(top):
    tree = {}
    for folder, folders, files in os.walk(top):
        for name in folders:
            tree[os.path.relpath(os.path.join(folder, name), top)] = ("dir", None)
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), top)
            tree[path] = ("before", path)
    return tree


def write(tree, before, after, out):
    os.makedirs(out)
    for path, (kind, _) in tree.items():
        if kind == "dir":
            os.makedirs(os.path.join(out, path), exist_ok=True)
    for path, (kind, source) in tree.items():
        target = os.path.join(out, path)
        if kind == "dir" or not os.path.isdir(os.path.dirname(target)):
            continue
        if kind == "empty":
            open(target, "w", encoding="utf-8").close()
        else:
            shutil.copy2(os.path.join(before if kind == "before" else after, source), target)


def variants(base, disk):
    ops = disk.ops
    durable = [i for i, op in enumerate(ops) if op[5]]
    loose = [i for i, op in enumerate(ops) if not op[5]]
    for chosen in (durable, range(len(ops)), durable + loose[-1:]):
        tree = dict(base)
        for i in chosen:
            apply(tree, disk.every, i)
        yield tree


def main():
    trace, before, after, root, out = sys.argv[1:]
    root = os.path.abspath(root)
    whole = Disk(root)
    recorded = list(steps(trace))
    for step in recorded:
        whole.step(*step)
    disk = Disk(root)
    disk.every = whole.ops
    base = read(before)
    seen = {}
    for step in recorded:
        disk.step(*step)
        for tree in variants(base, disk):
            seen.setdefault(tuple(sorted(tree.items())), tree)
    for number, tree in enumerate(seen.values()):
        write(tree, before, after, os.path.join(out, str(number)))
    print(len(recorded) * 3, len(seen))


if __name__ == "__main__":
    main()
