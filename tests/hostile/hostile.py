# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the cases share: the register, the valid bundle that they start from, and ways to damage it."""
import os
import subprocess

import lpb
import lpb_facts

CASES = []
SAME = object()


class Case:
    """full, narrow: the exit status' name for all of the bundle and for kernel NARROW only; OK for 0."""

    def __init__(self, make, name, rules, why, full, narrow, like):
        self.make = make
        self.name = name
        self.rules = rules.split()
        self.why = why
        self.full = full
        self.narrow = full if narrow is SAME else narrow
        self.like = like


def case(rules, full, narrow=SAME, like=None):
    """Registers a function that returns a bundle's bytes, or these and key files. like: whose failure it was."""
    def register(make):
        CASES.append(Case(make, make.__name__, rules, make.__doc__, full, narrow, like))
        return make
    return register


def add(name, rules, why, full, make, narrow=SAME, like=None):
    """The same for a case out of a table."""
    CASES.append(Case(make, name, rules, why, full, narrow, like))


# --- What valid bundles are made of ---

KEY = lpb.Key(b"lppack test key, trusted by test")
STRANGER = lpb.Key(b"lppack test key, trusted by none")
NARROW = 1          # the kernel of the narrow reading; its base is kernel 0; kernel 2 has nothing to do with it
OUTSIDE = 2
IDS = [bytes([0x10 * (i + 1) + i] * 20) for i in range(3)]

_modules = {}


def module(*options):
    if options not in _modules:
        path = lpb.new_scratch("made")
        tool = os.path.join(os.environ.get("top_builddir", "."), "tests/tools/mkmodule")
        subprocess.run([tool, *options, "-o", path], check=True)
        with open(path, "rb") as f:
            _modules[options] = f.read()
    return _modules[options]


PLAIN = ("--function", "seq_read", "--function", "seq_open,2", "--object", "ext4", "--function", "ext4_sync_fs",
         "--callback", "pre_patch")


def sample(number, *options):
    return module("--release", "6.1.0-%d-test" % number, *(options or PLAIN))


def kernel(number, data, base=None, not_applicable=(), facts=None):
    return lpb.Kernel(IDS[number], data, facts or lpb_facts.inspect(data), base, not_applicable)


def kernels():
    return [kernel(0, sample(1)), kernel(1, sample(2), base=0),
            kernel(2, sample(3, "--signed", "--state", "1:2", "--function", "proc_show"), not_applicable=["TEST-2"])]


def fixes():
    return {"fixes": [{"id": "TEST-1", "summary": "a \"quoted\" \\ text", "severity": "high", "since": 3,
                       "functions": ["seq_read", "seq_open"]},
                      {"id": "TEST-2", "cvss": "9.8", "since": 7, "functions": []}],
            "unfixable": [{"id": "TEST-0", "reason": "needs another structure"}],
            "withdrawn": [{"kind": "fix", "id": "TEST-9", "reason": "harmful"},
                          {"kind": "function", "id": "vmlinux:seq_puts", "reason": "moved"}]}


def bundle(made=None, keys=(KEY,), **options):
    options.setdefault("fixes", fixes())
    return lpb.Bundle(made or kernels(), list(keys), **options)


def write(**change):
    return lpb.write(bundle(), **change)


def many(number):
    """That many kernels with one small module; kernel NARROW is among the first."""
    data = module("--release", "6.1.0-9-test", "--function", "seq_read")
    facts = lpb_facts.inspect(data)
    ids = [b"\x20" * 20, IDS[NARROW]] + [bytes([0x30 + i // 256, i % 256] + [7] * 18) for i in range(2, number)]
    return [lpb.Kernel(build_id, data, facts) for build_id in ids]


# --- Changes for lpb.write() ---

def setting(*path_and_value):
    """Sets a value in a document: setting("limits", "base_depth", 2)."""
    *path, last, value = path_and_value

    def change(document):
        at = document
        for key in path:
            at = at[key]
        at[last] = value
        return document
    return change


def without(*path):
    def change(document):
        at = document
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        return document
    return change


def of(number, change):
    """Applies a change to one element of a list."""
    def apply(items):
        return [change(item) if i == number else item for i, item in enumerate(items)]
    return apply


def replacing(old, new):
    """Replaces the one occurrence of some bytes."""
    def change(data):
        assert data.count(old) >= 1, old
        return data.replace(old, new, 1)
    return change


def patching(offset, new):
    return lambda data: data[:offset] + new + data[offset + len(new):]


def member(members, name):
    return next(m for m in members if m.name.startswith(name))


def with_header(name, change):
    """Changes the header of a member and seals it again. Without the header's time: headers are made late."""
    def apply(members):
        one = member(members, name)
        plain = lpb.header(one.name, len(one.data), lpb.parse_time(bundle().created))
        one.header = change(plain)
        return members
    return apply


def inserted(before, *new):
    def apply(members):
        at = members.index(member(members, before))
        return members[:at] + list(new) + members[at:]
    return apply


def shifted(number, by):
    """Moves the offsets of a record and those after it."""
    def apply(records):
        for record in records[number:]:
            record["offset"] += by
        return records
    return apply


def name_of(number):
    return "kernels/" + IDS[number].hex()
