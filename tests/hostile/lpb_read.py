# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second implementation of the bundle format, made from format-spec/lppack-1.md alone: the full reader.

One function or class a section. Broken carries the name of the rule that the bundle breaks. Run as a program:
lpb_read.py KEYS-FOLDER FILE...
"""
import hashlib
import os
import re
import struct
import subprocess
import sys
import time

import lpb
import lpb_cms
import lpb_facts

MAX_NUMBER = 2 ** 53 - 1
MANIFEST_MAX, SIGNATURES_MAX, SIGNATURE_MAX = 65536, 16, 16384
LIMITS = {"kernels": 65536, "module_size": 64 << 20, "frame_size": 65 << 20, "metadata_size": 1 << 20,
          "base_depth": 8}
FIXES_MAX, FEATURES_MAX, WINDOW_MAX = 8 << 20, 32, 128 << 20
CREATED_MAX = "2242-03-16T12:56:31Z"


class Broken(Exception):
    def __init__(self, rule, text):
        super().__init__("[%s] %s" % (rule, text))
        self.rule = rule


def must(rule, condition, text):
    if not condition:
        raise Broken(rule, text)


def ascend(items):
    return all(a < b for a, b in zip(items, items[1:]))


# --- Section 2: archive ---

class Archive:
    """Takes members off the file one by one; their headers are compared once the time is known."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.mtime = None
        self.early = []     # members taken before the time was known

    def peek(self):
        """Name and size as an unverified header has them."""
        head = self.data[self.at:self.at + lpb.BLOCK]
        must("A1", len(head) == lpb.BLOCK, "ends early")
        must("A3", re.fullmatch(rb"[0-7]{11} ", head[124:136]), "size in a header")
        return head[:100].split(b"\0")[0].decode("latin-1"), int(head[124:135], 8)

    def take(self, name, size):
        start = self.at + lpb.BLOCK
        end = start + size + len(lpb.padding(size))
        must("A1", end <= len(self.data), "%s: ends early" % name)
        if self.mtime is None:
            self.early.append((self.at, name, size))
        else:
            self.compare_header(self.at, name, size)
        must("A4", not any(self.data[start + size:end]), "%s: bytes after its data" % name)
        self.at = end
        return self.data[start:start + size]

    def compare_header(self, at, name, size):
        must("A3", self.data[at:at + lpb.BLOCK] == lpb.header(name, size, self.mtime), "%s: header" % name)

    def compare_head(self, mtime):
        self.mtime = mtime
        for one in self.early:
            self.compare_header(*one)

    def finish(self):
        must("A1", self.data[self.at:] == lpb.END, "the end is not 1,024 zeros")


# --- Section 3: YAML ---

FORBIDDEN = [(0, 9), (0xb, 0x1f), (0x7f, 0x9f), (0x200b, 0x200f), (0x2028, 0x202e), (0x2060, 0x206f), (0xfdd0, 0xfdef),
             (0xfeff, 0xfeff)] + [(p << 16 | 0xfffe, p << 16 | 0xffff) for p in range(17)]
FORBIDDEN_RE = re.compile("[" + "".join("\\U%08x-\\U%08x" % pair for pair in FORBIDDEN) + "]")
KEY = re.compile(r"([a-z][a-z0-9_-]{0,63}):(?: (.*))?$", re.DOTALL)
TEXT = re.compile(r'"((?:[^"\\]|\\["\\])*)"$', re.DOTALL)
NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,19})$")


