# SPDX-License-Identifier: LGPL-2.1-or-later
"""The facts of a module, read as format-spec/module-facts-1.md says."""
import hashlib
import struct

SIGNED_MAGIC = b"~Module signature appended~\n"
ARCHES = {62: "x86_64", 183: "aarch64", 22: "s390x", 21: "ppc64le"}
ABSOLUTE = {62: 1, 183: 257, 22: 22, 21: 38}      # the 64-bit absolute relocation of each e_machine
CALLBACKS = ("pre_patch", "post_patch", "pre_unpatch", "post_unpatch")
SHF_ALLOC, SHF_EXECINSTR, SHT_RELA = 2, 4, 4


TAKEN = ("name", "vermagic", "srcversion", "depends")      # of modinfo
NAME_MAX, VALUE_MAX = 511, 4096


class NotModule(Exception):
    rule = "Z4"


class BadText(NotModule):
    rule = "Z5"


def check_text(text, least, most):
    if not least <= len(text) <= most or not all(" " <= c <= "~" for c in text):
        raise BadText("not %d to %d printable ASCII characters: %.40r" % (least, most, text))
    return text


class Section:
    def __init__(self, name, kind, flags, link, info, data):
        self.name, self.kind, self.flags, self.link, self.info, self.data = name, kind, flags, link, info, data
        self.targets = {}      # offset -> (section, offset) of its absolute relocations


class Elf:
    def __init__(self, data):
        if data[:5] != b"\x7fELF\x02" or len(data) < 64:
            raise NotModule("not a 64-bit ELF file")
        self.order = {1: "<", 2: ">"}.get(data[5])
        if not self.order:
            raise NotModule("byte order")
        kind, self.machine = struct.unpack_from(self.order + "HH", data, 16)
        if kind != 1 or self.machine not in ARCHES or (self.machine == 21 and self.order == ">"):
            raise NotModule("not a relocatable file of a known machine")
        table, = struct.unpack_from(self.order + "Q", data, 40)
        entry, count, names = struct.unpack_from(self.order + "HHH", data, 58)
        headers = [struct.unpack_from(self.order + "IIQQQQIIQQ", data, table + i * entry) for i in range(count)]
        strings = data[headers[names][4]:][:headers[names][5]]
        self.sections = []
        for name, kind, flags, _, offset, size, link, info, _, _ in headers:
            content = b"" if kind == 8 else data[offset:offset + size]
            self.sections.append(Section(c_string(strings, name), kind, flags, link, info, content))
        for section in self.sections:
            if section.kind == SHT_RELA:
                self.relocate(section)

    def relocate(self, rela):
        symbols = self.sections[rela.link].data
        for offset, info, addend in struct.iter_unpack(self.order + "QQq", rela.data):
            if info & 0xffffffff != ABSOLUTE[self.machine]:
                continue
            _, _, _, index, value, _ = struct.unpack_from(self.order + "IBBHQQ", symbols, (info >> 32) * 24)
            target = self.sections[index] if 0 < index < len(self.sections) else None
            self.sections[rela.info].targets[offset] = (target, value + addend)

    def named(self, *names):
        return next((section for section in self.sections if section.name in names), None)

    def word(self, section, offset, code="Q"):
        return struct.unpack_from(self.order + code, section.data, offset)[0]


def c_string(data, at):
    return data[at:data.index(b"\0", at)].decode("latin-1")


def text_at(target):
    return check_text(c_string(target[0].data, target[1]), 1, NAME_MAX)


def callbacks_at(section, offset):
    return [name for i, name in enumerate(CALLBACKS) if offset + 8 * i in section.targets]


def function(name, sympos):
    return {"name": name, "sympos": sympos}


# --- The builders' data structures ---

def is_function(section, at):
    """A klp_func: a name, and code."""
    pair = section.targets.get(at), section.targets.get(at + 8)
    return None not in pair and bool(pair[1][0] and pair[1][0].flags & SHF_EXECINSTR)


def is_object(section, at):
    """A klp_object: its functions at 8."""
    funcs = section.targets.get(at + 8)
    return bool(funcs and funcs[0] and is_function(*funcs))


def array(section, start, is_element, stops):
    """Offsets of an array's elements: the stride is where the second stands, the end where the stride misses."""
    others = [at for at in sorted(section.targets) if at > start and is_element(section, at)]
    end = min([at for at in stops if at > start], default=len(section.data))
    stride = others[0] - start if others and others[0] < end else 0
    found = [start]
    while stride and found[-1] + stride < end and is_element(section, found[-1] + stride):
        found.append(found[-1] + stride)
    return found


