# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints format-spec/vectors.md, or with arguments writes what it shows: vectors.py FOLDER."""
import os
import sys

import hostile
import lpb
import lpb_cms
import lpb_facts
import lpb_read

SEEDS = [bytes(range(32)), bytes(range(32, 64))]
CREATED = "2026-01-02T03:04:05Z"

INTRO = """<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->
<!-- Made by tests/hostile/vectors.sh --write -->
# Test vectors of the bundle format, version 1

Three bundles, byte by byte. They are deterministic: Ed25519 signatures and those of RSA with PKCS#1 v1.5 are, and the
modules (made up, they do not load) are stored in Zstandard frames of one raw block each, which need no compressor.
`tests/hostile/vectors.sh` makes them anew and compares them with this text, and verifies them with two implementations.

In the dumps a `*` stands for lines like the one before. Numbers are in decimal, offsets in dumps in hexadecimal.

## Test keys

**These private keys are public. Never trust them on a machine.** A seed is the private key of RFC 8032.

"""


def hexdump(data, start=0):
    lines, last = [], None
    for at in range(0, len(data), 16):
        part = data[at:at + 16]
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7f else "." for byte in part)
        pairs = " ".join("%02x" % byte for byte in part)
        if part == last and at + 16 < len(data):
            if lines[-1] != "*":
                lines.append("*")
        else:
            lines.append("%06x  %-47s  |%s|" % (start + at, pairs, shown))
        last = part
    return "```\n%s\n```\n" % "\n".join(lines)


def block(text):
    return "```\n%s\n```\n" % text.rstrip("\n")


def raw_frame(data, base=None):
    return lpb.raw_frame(data)


def first(keys):
    """One kernel, one signature."""
    module = hostile.module("--release", "6.1.0-1-test", "--no-build-id", "--stripped", "--function",
        "cmdline_proc_show")
    kernel = lpb.Kernel(bytes(range(0xa0, 0xb4)), module, lpb_facts.inspect(module))
    return lpb.Bundle([kernel], keys[:1], created=CREATED, compress=raw_frame, stream="vectors", serial=1, version="1",
                      expires=None)


def second(keys):
    """Two kernels, the second with the first as its base; two signatures; fixes; keys of one's own."""
    modules = [hostile.module("--release", "6.1.0-%d-test" % i, "--function", "seq_read", "--object", "ext4",
        "--function",
                              "ext4_sync_fs,2", "--callback", "pre_patch", "--state", "1:2") for i in (1, 2)]
    facts = [lpb_facts.inspect(module) for module in modules]
    kernels = [lpb.Kernel(b"\x11" * 8, modules[0], facts[0]),
               lpb.Kernel(b"\x22" * 20, modules[1], facts[1], base=0, not_applicable=["CVE-2026-0002"])]
    fixes = {"fixes": [{"id": "CVE-2026-0001", "summary": "a \"quoted\" summary", "severity": "high", "cvss": "7.8",
        "since": 1,
                        "functions": ["seq_read"]},
                       {"id": "CVE-2026-0002", "since": 2, "functions": ["ext4_sync_fs"]}],
             "unfixable": [{"id": "CVE-2026-0003", "reason": "a structure would have to grow"}],
             "withdrawn": [{"kind": "function", "id": "vmlinux:seq_open", "reason": "patched no longer"}],
             "x-note": ["not read", 7]}
    return lpb.Bundle(kernels, keys, fixes, created=CREATED, compress=raw_frame, stream="vectors", epoch=1, serial=2,
                      version="2 \u2013 zwei", expires="2027-01-02T03:04:05Z", rollback_floor=1)


def third(keys):
    """The first, signed by CMS."""
    bundle = first(keys)
    bundle.keys = []
    bundle.area = 8192
    return bundle


class Cms:
    """Key C, its certificate and the one that issued it, and the signature of the third bundle."""

    def __init__(self):
        self.key = lpb_cms.rsa_key()
        self.certificates = [
            lpb_cms.certificate(self.key, "lppack test signer", 2, "lppack test CA"),
            lpb_cms.certificate(self.key, "lppack test CA", 1, ca=True)]

    def stages(self):
        notes = {}

        def keep(text):
            notes["text"] = text
            return text
        return {"manifest_text": keep, "signatures": lambda found: [
            lpb_cms.signature(self.key, notes["text"], self.certificates)]}


class Taken:
    """Notes what lpb.write() makes at some stages."""

    def __init__(self, bundle, **more):
        self.stages = {}
        change = {name: lambda value, name=name: self.stages.setdefault(
            name, more[name](value) if name in more else value)
                  for name in ("manifest_text", "signatures", "records", "fence", "members")}
        self.data = lpb.write(bundle, **change)


def show_keys(keys):
    out = ""
    for name, seed, key in zip("AB", SEEDS, keys):
        out += "Key %s:\n\n" % name
        out += block("seed    %s\nSPKI    %s\nkey id  %s\n\n%s" % (seed.hex(), key.spki.hex(), key.id,
                                                                  key.public_pem().decode()))
        out += "\n"
    return out