class Yaml:
    def __init__(self, data):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Broken("Y1", str(error)) from error
        found = FORBIDDEN_RE.search(text)
        must("Y1", not found, "forbidden U+%04X" % ord(found.group()) if found else "")
        must("Y4", text.endswith("\n"), "no line feed at the end")
        self.lines = text[:-1].split("\n")
        self.at = 0

    def document(self):
        value = self.collection("", 1)
        must("Y4", self.at == len(self.lines), "line %d" % (self.at + 1))
        must("Y3", isinstance(value, dict), "the document is no map")
        return value

    def collection(self, indent, depth):
        """The map or list that begins at the current line, whose first line may follow a dash."""
        must("Y3", depth <= 8, "nested too deep")
        if self.rest(indent).startswith("-") and not self.rest(indent).startswith("--"):
            return self.list(indent, depth)
        return self.map(indent, depth)

    def rest(self, indent):
        """The current line without its indentation, or "" where the collection is over."""
        if self.at == len(self.lines) or not self.lines[self.at].startswith(indent):
            return ""
        return self.lines[self.at][len(indent):]

    def map(self, indent, depth):
        out = {}
        while self.rest(indent) and not self.rest(indent).startswith(" "):
            found = KEY.match(self.rest(indent))
            must(self.rule(self.rest(indent)), found, "line %d: no key" % (self.at + 1))
            key, scalar = found.groups()
            must("Y3", key not in out and len(out) < 256, "%s: twice, or too many keys" % key)
            out[key] = self.value(scalar, indent + "  ", depth)
        must("Y4", out, "line %d" % (self.at + 1))
        return out

    def list(self, indent, depth):
        out = []
        while self.rest(indent).startswith("-"):
            rest = self.rest(indent)[1:]
            must("Y4", rest.startswith(" "), "line %d: no space after the dash" % (self.at + 1))
            if KEY.match(rest[1:]) or rest.startswith(" - "):
                self.lines[self.at] = indent + "  " + rest[1:]
                out.append(self.collection(indent + "  ", depth + 1))
            else:
                out.append(self.value(rest[1:], indent + "  ", depth))
        return out

    def value(self, scalar, indent, depth):
        self.at += 1
        if scalar is None:
            must("Y4", self.rest(indent) and not self.rest(indent).startswith(" "), "line %d" % (self.at + 1))
            return self.collection(indent, depth + 1)
        if scalar in ("[]", "{}"):
            must("Y3", depth < 8, "nested too deep")
            return [] if scalar == "[]" else {}
        if scalar in ("true", "false"):
            return scalar == "true"
        if NUMBER.match(scalar):
            must("Y4", int(scalar) < 2 ** 64, "number beyond 2^64-1")
            return int(scalar)
        found = TEXT.match(scalar)
        must(self.rule(scalar), found, "line %d: %r" % (self.at, scalar))
        return re.sub(r"\\(.)", r"\1", found.group(1))

    @staticmethod
    def rule(text):
        """Which rule something that is not canonical breaks."""
        return "Y2" if re.match(r"[&*!#%]|--- |---$|\.\.\.$|<<|\"?.*\"? +#", text) else "Y4"


def is_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_bool(value):
    return isinstance(value, bool)


def is_digest(value):
    return is_text(value) and re.fullmatch("[0-9a-f]{64}", value)


def is_build_id(value):
    return is_text(value) and re.fullmatch("(?:[0-9a-f]{2}){4,32}", value)


def is_time(value):
    if not is_text(value) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value, re.ASCII):
        return False
    try:
        return time.strptime(value, "%Y-%m-%dT%H:%M:%SZ").tm_sec < 60 and value >= "1970"
    except ValueError:
        return False


def one_of(*words):
    return lambda value: value in words


def list_of(element):
    return lambda value: isinstance(value, list) and all(element(item) for item in value)


def map_of(*fields):
    """fields: (key, type), in order; a key that ends with ? is optional."""
    types = {key.rstrip("?"): kind for key, kind in fields}
    needed = [key for key, _ in fields if not key.endswith("?")]

    def check(value):
        if not isinstance(value, dict):
            return False
        known = [key for key in value if not key.startswith("x-")]
        must("Y5", set(needed) <= set(known) <= set(types), "keys: %s" % ", ".join(known))
        for key in known:
            must("Y5", types[key](value[key]), "%s: type" % key)
        return True
    return check


def read_yaml(data, schema):
    document = Yaml(data).document()
    must("Y5", schema(document), "the document's type")
    return document


# --- Section 4: manifest ---

SIZED = map_of(("size", is_number), ("sha256", is_digest))
MANIFEST = map_of(
    ("format", is_number), ("incompat", list_of(is_text)), ("compat", list_of(is_text)), ("stream", is_text),
    ("epoch", is_number), ("serial", is_number), ("version", is_text), ("created", is_time), ("expires?", is_time),
    ("rollback_floor?", is_number), ("kernels", is_number),
    ("limits", map_of(("module_size", is_number), ("frame_size", is_number), ("metadata_size", is_number),
                      ("base_depth", is_number))),
    ("signature_area", is_number), ("fixes", SIZED), ("fence", SIZED), ("pages_size", is_number),
    ("payload_size", is_number))
NAME = re.compile("[a-z0-9][a-z0-9._-]{0,63}")


