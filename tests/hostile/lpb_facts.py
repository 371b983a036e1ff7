# SPDX-License-Identifier: LGPL-2.1-or-later
"""The facts of a module, read as format-spec/module-facts-1.md says."""
import bisect
import hashlib
import re
import struct

SIGNED_MAGIC = b"~Module signature appended~\n"
ARCHES = {62: "x86_64", 183: "aarch64", 22: "s390x", 21: "ppc64le", 243: "riscv64", 258: "loongarch64"}
ABSOLUTE = {62: 1, 183: 257, 22: 22, 21: 38, 243: 2, 258: 2}      # the 64-bit absolute relocation of each e_machine
CALLBACKS = ("pre_patch", "post_patch", "pre_unpatch", "post_unpatch")
SHF_ALLOC, SHF_EXECINSTR, SHT_RELA, SHT_SYMTAB, STT_OBJECT = 2, 4, 4, 2, 1
OBJECT_HEAD, OBJECT_LEAST, FUNC_HEAD, FUNC_LEAST, STATE, UNSIZED_MAX = 48, 168, 24, 152, 24, 1024


TAKEN = ("name", "vermagic", "srcversion", "depends")      # of modinfo
NAME_MAX, VALUE_MAX = 511, 4096


class NotModule(Exception):
    rule = "Z4"


class BadText(NotModule):
    rule = "Z5"


class BadName(NotModule):
    rule = "Z6"


class Unreadable(NotModule):
    rule = "Z7"


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
        if kind != 1 or self.machine not in ARCHES or (self.machine == 22) != (self.order == ">"):
            raise NotModule("not a relocatable file of a known machine")
        table, = struct.unpack_from(self.order + "Q", data, 40)
        entry, count, names = struct.unpack_from(self.order + "HHH", data, 58)
        headers = [struct.unpack_from(self.order + "IIQQQQIIQQ", data, table + i * entry) for i in range(count)]
        strings = data[headers[names][4]:][:headers[names][5]]
        self.sections = []
        for name, kind, flags, _, offset, size, link, info, _, _ in headers:
            content = bytes(min(size, 1 << 26)) if kind == 8 else data[offset:offset + size]
            self.sections.append(Section(c_string(strings, name), kind, flags, link, info, content))
        self.sizes = {}         # (section, offset) -> size of the object symbol there
        for section in self.sections:
            if section.kind == SHT_RELA:
                self.relocate(section)
            if section.kind == SHT_SYMTAB:
                self.read_symbols(section)
        for section in self.sections:
            section.places = sorted(section.targets)

    def read_symbols(self, table):
        for _, info, _, index, value, size in struct.iter_unpack(self.order + "IBBHQQ", table.data):
            if info & 15 == STT_OBJECT and size and 0 < index < len(self.sections):
                self.sizes.setdefault((id(self.sections[index]), value), size)

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


def object_symbols(elf):
    """(name, section's number, offset) of each object symbol."""
    table = next(section for section in elf.sections if section.kind == SHT_SYMTAB)
    names = elf.sections[table.link].data
    for name, info, _, index, value, _ in struct.iter_unpack(elf.order + "IBBHQQ", table.data):
        if info & 15 == STT_OBJECT:
            yield c_string(names, name), index, value


def offset_of(data, number):
    """Where a section of a little-endian file begins."""
    table, = struct.unpack_from("<Q", data, 40)
    return struct.unpack_from("<Q", data, table + number * 64 + 24)[0]


# --- The builders' data structures ---

def is_zero(section, start, end):
    """No byte and no relocation between two offsets, which are in the section."""
    first = bisect.bisect_left(section.places, start)
    return start <= end <= len(section.data) and not any(section.data[start:end]) and \
        not (first < len(section.places) and section.places[first] < end)


def is_function(section, at):
    """A klp_func: a name, and code or nothing."""
    if at + FUNC_HEAD > len(section.data) or at not in section.targets or not section.targets[at][0]:
        return False
    if section.targets[at][0].flags & SHF_EXECINSTR or at + 16 in section.targets:
        return False
    if at + 8 not in section.targets:
        return is_zero(section, at + 8, at + 16)
    code = section.targets[at + 8][0]
    return code is None or bool(code.flags & SHF_EXECINSTR)


def is_object(section, at):
    """A klp_object: its functions at 8, which may be none, and a name or nothing."""
    funcs = section.targets.get(at + 8)
    if at + OBJECT_HEAD > len(section.data) or not funcs or not funcs[0] or funcs[0].flags & SHF_EXECINSTR:
        return False
    if at not in section.targets and not is_zero(section, at, at + 8):
        return False
    return is_function(*funcs) or is_zero(funcs[0], funcs[1], funcs[1] + FUNC_HEAD)


