# SPDX-License-Identifier: LGPL-2.1-or-later
"""A 64-bit relocatable ELF file taken apart, changed and put together again, for tests that need a module with one
thing wrong. Independent of the library: it knows the format from elf(5) only."""

import struct

SHT_SYMTAB, SHT_RELA, SHT_NOBITS = 2, 4, 8
SHF_ALLOC, SHF_INFO_LINK, SHF_RELA_LIVEPATCH = 0x2, 0x40, 0x00100000
SHN_UNDEF, SHN_LIVEPATCH = 0, 0xff20
SIGNATURE_MAGIC = b'~Module signature appended~\n'


class Section:
    def __init__(self, elf, fields):
        (self.name_at, self.type, self.flags, self.addr, self.offset, self.size, self.link, self.info, self.align,
         self.entsize) = fields
        self.elf = elf
        self.data = bytearray()
        self.name = ''


class Elf:
    """sections, with their data as bytearrays; symbols and relocations are read and written in place."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            raw = file.read()
        self.header = bytearray(raw[:64])
        self.order = '<' if raw[5] == 1 else '>'
        self.tail = b''
        at, = self.unpack('Q', raw, 40)
        n, names = self.unpack('HH', raw, 60)
        self.sections = [Section(self, self.unpack('IIQQQQIIQQ', raw, at + 64 * i)) for i in range(n)]
        end = at + 64 * n
        for section in self.sections:
            if section.type != SHT_NOBITS:
                section.data = bytearray(raw[section.offset:section.offset + section.size])
                end = max(end, section.offset + section.size)
        if raw.endswith(SIGNATURE_MAGIC):
            self.tail = raw[end:]
        self.names = self.sections[names]
        for section in self.sections:
            section.name = text_at(self.names.data, section.name_at)

    def unpack(self, form, data, at):
        return struct.unpack_from(self.order + form, data, at)

    def pack_into(self, form, data, at, *values):
        struct.pack_into(self.order + form, data, at, *values)

    def section(self, name):
        found = [s for s in self.sections if s.name == name]
        if not found:
            raise KeyError(f'no section {name}')
        return found[0]

    def index(self, section):
        return self.sections.index(section)

    def rename(self, section, name):
        section.name_at = append_text(self.names.data, name)
        section.name = name

    def remove(self, section):
        """Takes a section's meaning away: others keep their numbers."""
        self.rename(section, '.removed')
        section.type, section.flags, section.data, section.info = 1, 0, bytearray(), 0

    def add(self, name, kind, flags, data, link=0, info=0, align=8, entsize=0):
        section = Section(self, (0, kind, flags, 0, 0, 0, link, info, align, entsize))
        section.data = bytearray(data)
        self.rename(section, name)
        self.sections.append(section)
        return section

    @property
    def symtab(self):
        return next(s for s in self.sections if s.type == SHT_SYMTAB)

    @property
    def strtab(self):
        return self.sections[self.symtab.link]

    def symbols(self):
        """(index, name, section index, value, size) of each."""
        for i in range(len(self.symtab.data) // 24):
            name, _, _, section, value, size = self.unpack('IBBHQQ', self.symtab.data, 24 * i)
            yield i, text_at(self.strtab.data, name), section, value, size

    def symbol(self, name):
        found = [s for s in self.symbols() if s[1] == name]
        if not found:
            raise KeyError(f'no symbol {name}')
        return found[0]

    def rename_symbol(self, old, new):
        self.pack_into('I', self.symtab.data, 24 * self.symbol(old)[0], append_text(self.strtab.data, new))

    def make_livepatch_symbol(self, old, new):
        """An undefined symbol becomes one that the livepatch core resolves."""
        at = 24 * self.symbol(old)[0]
        self.pack_into('IBBH', self.symtab.data, at, append_text(self.strtab.data, new), 0x10, 0, SHN_LIVEPATCH)

    def relocations(self, section):
        """(relocation section, place in it, offset, symbol index, type, addend) of each that applies to it."""
        for rela in self.sections:
            if rela.type == SHT_RELA and rela.info == self.index(section):
                for at in range(0, len(rela.data), 24):
                    offset, info, addend = self.unpack('QQq', rela.data, at)
                    yield rela, at, offset, info >> 32, info & 0xffffffff, addend

    def relocation_at(self, section, offset):
        found = [r for r in self.relocations(section) if r[2] == offset]
        if not found:
            raise KeyError(f'no relocation at {section.name}+{offset}')
        return found[0]

    def target(self, section, offset):
        """The section and offset that a pointer in data leads to."""
        _, _, _, symbol, _, addend = self.relocation_at(section, offset)
        _, _, _, index, value, _ = self.unpack('IBBHQQ', self.symtab.data, 24 * symbol)
        return self.sections[index], value + addend

    def point_to_text(self, section, offset, text):
        """Makes a pointer in data lead to a new text."""
        rela, at, place, symbol, kind, _ = self.relocation_at(section, offset)
        addend = append_text(self.target(section, offset)[0].data, text)
        _, _, _, _, value, _ = self.unpack('IBBHQQ', self.symtab.data, 24 * symbol)
        self.pack_into('QQq', rela.data, at, place, symbol << 32 | kind, addend - value)

    def add_pointer_to_text(self, section, like, offset, text):
        """At `offset`, where no pointer is yet, one as that at `like`, to a new text."""
        rela, _, _, symbol, kind, _ = self.relocation_at(section, like)
        addend = append_text(self.target(section, like)[0].data, text)
        _, _, _, _, value, _ = self.unpack('IBBHQQ', self.symtab.data, 24 * symbol)
        rela.data += struct.pack(self.order + 'QQq', offset, symbol << 32 | kind, addend - value)

    def drop_relocation(self, section, offset):
        rela, at, *_ = self.relocation_at(section, offset)
        del rela.data[at:at + 24]

    def write(self, path):
        out = bytearray(self.header)
        for section in self.sections[1:]:
            out += bytes(-len(out) % max(section.align, 1))
            section.offset = len(out)
            if section.type != SHT_NOBITS:
                section.size = len(section.data)
                out += section.data
        out += bytes(-len(out) % 8)
        at = len(out)
        for s in self.sections:
            out += struct.pack(self.order + 'IIQQQQIIQQ', s.name_at, s.type, s.flags, s.addr, s.offset, s.size,
                               s.link, s.info, s.align, s.entsize)
        self.pack_into('Q', out, 40, at)
        self.pack_into('H', out, 60, len(self.sections))
        with open(path, 'wb') as file:
            file.write(out + self.tail)


def text_at(data, at):
    return bytes(data[at:data.index(0, at)]).decode()


def append_text(data, text):
    at = len(data)
    data += text.encode() + b'\0'
    return at


class Module(Elf):
    """What a kernel module has on top."""

    def modinfo(self):
        return [item.decode() for item in bytes(self.section('.modinfo').data).split(b'\0') if item]

    def set_modinfo(self, items):
        self.section('.modinfo').data = bytearray(b''.join(item.encode() + b'\0' for item in items))

    def replace_modinfo(self, key, value):
        """value None: without it."""
        items = [item for item in self.modinfo() if not item.startswith(key + '=')]
        self.set_modinfo(items + ([f'{key}={value}'] if value is not None else []))

    def modinfo_value(self, key):
        return next(item[len(key) + 1:] for item in self.modinfo() if item.startswith(key + '='))

    def versions(self):
        """(place, CRC, name) of each entry of __versions."""
        data = self.section('__versions').data
        for at in range(0, len(data), 64):
            yield at, self.unpack('Q', data, at)[0], text_at(data, at + 8)

    def set_version(self, name, crc, new_name=None):
        data = self.section('__versions').data
        at = next(at for at, _, entry in self.versions() if entry == name)
        self.pack_into('Q', data, at, crc)
        data[at + 8:at + 64] = (new_name or name).encode().ljust(56, b'\0')

    def rename_import(self, old, new, crc):
        self.rename_symbol(old, new)
        self.set_version(old, crc, new)

    def set_name(self, name):
        """The name that the kernel goes by, in its struct module (after state and list)."""
        this = self.section('.gnu.linkonce.this_module')
        this.data[24:24 + 56] = name.encode().ljust(56, b'\0')[:56]

    def place(self, symbol):
        """The section and offset of a symbol."""
        _, _, section, value, _ = self.symbol(symbol)
        return self.sections[section], value

    def livepatch_relocations(self, section_name, target, wanted):
        """Moves the relocations of a section whose symbols are in `wanted` ({old name: new name}) to a .klp.rela
        section of `target`, as Documentation/livepatch/module-elf-format.rst has it."""
        section = self.section(section_name)
        numbers = {self.symbol(name)[0] for name in wanted}
        moved, kept = bytearray(), {}
        for rela, at, _, symbol, _, _ in self.relocations(section):
            entry = rela.data[at:at + 24]
            if symbol in numbers:
                moved += entry
            else:
                kept.setdefault(self.index(rela), bytearray()).extend(entry)
        for index, data in kept.items():
            self.sections[index].data = data
        if not moved:
            raise KeyError(f'nothing to relocate in {section_name}')
        self.add(f'.klp.rela.{target}.{section_name}', SHT_RELA, SHF_ALLOC | SHF_INFO_LINK | SHF_RELA_LIVEPATCH, moved,
                 self.index(self.symtab), self.index(section), 8, 24)
        for old, new in wanted.items():
            self.make_livepatch_symbol(old, new)