def check_numbers(manifest):
    numbers = [manifest[key] for key in ("epoch", "serial", "kernels", "signature_area", "pages_size", "payload_size")]
    numbers += list(manifest["limits"].values()) + [manifest["fixes"]["size"], manifest["fence"]["size"]]
    must("M6", all(number <= MAX_NUMBER for number in numbers if is_number(number)), "a number beyond 2^53-1")
    must("M6", 1 <= manifest["kernels"] <= LIMITS["kernels"], "kernels")
    for key, limit in LIMITS.items():
        must("M6", key == "kernels" or manifest["limits"][key] <= limit, key)
    must("M6", manifest["fixes"]["size"] <= FIXES_MAX, "size of fixes.yaml")
    must("M6", manifest.get("rollback_floor", 0) <= manifest["serial"], "rollback_floor")
    must("M9", manifest.get("expires", "9") > manifest["created"], "expires")
    must("M8", manifest["signature_area"] % 512 == 0 and 2048 <= manifest["signature_area"] <= 1 << 20, "area")


def check_manifest(text):
    must("M1", 1 <= len(text) <= MANIFEST_MAX, "size of the manifest")
    document = Yaml(text).document()
    must("Y5", is_number(document.get("format")), "format")
    must("M2", document["format"] == 1, "format %s" % document["format"])
    must("Y5", list_of(is_text)(document.get("incompat")), "incompat")
    must("M3", not document["incompat"] or not all(map(NAME.fullmatch, document["incompat"])), "an unknown feature")
    must("Y5", MANIFEST(document), "manifest")
    names = document["incompat"] + document["compat"] + [document["stream"]]
    must("M4", all(map(NAME.fullmatch, names)), "a name")
    must("M4", ascend(document["incompat"]) and ascend(document["compat"]), "order of features")
    must("M6", len(document["compat"]) <= FEATURES_MAX, "features")
    must("Y5", 1 <= len(document["version"].encode()) <= 511, "version")
    must("Y5", document["created"] <= CREATED_MAX, "created")
    check_numbers(document)
    pages = -(-document["kernels"] // lpb.RECORDS_PER_PAGE)
    must("M7", document["pages_size"] == lpb.PAGE * pages and document["fence"]["size"] == 64 * pages, "index sizes")
    return document


# --- Sections 5 and 10: signatures and trust ---

def is_valid(spki, signature, message):
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey",
               lpb.put_file("spki", spki), "-sigfile", lpb.put_file("signature", signature),
               "-in", lpb.put_file("message", message)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


P = 2 ** 255 - 19
D = -121665 * pow(121666, P - 2, P) % P


def is_point(data):
    """One that stands in its one encoding, and whose order does not divide 8."""
    y = int.from_bytes(data, "little") % 2 ** 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if y >= P or pow(square, (P - 1) // 2, P) != 1:
        return False
    # (x, y) doubled thrice; of -x the order is the same.
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    for _ in range(3):
        k = D * x * x * y * y % P
        x, y = 2 * x * y * pow(1 + k, P - 2, P) % P, (y * y + x * x) * pow(1 - k, P - 2, P) % P
    return (x, y) != (0, 1)


def check_ed25519(name, data, message):
    must("S2", len(data) == 108 and data[:12] == lpb.SPKI_PREFIX, "%s: data" % name)
    must("S2", is_point(data[12:44]) and is_point(data[44:76]), "%s: point" % name)
    must("S3", is_valid(data[:44], data[44:], message), "%s: signature" % name)
    return data[:44]


def check_cms(name, data, message):
    return lpb_cms.check(lambda rule, condition, text: must(rule, condition, "%s: %s" % (name, text)), data, message)


SCHEMES = {"ed25519": check_ed25519, "cms": check_cms}


def check_signatures(signatures, text, trusted):
    """trusted: SubjectPublicKeyInfos."""
    must("S4", ascend([name for name, _ in signatures]), "order of signatures")
    signers = set()
    for name, data in signatures:
        found = re.fullmatch(r"signatures/([0-9a-f]{64})\.([a-z0-9-]{1,15})", name)
        must("S1", found, "name %r" % name)
        must("S6", found.group(2) in SCHEMES, "%s: cannot be checked here" % name)
        spki = SCHEMES[found.group(2)](name, data, lpb.message(text))
        must("S1", lpb.sha256(spki) == found.group(1), "%s: key id" % name)
        signers.add(spki)
    must("S5", signers & trusted, "no signature by a trusted key")


def take_signatures(archive):
    signatures = []
    while archive.peek()[0].startswith("signatures/"):
        name, size = archive.peek()
        must("S4", len(signatures) < SIGNATURES_MAX and 1 <= size <= SIGNATURE_MAX, "number or size of signatures")
        signatures.append((name, archive.take(name, size)))
    must("A1", archive.peek()[0] == "pad", "no pad after the signatures")
    return signatures


def read_head(archive, trusted):
    """Returns the manifest; the archive stands at the payload then."""
    must("A1", archive.peek() == ("lppack", 9), "the first member")
    must("A2", archive.take("lppack", 9) == b"lppack 1\n", "the magic line")
    name, size = archive.peek()
    must("A1", name == "manifest.yaml", "no manifest")
    must("M1", 1 <= size <= MANIFEST_MAX, "size of the manifest")
    text = archive.take(name, size)
    start = archive.at
    signatures = take_signatures(archive)
    check_signatures(signatures, text, trusted)
    manifest = check_manifest(text)
    size = archive.peek()[1]
    must("S7", size == lpb.pad_size(signatures, manifest["signature_area"]), "size of the signature area")
    must("S8", not any(archive.take("pad", size)), "pad is not zeros")
    assert (archive.at - start) % manifest["signature_area"] == 0
    archive.compare_head(lpb.parse_time(manifest["created"]))
    must("A5", len(archive.data) == archive.at + manifest["payload_size"], "the file's size")
    return manifest


ADMIN, VENDOR = "etc/lppack/keys.d", "usr/lib/lppack/keys.d"


def is_key(spki):
    if spki[:12] == lpb.SPKI_PREFIX:
        return True
    try:
        return bool(lpb_cms.digest_of(spki))
    except lpb_cms.Malformed:
        return False


def read_key(path):
    try:
        with open(path, "rb") as f:
            pem = f.read()
        spki = lpb.run("openssl", "pkey", "-pubin", "-in", path, "-outform", "DER")
    except (OSError, subprocess.CalledProcessError) as error:
        raise Broken("T1", str(error)) from error
    must("T1", pem.count(b"-----BEGIN ") == 1 and is_key(spki), "%s: not one key that signs bundles" % path)
    return spki


def read_keys(folders):
    """The set of SubjectPublicKeyInfos; a file in the first folder masks the one of the same name in the second."""
    paths = {}
    for folder in folders:
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith((".pem", ".pub")) and not name.startswith("."):
                paths.setdefault(name, os.path.join(folder, name))
    must("T1", paths, "no key")
    return {read_key(path) for path in paths.values()}


# --- Section 6: fixes ---

FIXES = map_of(
    ("fixes", list_of(map_of(
        ("id", is_text), ("summary?", is_text), ("severity?", one_of("low", "medium", "high", "critical")),
        ("cvss?", is_text), ("since", is_number), ("functions", list_of(is_text))))),
    ("unfixable", list_of(map_of(("id", is_text), ("reason", is_text)))),
    ("withdrawn", list_of(map_of(("kind", one_of("fix", "function", "kernel", "state")), ("id", is_text),
                                 ("reason", is_text)))))


POSITION = "(?:[2-9]|[1-9][0-9]{1,19})"
WITHDRAWN = {"fix": lambda id: True,
             "function": lambda id: re.fullmatch("[^:]+:[^,]+(?:,%s)?" % POSITION, id) and is_below_2_64(id),
             "kernel": is_build_id,
             "state": lambda id: NUMBER.fullmatch(id) and int(id) < 2 ** 64}


def is_below_2_64(id):
    _, _, position = id.partition(":")[2].partition(",")
    return not position or int(position) < 2 ** 64


def texts(element):
    """All texts of a map that are no reason or summary, and those that are."""
    long = [element[key] for key in ("summary", "reason") if key in element]
    short = [element[key] for key in ("id", "kind", "severity", "cvss") if key in element]
    return short + element.get("functions", []), long


def check_fixes(archive, manifest):
    """Returns the ids of fixes."""
    text = archive.take("fixes.yaml", manifest["fixes"]["size"])
    must("F1", lpb.sha256(text) == manifest["fixes"]["sha256"], "digest of fixes.yaml")
    document = read_yaml(text, FIXES)
    for key in ("fixes", "unfixable", "withdrawn"):
        ids = [(element.get("kind", "").encode(), element["id"].encode()) for element in document[key]]
        for short, long in map(texts, document[key]):
            must("F2", all(1 <= len(text.encode()) <= 511 for text in short), "%s: size of a text" % key)
            must("F2", all(1 <= len(text.encode()) <= 4095 for text in long), "%s: size of a text" % key)
        must("F2", ascend(ids), "%s: order" % key)
    must("F3", all(fix["since"] <= manifest["serial"] for fix in document["fixes"]), "since")
    ids = {fix["id"] for fix in document["fixes"]}
    for element in document["withdrawn"]:
        must("F4", WITHDRAWN[element["kind"]](element["id"]), "withdrawn %(kind)s: the id %(id)r" % element)
        must("F4", element["kind"] != "fix" or element["id"] not in ids, "%s: here and withdrawn" % element["id"])
    return ids


# --- Section 7: index ---

def check_index(archive, manifest):
    """Returns the records as maps; the members that they tell of follow in the archive."""
    fence = archive.take("index/fence", manifest["fence"]["size"])
    must("I6", lpb.sha256(fence) == manifest["fence"]["sha256"], "digest of the fence")
    pages = archive.take("index/pages", manifest["pages_size"])
    for i in range(0, len(pages) // lpb.PAGE):
        page, entry = pages[i * lpb.PAGE:(i + 1) * lpb.PAGE], fence[i * 64:(i + 1) * 64]
        must("I7", hashlib.sha256(page).digest() == entry[32:] and page[:32] == entry[:32], "page %d" % i)
    records = [dict(zip(lpb.RECORD_FIELDS, record)) for record in struct.iter_unpack("<32sBBHIQIIII32s32s", pages)]
    must("I1", not any(pages[manifest["kernels"] * lpb.RECORD:]), "unused records")
    records = records[:manifest["kernels"]]
    for record in records:
        check_record(record)
    must("I2", ascend([record["build_id"] for record in records]), "order of build IDs")
    check_bases(records, manifest["limits"]["base_depth"])
    for record in records:
        for key in ("module_size", "frame_size", "metadata_size"):
            must("I5", record[key] <= manifest["limits"][key], key)
    return records


def check_record(record):
    must("I3", 4 <= record["length"] <= 32 and not any(record["build_id"][record["length"]:]), "a build ID's length")
    must("I3", record["filter"] == record["reserved"] == record["reserved2"] == 0, "filter or reserved bytes")


def base_steps(records, number):
    steps = 0
    while records[number]["base"] != lpb.NO_BASE:
        base = records[number]["base"]
        must("I4", base < len(records) and base != number and steps < len(records), "a base")
        number, steps = base, steps + 1
    return steps


def check_bases(records, depth):
    longest = max(base_steps(records, number) for number in range(len(records)))
    must("I4", longest <= depth, "a chain of bases")


# --- Section 8: kernels ---

METADATA = map_of(
    ("build_id", is_build_id), ("release", is_text), ("arch", is_text), ("vermagic", is_text),
    ("module", map_of(
        ("name", is_text), ("size", is_number), ("sha256", is_digest), ("build_id?", is_build_id),
        ("srcversion?", is_text), ("depends?", is_text),
        ("builder", one_of("unknown", "source", "kpatch-build", "klp-build")),
        ("replace", one_of("proved", "declared")), ("signed", is_bool))),
    ("objects", list_of(map_of(
        ("name", is_text), ("callbacks", list_of(one_of(*lpb_facts.CALLBACKS))),
        ("functions", list_of(map_of(("name", is_text), ("sympos", is_number))))))),
    ("states", list_of(map_of(("id", is_number), ("version", is_number)))), ("not_applicable", list_of(is_text)))


def check_metadata(text, record, fix_ids):
    must("K1", hashlib.sha256(text).digest() == record["metadata_sha256"], "digest of the metadata")
    document = read_yaml(text, METADATA)
    must("K2", bytes.fromhex(document["build_id"]) == record["build_id"][:record["length"]], "build_id")
    must("K2", document["module"]["size"] == record["module_size"], "module.size")
    must("K3", document["release"] == document["vermagic"].split(" ")[0], "release")
    must("K5", ascend([id.encode() for id in document["not_applicable"]]), "order of not_applicable")
    must("K5", set(document["not_applicable"]) <= fix_ids, "not_applicable")
    return document


# --- Section 9: modules ---

def check_frame(frame, size):
    """Walks the frame's header and blocks (RFC 8878, 3.1.1)."""
    must("Z2", frame[:4] == b"\x28\xb5\x2f\xfd" and len(frame) > 6, "not a Zstandard frame")
    flags = frame[4]
    single = flags >> 5 & 1
    window = 0 if single else (1 << 10 + (frame[5] >> 3)) * (8 + (frame[5] & 7)) // 8
    at = 5 + (not single)
    must("Z3", flags & 3 == 0, "a dictionary")
    must("Z2", flags & 8 == 0, "reserved bit")
    n = {0: single, 1: 2, 2: 4, 3: 8}[flags >> 6]
    must("Z2", n, "no content size")
    content = int.from_bytes(frame[at:at + n], "little") + (256 if n == 2 else 0)
    must("Z2", content == size, "content size")
    must("Z3", window <= WINDOW_MAX, "window")
    at += n
    last = False
    while not last:
        must("Z2", at + 3 <= len(frame), "blocks end early")
        block = int.from_bytes(frame[at:at + 3], "little")
        last = block & 1
        at += 3 + (1 if block >> 1 & 3 == 1 else block >> 3)
    must("Z2", at + (4 if flags & 4 else 0) == len(frame), "bytes after the frame")


def decompress(frame, base, size):
    command = ["zstd", "-q", "-d", "-c", "-M128MB", lpb.put_file("frame", frame)]
    if base is not None:
        command.insert(1, "--patch-from=" + lpb.put_file("module", base))
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    must("Z3", result.returncode == 0 and len(result.stdout) == size, "does not decompress")
    return result.stdout


def check_module(number, records, frames, metadata, modules):
    """Decompresses a module after its base, and compares its facts."""
    if number in modules:
        return modules[number]
    record = records[number]
    base = None
    if record["base"] != lpb.NO_BASE:
        base = check_module(record["base"], records, frames, metadata, modules)
    check_frame(frames[number], record["module_size"])
    module = decompress(frames[number], base, record["module_size"])
    must("Z3", lpb.sha256(module) == metadata[number]["module"]["sha256"], "digest of the module")
    try:
        facts = lpb_facts.inspect(module)
    except lpb_facts.NotModule as error:
        raise Broken(error.rule, str(error)) from error
    for key, value in facts.items():
        must("K4", strip(metadata[number][key]) == value, key)
    modules[number] = module
    return module


def strip(value):
    """Without keys that begin with x-."""
    if isinstance(value, dict):
        return {key: strip(element) for key, element in value.items() if not key.startswith("x-")}
    return [strip(element) for element in value] if isinstance(value, list) else value


# --- The full reader ---

def check_limits(manifest, records):
    for key in ("module_size", "frame_size", "metadata_size"):
        must("M5", manifest["limits"][key] == max(record[key] for record in records), "limits.%s" % key)
    longest = max(base_steps(records, number) for number in range(len(records)))
    must("M5", manifest["limits"]["base_depth"] == longest, "limits.base_depth")


def read(data, trusted):
    """Verifies all of a bundle and returns its manifest, or raises Broken."""
    archive = Archive(data)
    manifest = read_head(archive, trusted)
    start = archive.at
    fix_ids = check_fixes(archive, manifest)
    records = check_index(archive, manifest)
    metadata, frames = [], []
    for record in records:
        name = "kernels/" + record["build_id"][:record["length"]].hex()
        must("I5", archive.at - start == record["offset"], "%s: offset" % name)
        metadata.append(check_metadata(archive.take(name + ".yaml", record["metadata_size"]), record, fix_ids))
        frames.append(archive.take(name + ".ko.zst", record["frame_size"]))
        must("Z1", hashlib.sha256(frames[-1]).digest() == record["frame_sha256"], "%s: digest of the frame" % name)
    archive.finish()
    modules = {}
    for number in range(len(records)):
        check_module(number, records, frames, metadata, modules)
    check_limits(manifest, records)
    return manifest


def main(arguments):
    trusted = read_keys(arguments[:1])
    for path in arguments[1:]:
        with open(path, "rb") as f:
            manifest = read(f.read(), trusted)
        print("%s: %s %d, %d kernels" % (path, manifest["stream"], manifest["serial"], manifest["kernels"]))


if __name__ == "__main__":
    main(sys.argv[1:])