class Array:
    def __init__(self, elf, section, start, starts, is_element, head, least):
        self.section, self.start, self.is_element, self.head, self.least = section, start, is_element, head, least
        size = elf.sizes.get((id(section), start), 0)
        self.sized = 0 < size <= len(section.data) - start
        self.limit = start + size if self.sized else len(section.data)
        for other, at in starts:
            if other is section and start < at < self.limit:
                self.sized, self.limit = False, at

    def stride(self):
        """The distance to the second element, or 0."""
        behind = self.start + self.head
        places = self.section.places
        first = bisect.bisect_left(places, behind)
        if first == len(places) or places[first] >= self.limit:
            return 0
        for at in (places[first], places[first] - 8):
            if at >= behind and at + self.head <= self.limit and self.is_element(self.section, at) and \
                    (at == places[first] or self.head == OBJECT_HEAD) and is_zero(self.section, behind, at):
                return at - self.start
        return 0

    def elements(self, stride):
        if stride > UNSIZED_MAX and not self.sized:
            raise Unreadable("too large a stride")
        found, at = [], self.start
        while at + self.head <= self.limit and self.is_element(self.section, at):
            found.append(at)
            at += stride
            if not stride:
                break
            if at > self.limit or not is_zero(self.section, at - stride + self.head, at):
                raise Unreadable("no end, or more than the named fields")
        behind = found[-1] + self.head if found else self.start
        end = self.start + ((len(found) + 1) * (stride or self.least) if found else self.head)
        if end > self.limit:
            raise Unreadable("no room for the end")
        if not is_zero(self.section, behind, self.limit if self.sized else end):
            raise Unreadable("irregular")
        if self.sized and stride and (self.limit - self.start) % stride:
            raise Unreadable("not a multiple of the stride")
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


def read_states(elf, array):
    section, states, at = array.section, [], array.start
    while True:
        if at + STATE > array.limit or not is_zero(section, at + 12, at + 16) or at in section.targets or \
                at + 8 in section.targets or not (at + 16 in section.targets or is_zero(section, at + 16, at + 24)):
            raise Unreadable("unknown layout of klp_state")
        if not elf.word(section, at):
            break
        states.append({"id": elf.word(section, at), "version": elf.word(section, at + 8, "I")})
        at += STATE
    end = array.limit if array.sized else at + STATE
    if (end - at) % STATE or not is_zero(section, at, end):
        raise Unreadable("unknown layout of klp_state")
    return states


def check_layout(elf, array, has_states, release):
    section, at = array.section, array.start
    end = array.limit if array.sized else min(at + 32, len(section.data))
    old = re.match(r"([0-9]+)[.]([0-9]+)", release)
    if section.data[at + 24] > 1 or not is_zero(section, at + 25, max(end, at + 25)) or \
            not (has_states or is_zero(section, at + 16, at + 24)):
        raise Unreadable("unknown layout of klp_patch")
    if not section.data[at + 24] and old and (int(old[1]), int(old[2])) < (5, 4):
        raise Unreadable("unknown layout of klp_patch")


def array_name(target):
    name = text_at(target)
    if name == "vmlinux":
        raise Unreadable("vmlinux spelled out")
    return name


def read_source(elf):
    patch = find_patch(elf)
    if not patch:
        return None
    section, at = patch
    data, start = section.targets[at + 8]
    states = section.targets.get(at + 16)
    known = [(section, at), (data, start)] + ([states] if states else [])
    table = Array(elf, data, start, known + [data.targets[start + 8]], is_object, OBJECT_HEAD, OBJECT_LEAST)
    places = table.elements(table.stride())
    known += [data.targets[place + 8] for place in places]
    arrays = [Array(elf, *data.targets[place + 8], known, is_function, FUNC_HEAD, FUNC_LEAST) for place in places]
    strides = [(array.stride() if is_function(array.section, array.start) else 0, array.sized) for array in arrays]
    fit = [size for size, sized in strides if size and (size <= UNSIZED_MAX or sized)]
    stride = min(fit or [max((size for size, _ in strides), default=0)])
    objects = []
    for place, array in zip(places, arrays):
        objects.append({"name": array_name(data.targets[place]) if place in data.targets else "vmlinux",
                        "callbacks": callbacks_at(data, place + 16),
                        "functions": [function(text_at(array.section.targets[e]), elf.word(array.section, e + 16))
                                      for e in array.elements(stride)]})
    check_layout(elf, Array(elf, section, at, known, None, 0, 0), bool(states), read_modinfo(elf)["vermagic"])
    found = read_states(elf, Array(elf, *states, known, None, 0, 0)) if states else []
    if not section.data[at + 24]:
        raise NotModule("klp_patch.replace is false")
    return "source", "proved", objects, found


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
        objects.append({"name": array_name(section.targets[at]) if at in section.targets else "vmlinux",
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
    if not re.fullmatch(r"[A-Za-z0-9_]{1,55}", info["name"]):
        raise BadName("a name that no kernel can load")
    builder, replace, objects, states = \
        read_kpatch(elf) or read_klp_build(elf) or read_source(elf) or ("unknown", "declared", [], [])
    if len({element["name"] for element in objects}) != len(objects):
        raise Unreadable("an object listed twice")
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