def show_members(taken):
    """The table of members, and where each begins."""
    out, at = "| offset | size | SHA-256 of the data | member |\n|---|---|---|---|\n", 0
    for member in taken.stages["members"]:
        out += "| %d | %d | `%s` | `%s` |\n" % (at, len(member.data), lpb.sha256(member.data), member.name)
        at += member.size()
    return out + "| %d | 1024 | | the end |\n" % at


def show_cms(taken, cms):
    out = "Key C, with which both certificates are signed:\n\n"
    with open(cms.key.path, encoding="ascii") as f:
        pem = "".join(line for line in f if not line.startswith("#"))
    out += block("key id  %s\n\n%s\n%s" % (cms.key.id, pem, cms.key.public_pem().decode()))
    for what, data in (("The signer's certificate", cms.certificates[0]), ("Its issuer's", cms.certificates[1]),
                       ("The signature `%s`" % taken.stages["signatures"][0][0], taken.stages["signatures"][0][1])):
        out += "\n%s, %d bytes:\n\n%s" % (what, len(data), hexdump(data))
    return out


def show_signature(taken, keys):
    text = taken.stages["manifest_text"]
    out = "The manifest's digest, which is the bundle's, is `%s`.\n" % lpb.sha256(text)
    out += "The message that is signed begins with\n\n"
    out += hexdump(lpb.message(text)[:64])
    out += "\nand has %d bytes and the SHA-256 `%s`.\n\n" % (len(lpb.message(text)), lpb.sha256(lpb.message(text)))
    for name, data in taken.stages["signatures"]:
        letter = next(letter for letter, key in zip("AB", keys) if key.id in name)
        out += "Signature by key %s:\n\n%s\n" % (letter, block("%s\n%s" % (data[44:76].hex(), data[76:].hex())))
    return out


def show_records(taken):
    out = ""
    for number, record in enumerate(taken.stages["records"]):
        out += "Record %d:\n\n" % number
        lines = ["%-16s %s" % (field, value.hex() if isinstance(value, bytes) else value) for field,
            value in record.items()]
        out += block("\n".join(lines)) + "\n" + hexdump(lpb.encode_record(record), number * lpb.RECORD) + "\n"
    return out + "The fence:\n\n" + hexdump(taken.stages["fence"]) + "\n"


def show_texts(taken):
    out = ""
    for member in taken.stages["members"]:
        if member.name.endswith(".yaml"):
            out += "`%s`:\n\n```yaml\n%s```\n\n" % (member.name, member.data.decode())
    return out


def show_whole(taken):
    out = "All %d bytes:\n\n" % len(taken.data)
    at = 0
    for member in taken.stages["members"]:
        out += "`%s`:\n\n%s\n" % (member.name, hexdump(taken.data[at:at + member.size()], at))
        at += member.size()
    return out + "The end:\n\n" + hexdump(taken.data[at:], at)


def text(keys):
    one, two = Taken(first(keys)), Taken(second(keys))
    out = INTRO + show_keys(keys)
    out += "## A bundle of one kernel\n\n%s%d bytes, SHA-256 `%s`.\n\n" % ("Signed with key A. ", len(one.data),
        lpb.sha256(one.data))
    out += show_members(one) + "\n" + show_signature(one, keys) + show_records(one) + show_whole(one)
    out += "\n## A bundle of two kernels\n\n"
    out += "The second kernel's module has the first's as its base (its frame of raw blocks makes no use of it), and\n"
    out += "the two build IDs differ in length. Signed with both keys. %d bytes, SHA-256\n`%s`.\n\n" % (len(two.data),
        lpb.sha256(two.data))
    return out + show_members(two) + "\n" + show_signature(two,
        keys) + show_records(two) + show_texts(two).rstrip("\n") + "\n" + text_of_third(keys)


def text_of_third(keys):
    cms = Cms()
    three = Taken(third(keys), **cms.stages())
    out = "\n## A bundle that is signed by CMS\n\n"
    out += "The first bundle's content with another `signature_area`, signed with key C (RSA, PKCS#1 v1.5), by a\n"
    out += "certificate that one embedded beside it has issued. %d bytes, SHA-256\n`%s`.\n\n" % (
        len(three.data), lpb.sha256(three.data))
    return out + show_members(three) + "\n" + show_cms(three, cms)


def write_files(folder, keys):
    """The bundles and keys A and C; verified by the second implementation on the way."""
    for name, bundle in (("one", first(keys)), ("two", second(keys))):
        data = lpb.write(bundle)
        lpb_read.read(data, {keys[0].spki})
        with open(os.path.join(folder, name + ".lpb"), "wb") as out:
            out.write(data)
    cms = Cms()
    data = lpb.write(third(keys), **cms.stages())
    lpb_read.read(data, {cms.key.spki})
    for name, content in (("three.lpb", data), ("a.pub", keys[0].public_pem()), ("c.pub", cms.key.public_pem())):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(content)


def main(arguments):
    keys = [lpb.Key(seed) for seed in SEEDS]
    if arguments:
        write_files(arguments[0], keys)
    else:
        sys.stdout.buffer.write(text(keys).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