def find_patch(elf):
    for section in elf.sections:
        if not section.flags & SHF_ALLOC or section.flags & SHF_EXECINSTR:
            continue
        for at, (target, _) in section.targets.items():
            objects = section.targets.get(at + 8)
            if target and target.name == ".gnu.linkonce.this_module" and objects and objects[0] \
                    and is_object(*objects):
                return section, at
    return None


def read_states(elf, target):
    """Elements of 16 or 24 bytes (with the pointer that follows the version), ended by id 0."""
    section, start = target
    states, at = [], start
    while elf.word(section, at):
        states.append({"id": elf.word(section, at), "version": elf.word(section, at + 8, "I")})
        at += 24
    return states


def read_source(elf):
    patch = find_patch(elf)
    if not patch:
        return None
    section, at = patch
    data, start = section.targets[at + 8]
    places = array(data, start, is_object, [])
    starts = [data.targets[place + 8][1] for place in places]
    objects = []
    for place in places:
        funcs, first = data.targets[place + 8]
        elements = array(funcs, first, is_function, starts)
        objects.append({"name": text_at(data.targets[place]) if place in data.targets else "vmlinux",
                        "callbacks": callbacks_at(data, place + 16),
                        "functions": [function(text_at(funcs.targets[e]), elf.word(funcs, e + 16))
                                      for e in elements]})
    states = read_states(elf, section.targets[at + 16]) if at + 16 in section.targets else []
    if not section.data[at + 24]:
        raise NotModule("klp_patch.replace is false")
    return "source", "proved", objects, states


def read_kpatch(elf):
    section = elf.named(".kpatch.funcs")
    if not section:
        return None
    objects = {}
    for at in range(0, len(section.data), 56):
        name = text_at(section.targets[at + 48])
        element = objects.setdefault(name, {"name": name, "callbacks": [], "functions": []})
        element["functions"].append(function(text_at(section.targets[at + 40]), elf.word(section, at + 32)))
    for kind in CALLBACKS:
        callbacks = elf.named(".kpatch.callbacks." + kind)
        for at in sorted(callbacks.targets) if callbacks else []:
            if at + 8 in callbacks.targets:
                objects[text_at(callbacks.targets[at + 8])]["callbacks"].append(kind)
    return "kpatch-build", "declared", list(objects.values()), []


def read_klp_build(elf):
    section = elf.named(".init.klp_objects", "__klp_objects")
    if not section:
        return None
    objects = []
    for at in range(0, len(section.data), 64):
        funcs, first = section.targets[at + 8]
        places = [first + 24 * i for i in range(elf.word(section, at + 56, "I"))]
        objects.append({"name": text_at(section.targets[at]) if at in section.targets else "vmlinux",
                        "callbacks": callbacks_at(section, at + 16),
                        "functions": [function(text_at(funcs.targets[p]), elf.word(funcs, p + 16))
                                      for p in places]})
    return "klp-build", "declared", objects, []


# --- All facts ---

def read_modinfo(elf):
    section = elf.named(".modinfo")
    pairs = [item.decode("latin-1").partition("=") for item in (section.data if section else b"").split(b"\0") if item]
    return {key: check_text(value, 0, VALUE_MAX) if key in TAKEN else value for key, _, value in reversed(pairs)}


def read_build_id(elf):
    section = elf.named(".note.gnu.build-id")
    if not section:
        return None
    name_size, size, kind = struct.unpack_from(elf.order + "III", section.data)
    if kind != 3 or section.data[12:12 + name_size] != b"GNU\0":
        return None
    return section.data[16:16 + size].hex()


def inspect(data):
    """What kernels/BUILDID.yaml says of a module, in the order of section 8. Raises NotModule."""
    try:
        return collect(data)
    except (struct.error, ValueError, IndexError, KeyError, TypeError) as error:
        raise NotModule("malformed: %r" % error) from error


def collect(data):
    signed = data.endswith(SIGNED_MAGIC)
    elf = Elf(data)
    info = read_modinfo(elf)
    if info.get("livepatch") != "Y":
        raise NotModule("not a livepatch")
    builder, replace, objects, states = \
        read_source(elf) or read_kpatch(elf) or read_klp_build(elf) or ("unknown", "declared", [], [])
    module = {"name": info["name"], "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    for key, value in (("build_id", read_build_id(elf)), ("srcversion", info.get("srcversion")),
                       ("depends", info.get("depends"))):
        if value:
            module[key] = value
    module.update({"builder": builder, "replace": replace, "signed": signed})
    for element in objects:
        element["functions"].sort(key=lambda f: (f["name"].encode(), f["sympos"]))
    objects.sort(key=lambda o: (o["name"] != "vmlinux", o["name"].encode()))
    states.sort(key=lambda s: s["id"])
    return {"release": info["vermagic"].split(" ")[0], "arch": ARCHES[elf.machine], "vermagic": info["vermagic"],
            "module": module, "objects": objects, "states": states}
