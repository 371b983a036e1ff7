# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second implementation of the bundle format, made from format-spec/lppack-1.md alone: the writer.

Every stage of the writer can be given a function that changes its result; what is derived from it afterwards (digests,
sizes, offsets, the signature) is derived from the changed result. So a case breaks exactly the rule that it means to.
"""
import calendar
import hashlib
import itertools
import os
import struct
import subprocess
import tempfile
import time

MEDIA_TYPE = b"application/vnd.lppack.bundle.v1"
BLOCK = 512
PAGE = 4096
RECORD = 128
RECORDS_PER_PAGE = PAGE // RECORD
NO_BASE = 0xffffffff
END = bytes(1024)
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")   # RFC 8410
PKCS8_PREFIX = bytes.fromhex("302e020100300506032b657004220420")
AREA = 2048

_scratch = tempfile.TemporaryDirectory(prefix="lpb.")


_serial = itertools.count()


def scratch(name):
    return os.path.join(_scratch.name, name)


def new_scratch(name):
    """A path that no other call gives: cases are made by several threads."""
    return scratch("%s-%d" % (name, next(_serial)))


def put_file(name, data):
    """Writes a scratch file under a name that tells its content; returns the path."""
    path = scratch(name + "-" + sha256(data)[:24])
    if not os.path.exists(path):
        part = new_scratch(name)
        with open(part, "wb") as f:
            f.write(data)
        os.replace(part, path)
    return path


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def padding(size):
    return bytes(-size % BLOCK)


# --- Archive (section 2) ---

def parse_time(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def seal(header):
    """The header with its checksum."""
    header = header[:148] + b" " * 8 + header[156:]
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def header(name, size, mtime, prefix=""):
    small = b"000000 \0"
    out = name.encode().ljust(100, b"\0") + b"000644 \0" + small + small + b"%011o %011o " % (size, mtime)
    out += b" " * 8 + b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + small + small
    return seal(out + prefix.encode().ljust(167, b"\0"))


class Member:
    """header and padding are None while they are what the rules say."""

    def __init__(self, name, data):
        self.name = name
        self.data = data
        self.header = None
        self.padding = None

    def size(self):
        return BLOCK + len(self.data) + len(padding(len(self.data)))

    def encode(self, mtime):
        head = header(self.name, len(self.data), mtime) if self.header is None else self.header
        return head + self.data + (padding(len(self.data)) if self.padding is None else self.padding)


def payload_size(members):
    return sum(member.size() for member in members) + len(END)


# --- YAML (section 3) ---

class Raw(str):
    """A scalar to be written as it stands."""


def emit_scalar(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def emit_lines(value):
    """The lines of a list or map that is not empty, without indentation."""
    lines = []
    for item in value.items() if isinstance(value, dict) else value:
        key, element = item if isinstance(value, dict) else ("-", item)
        lead = key + ":" if isinstance(value, dict) else "-"
        if not isinstance(element, (dict, list)):
            lines.append(lead + " " + emit_scalar(element))
        elif not element:
            lines.append(lead + (" {}" if isinstance(element, dict) else " []"))
        elif isinstance(value, dict):
            lines.append(lead)
            lines += ["  " + line for line in emit_lines(element)]
        else:
            first, *rest = emit_lines(element)
            lines += ["- " + first] + ["  " + line for line in rest]
    return lines


def emit(document):
    return ("\n".join(emit_lines(document)) + "\n").encode("utf-8", "surrogatepass")


# --- Signatures (section 5) ---

class Key:
    """An Ed25519 test key, made from a seed of 32 bytes."""

    def __init__(self, seed):
        self.path = put_file("key", PKCS8_PREFIX + seed)
        self.spki = run("openssl", "pkey", "-inform", "DER", "-in", self.path, "-pubout", "-outform", "DER")
        self.id = sha256(self.spki)

    def sign(self, message):
        return run("openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", self.path, "-in",
                   put_file("message", message))

    def public_pem(self):
        return run("openssl", "pkey", "-inform", "DER", "-in", self.path, "-pubout")


def message(manifest):
    return b"DSSEv1 %d %s %d %s" % (len(MEDIA_TYPE), MEDIA_TYPE, len(manifest), manifest)


def signature(key, manifest):
    return "signatures/%s.ed25519" % key.id, key.spki + key.sign(message(manifest))


def pad_size(signatures, area):
    used = sum(Member(name, data).size() for name, data in signatures) + BLOCK
    return -used % area


# --- Index (section 7) ---

RECORD_FIELDS = ("build_id", "length", "filter", "reserved", "base", "offset", "metadata_size", "frame_size",
                 "module_size", "reserved2", "metadata_sha256", "frame_sha256")


def encode_record(record):
    return struct.pack("<32sBBHIQIIII32s32s", *(record[field] for field in RECORD_FIELDS))


def make_pages(encoded):
    pages = b"".join(encoded)
    return pages + bytes(-len(pages) % PAGE)


def make_fence(pages):
    parts = [pages[at:at + PAGE] for at in range(0, len(pages), PAGE)]
    return b"".join(page[:32] + hashlib.sha256(page).digest() for page in parts)


# --- Modules (section 9) ---

def frame_header(size, single_segment=True, has_size=True, checksum=False, window=None, dictionary=b""):
    """RFC 8878, 3.1.1.1; window is the byte of the window descriptor."""
    dictionary_flag = {0: 0, 1: 1, 2: 2, 4: 3}[len(dictionary)]
    descriptor = (2 if has_size else 0) << 6 | single_segment << 5 | checksum << 2 | dictionary_flag
    out = b"\x28\xb5\x2f\xfd" + bytes([descriptor])
    if not single_segment:
        out += bytes([window])
    return out + dictionary + (struct.pack("<I", size) if has_size else b"")


def raw_blocks(data):
    parts = [data[at:at + 65536] for at in range(0, len(data), 65536)] or [b""]
    out = b""
    for i, part in enumerate(parts):
        out += struct.pack("<I", len(part) << 3 | (i == len(parts) - 1))[:3] + part
    return out


def raw_frame(data):
    """A frame that any version of zstd would have to read the same."""
    return frame_header(len(data)) + raw_blocks(data)


_frames = {}


def zstd_frame(data, base=None):
    if not data:
        return raw_frame(data)          # --patch-from aborts on it
    key = sha256(data), base and sha256(base)
    if key not in _frames:
        command = ["zstd", "-q", "-c", "-19", put_file("module", data)]
        if base is not None:
            command.insert(1, "--patch-from=" + put_file("module", base))
        _frames[key] = run(*command)
    return _frames[key]


# --- The writer ---

class Kernel:
    def __init__(self, build_id, module, facts, base=None, not_applicable=()):
        self.build_id = build_id
        self.module = module
        self.facts = facts
        self.base = base
        self.not_applicable = list(not_applicable)


class Bundle:
    """What goes into a bundle. kernels ascend by build ID; a base is a number of this list."""

    def __init__(self, kernels, keys, fixes=None, created="2026-07-01T12:00:00Z", area=AREA, compress=zstd_frame,
                 **manifest):
        self.kernels = kernels
        self.keys = keys
        self.fixes = fixes or {"fixes": [], "unfixable": [], "withdrawn": []}
        self.created = created
        self.area = area
        self.compress = compress
        self.manifest = manifest


def make_metadata(kernel):
    document = {"build_id": kernel.build_id.hex()}
    document.update(kernel.facts)
    document["not_applicable"] = kernel.not_applicable
    return document


def make_frame(bundle, kernel):
    if kernel.base is None:
        return bundle.compress(kernel.module)
    return bundle.compress(kernel.module, bundle.kernels[kernel.base].module)


def make_records(bundle, metadata, frames, fixes):
    pages = -(-len(bundle.kernels) // RECORDS_PER_PAGE)
    at = sum(Member("", bytes(size)).size() for size in (len(fixes), 64 * pages, PAGE * pages))
    records = []
    for kernel, text, frame in zip(bundle.kernels, metadata, frames):
        records.append({
            "build_id": kernel.build_id, "length": len(kernel.build_id), "filter": 0, "reserved": 0,
            "base": NO_BASE if kernel.base is None else kernel.base, "offset": at, "metadata_size": len(text),
            "frame_size": len(frame), "module_size": len(kernel.module), "reserved2": 0,
            "metadata_sha256": hashlib.sha256(text).digest(), "frame_sha256": hashlib.sha256(frame).digest()})
        at += Member("", text).size() + Member("", frame).size()
    return records


def base_depth(kernels):
    def depth(kernel):
        return 0 if kernel.base is None else 1 + depth(kernels[kernel.base])
    return max(depth(kernel) for kernel in kernels)


def make_payload(bundle, fixes, fence, pages, metadata, frames):
    members = [Member("fixes.yaml", fixes), Member("index/fence", fence), Member("index/pages", pages)]
    for kernel, text, frame in zip(bundle.kernels, metadata, frames):
        name = "kernels/" + kernel.build_id.hex()
        members += [Member(name + ".yaml", text), Member(name + ".ko.zst", frame)]
    return members


def make_manifest(bundle, fixes, fence, pages, metadata, frames, payload):
    document = {"format": 1, "incompat": [], "compat": [], "stream": "test-stream", "epoch": 0, "serial": 7,
                "version": "7.0", "created": bundle.created}
    optional = {"expires": "2036-01-01T00:00:00Z"}
    optional.update(bundle.manifest)
    for key in ("expires", "rollback_floor"):
        if optional.get(key) is not None:
            document[key] = optional[key]
    document.update({key: value for key, value in optional.items() if key in document})
    document["kernels"] = len(bundle.kernels)
    document["limits"] = {"module_size": max(len(kernel.module) for kernel in bundle.kernels),
                          "frame_size": max(map(len, frames)), "metadata_size": max(map(len, metadata)),
                          "base_depth": base_depth(bundle.kernels)}
    document["signature_area"] = bundle.area
    document["fixes"] = {"size": len(fixes), "sha256": sha256(fixes)}
    document["fence"] = {"size": len(fence), "sha256": sha256(fence)}
    document["pages_size"] = len(pages)
    document["payload_size"] = payload_size(payload)
    return document


STAGES = ("fixes", "fixes_text", "metadata", "metadata_text", "frames", "records", "pages", "fence", "payload",
          "manifest", "manifest_text", "signatures", "pad", "members", "archive")


def write(bundle, **change):
    """The bundle's bytes. change: for any of STAGES a function from what it made to what is to be used."""
    assert set(change) <= set(STAGES), change

    def stage(name, value):
        return change[name](value) if name in change else value

    fixes = stage("fixes_text", emit(stage("fixes", bundle.fixes)))
    metadata = stage("metadata", [make_metadata(kernel) for kernel in bundle.kernels])
    metadata = stage("metadata_text", [emit(document) for document in metadata])
    frames = stage("frames", [make_frame(bundle, kernel) for kernel in bundle.kernels])
    records = stage("records", make_records(bundle, metadata, frames, fixes))
    pages = stage("pages", make_pages(encode_record(record) for record in records))
    fence = stage("fence", make_fence(pages))
    payload = stage("payload", make_payload(bundle, fixes, fence, pages, metadata, frames))
    manifest = stage("manifest", make_manifest(bundle, fixes, fence, pages, metadata, frames, payload))
    text = stage("manifest_text", emit(manifest))
    signatures = stage("signatures", sorted(signature(key, text) for key in bundle.keys))
    members = [Member("lppack", b"lppack 1\n"), Member("manifest.yaml", text)]
    members += [Member(name, data) for name, data in signatures]
    members += [Member("pad", stage("pad", bytes(pad_size(signatures, bundle.area))))] + payload
    members = stage("members", members)
    mtime = parse_time(bundle.created)
    return stage("archive", b"".join(member.encode(mtime) for member in members) + END)
