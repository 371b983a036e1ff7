# SPDX-License-Identifier: LGPL-2.1-or-later
"""Modules for one kernel, good ones and ones that are broken in one way each, and what a kernel is known to say of them
(errno, and a piece of its log). A case that the kernel takes another way than told here fails: it would not show what
its name says."""

import os
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../inspect'))

# pylint: disable=wrong-import-position
import elf  # noqa: E402
import klpsym  # noqa: E402

AMBIGUOUS = 'type_show'  # a static function that a dozen files have
NOTRACE = 'do_syscall_64'  # noinstr
NAMESPACED = ('insert_resource_expand_to_fit', 'CXL')
PROBED = ('watchdog', 'pktgen')  # modules of the distribution that the guest loads for a case

CASES = []

LOADED = 'what is loaded already is known to a running kernel only'
SWITCHED = 'how the machine is set is known to a running kernel only'
RUNS = 'only running its code tells'
PENDING = 'the kernel looks when the target module is loaded, and refuses that one then'
STRICTER = 'the kernel takes it and marks itself tainted; a livepatch that was changed after its build is refused'
ANOTHER_BUILD = 'kernel/module/version.c compares no release when there are CRCs: only the build ID tells'


class Case:
    """kernel: 'ok' or an errno, or a dict of them by version. lppack: None: as the kernel; else what lppack check says
    instead ('yes', 'unknown', an errno, 'error NAME'), and why. accepted: whether lppack would load it; None: as the
    kernel. before: what the guest loads or does first; over: which of it is an active patch that lppack diff
    compares with."""

    def __init__(self, make, name, kernel, log='', before=(), lppack=None, why='', accepted=None, start='lptest_base',
                 enforce=False, over=None):
        self.make, self.name, self.kernel, self.log, self.before = make, name, kernel, log, before
        self.lppack, self.why, self.accepted, self.start, self.enforce = lppack, why, accepted, start, enforce
        self.over = over


def case(name, kernel, **more):
    """Of a function that changes a module, or returns the path of another file to take instead."""
    def add(make):
        CASES.append(Case(make, name, kernel, **more))
        return make
    return add


def keep(_module, _context):
    """The file as it is."""


def unchanged(name, start, kernel='ok', **more):
    case(name, kernel, start=start, **more)(keep)


def function_place(module):
    return module.place('lptest_funcs')


def patch_function(module, name, sympos=0):
    section, at = function_place(module)
    module.point_to_text(section, at, name)
    module.pack_into('Q', section.data, at + 16, sympos)


def patch_object(module, name):
    """The name of vmlinux is no pointer: one is made like that of the function's name."""
    _, at = module.place('lptest_objs')
    section, name_at = function_place(module)
    module.add_pointer_to_text(section, name_at, at, name)


# Good ones.

for level in (1, 2, 3):
    unchanged(f'sample, level {level}', f'lppack_sample_{level}')
unchanged('source-built', 'lptest_base')
unchanged('source-built, target module loaded', 'lptest_stall', before=['lptest_target'])
unchanged('source-built, target module not loaded', 'lptest_stall')
unchanged('with states', 'lptest_state_2')
unchanged('kpatch-build, target module loaded', 'lptest_kpatch', before=['lptest_target'])
unchanged('kpatch-build, target module not loaded', 'lptest_kpatch')
unchanged('klp-build, target module loaded', 'lptest_klpbuild', before=['lptest_target'])
unchanged('klp-build, target module not loaded', 'lptest_klpbuild')
unchanged('higher state version over the active one', 'lptest_state_2', before=['lptest_state_1'],
          over='lptest_state_1')
unchanged('weak import that nobody exports', 'lptest_klpsym')
unchanged('not in replace mode', 'lptest_noreplace')
unchanged('data say replace, code says otherwise', 'lptest_liar')
for selftest in ('livepatch', 'atomic_replace', 'callbacks_demo', 'callbacks_demo2', 'state', 'state2', 'state3',
                 'shadow_vars', 'callbacks_mod'):
    unchanged(f'kernel selftest {selftest}', f'test_klp_{selftest}')


@case('klp-build, sections named as linked', 'ok', start='lptest_klpbuild', before=['lptest_target'])
def _(module, _context):
    module.rename(module.section('.init.klp_objects'), '__klp_objects')
    module.rename(module.section('.init.klp_funcs'), '__klp_funcs')


@case('livepatch symbols, target module loaded', 'ok', start='lptest_klpsym', before=['lptest_target'])
def _(_module, context):
    return context.klpsym()


@case('livepatch symbols, target module not loaded', 'ok', start='lptest_klpsym')
def _(_module, context):
    return context.klpsym()


@case('sympos 1 of a unique function', 'ok')
def _(module, _context):
    patch_function(module, 'cmdline_proc_show', 1)


@case('sympos 2 of an ambiguous function', 'ok')
def _(module, _context):
    patch_function(module, AMBIGUOUS, 2)


@case('name of 55 characters', 'ok')
def _(module, context):
    return context.renamed(module, 'n' * 55)


@case('import of a loaded module', 'ok', before=['watchdog'])
def _(module, context):
    module.rename_import('kstrtobool', 'watchdog_init_timeout', context.crcs['watchdog_init_timeout'])


@case('import from a namespace that it imports', 'ok')
def _(module, context):
    module.rename_import('kstrtobool', NAMESPACED[0], context.crcs[NAMESPACED[0]])
    module.set_modinfo(module.modinfo() + [f'import_ns={NAMESPACED[1]}'])


@case('function of a loaded module of the distribution', 'ok', before=['pktgen'])
def _(module, _context):
    patch_object(module, 'pktgen')
    patch_function(module, 'pgctrl_show')


@case('depends names a module', 'ok')
def _(module, _context):
    module.replace_modinfo('depends', 'watchdog')


@case('signed with a key the kernel has not', 'ok')
def _(module, context):
    return context.signed(module)


@case('target module that no kernel has', 'ok')
def _(module, _context):
    patch_object(module, 'no_such_module')


# Not for this kernel.

@case('other release, CRCs agree', 'ok', accepted=False, why=ANOTHER_BUILD)
def _(module, _context):
    release, _, rest = module.modinfo_value('vermagic').partition(' ')
    module.replace_modinfo('vermagic', f'{release}.1 {rest}')


@case('same release, another build', 'ok', start='lppack_sample_1', lppack='error NO_KERNEL', why=ANOTHER_BUILD)
def _(_module, context):
    context.check_instead = context.elsewhere
    return None


@case('built for the other version', 'ENOEXEC')
def _(_module, context):
    return context.other_version('lptest_base')


@case('other flags in vermagic', 'ENOEXEC', log='version magic')
def _(module, _context):
    module.replace_modinfo('vermagic', module.modinfo_value('vermagic').replace('SMP ', ''))


@case('no vermagic', 'ok', log='bad vermagic', accepted=False, why=STRICTER)
def _(module, _context):
    module.replace_modinfo('vermagic', None)


@case('wrong CRC of module_layout', 'ENOEXEC', log='disagrees about version of symbol module_layout')
def _(module, _context):
    module.set_version('module_layout', 0x12345678)


@case('wrong CRC of an import', 'EINVAL', log='disagrees about version of symbol klp_enable_patch')
def _(module, _context):
    module.set_version('klp_enable_patch', 0x12345678)


@case('no CRC of an import', 'EINVAL', log='no symbol version for klp_enable_patch')
def _(module, _context):
    module.set_version('klp_enable_patch', 0, 'nothing')


@case('no CRCs at all', 'ok', accepted=False, why=STRICTER)
def _(module, _context):
    module.remove(module.section('__versions'))


@case('wrong architecture', 'ENOEXEC')
def _(module, _context):
    module.pack_into('H', module.header, 18, 183)


@case('struct module of another size', {'6.1': 'ok', '6.12': 'ENOEXEC'}, lppack='ENOEXEC',
      why='kernels before 6.3 do not compare it')
def _(module, _context):
    module.section('.gnu.linkonce.this_module').data += bytes(64)


# What it imports and exports.

@case('import that nobody exports', 'ENOENT', log='Unknown symbol no_such_symbol')
def _(module, _context):
    module.rename_import('kstrtobool', 'no_such_symbol', 0)


@case('import of a module that is not loaded', 'ENOENT', log='Unknown symbol watchdog_init_timeout',
      lppack='yes', why='modprobe and lppack load what it depends on first')
def _(module, context):
    module.rename_import('kstrtobool', 'watchdog_init_timeout', context.crcs['watchdog_init_timeout'])


@case('import from a namespace that it does not import', 'EINVAL', log='does not import it')
def _(module, context):
    module.rename_import('kstrtobool', NAMESPACED[0], context.crcs[NAMESPACED[0]])


@case('proprietary licence', 'ENOENT', log='Unknown symbol klp_enable_patch')
def _(module, _context):
    module.replace_modinfo('license', 'Proprietary')


@case('no licence', 'ENOENT', log='Unknown symbol klp_enable_patch')
def _(module, _context):
    module.replace_modinfo('license', None)


@case('exports what the kernel exports', 'ENOEXEC', log='exports duplicate symbol kstrtobool')
def _(module, _context):
    strings = module.section('__ksymtab_strings').data
    at = strings.index(b'lptest_exported')
    strings[at:at + 15] = b'kstrtobool'.ljust(15, b'\0')
    module.rename_symbol('__ksymtab_lptest_exported', '__ksymtab_kstrtobool')


# What it patches.

unchanged('function that no kernel has, among others', 'lptest_missing', 'EINVAL', log='not found in symbol table')


@case('function that no kernel has', 'EINVAL', log='not found in symbol table')
def _(module, _context):
    patch_function(module, 'no_such_function')


@case('ambiguous function', 'EINVAL', log='unresolvable ambiguity for symbol')
def _(module, _context):
    patch_function(module, AMBIGUOUS)


@case('sympos beyond the last', 'EINVAL', log='symbol position 99 for symbol')
def _(module, _context):
    patch_function(module, AMBIGUOUS, 99)


@case('sympos 2 of a unique function', 'EINVAL', log='symbol position 2 for symbol')
def _(module, _context):
    patch_function(module, 'cmdline_proc_show', 2)


@case('function without an ftrace site', 'EINVAL', log='failed to find location for function')
def _(module, _context):
    patch_function(module, NOTRACE)


@case('function that is freed after boot', 'EINVAL', log='failed to find location for function')
def _(module, _context):
    patch_function(module, 'start_kernel')


@case('variable instead of a function', 'EINVAL', log='failed to find location for function')
def _(module, _context):
    patch_function(module, 'linux_banner')


@case('function name of 600 characters', 'EINVAL')
def _(module, _context):
    patch_function(module, 'f' * 600)


@case('function without new code', 'EINVAL')
def _(module, _context):
    section, at = function_place(module)
    module.drop_relocation(section, at + 8)


@case('missing function of a loaded module', 'EINVAL', log='not found in symbol table', before=['pktgen'],
      lppack='unknown', accepted=False, why=LOADED)
def _(module, _context):
    patch_object(module, 'pktgen')
    patch_function(module, 'no_such_function')


@case('missing function of a module that is not loaded', 'ok', lppack='unknown', accepted=False, why=PENDING)
def _(module, _context):
    patch_object(module, 'pktgen')
    patch_function(module, 'no_such_function')


@case('object name of 60 characters', 'EINVAL')
def _(module, _context):
    patch_object(module, 'o' * 60)


@case('not marked livepatch', 'EINVAL', log='is not marked as a livepatch module')
def _(module, _context):
    module.replace_modinfo('livepatch', None)


# Livepatch relocations.

@case('livepatch symbol that no kernel has', 'EINVAL', log='not found in symbol table', start='lptest_klpsym')
def _(_module, context):
    return context.klpsym(banner='.klp.sym.vmlinux.no_such_symbol,0')


@case('ambiguous livepatch symbol', 'EINVAL', log='unresolvable ambiguity', start='lptest_klpsym')
def _(_module, context):
    return context.klpsym(banner=f'.klp.sym.vmlinux.{AMBIGUOUS},0')


@case('livepatch symbol beyond the last', 'EINVAL', log='symbol position 9 for symbol', start='lptest_klpsym')
def _(_module, context):
    return context.klpsym(banner='.klp.sym.vmlinux.linux_banner,9')


@case('malformed livepatch symbol', 'EINVAL', log='incorrectly formatted name', start='lptest_klpsym')
def _(_module, context):
    return context.klpsym(banner='.klp.sym.vmlinux.linux_banner')


@case("kernel's symbol in a module's relocations", 'EINVAL', log='invalid access to vmlinux symbol',
      start='lptest_klpsym', before=['lptest_target'], lppack='unknown', accepted=False, why=LOADED)
def _(_module, context):
    return context.klpsym(secret='.klp.sym.vmlinux.linux_banner,0')


@case('livepatch relocation of an ordinary symbol', 'EINVAL', log='is not marked as a livepatch symbol',
      start='lptest_klpsym')
def _(_module, context):
    module = elf.Module(context.klpsym())
    index = module.symbol(klpsym.BANNER)[0]
    module.pack_into('H', module.symtab.data, 24 * index + 6, 1)
    return context.written(module)


@case('livepatch symbols, not marked livepatch', 'EINVAL', log='is not marked as a livepatch module',
      start='lptest_klpsym')
def _(_module, context):
    module = elf.Module(context.klpsym())
    module.replace_modinfo('livepatch', None)
    return context.written(module)


# What another patch decides, or the running kernel only.

unchanged('lower state version than the active one', 'lptest_state_1', 'EINVAL', log='is not compatible',
          before=['lptest_state_2'], over='lptest_state_2')
unchanged('lacks the active state', 'lptest_state_none', 'EINVAL', log='is not compatible', before=['lptest_state_2'],
          over='lptest_state_2')
unchanged('same name already loaded', 'lptest_base', 'EEXIST', before=['lptest_base'], lppack='yes', why=LOADED)
unchanged('ftrace is off', 'lptest_base', 'EBUSY', log='failed to register ftrace handler', before=['ftrace-off'],
          lppack='yes', why=SWITCHED)
unchanged('pre_patch callback fails', 'lptest_initfail', 'EPERM', lppack='unknown', why=RUNS)


# Damaged files.

@case('empty', 'EINVAL')
def _(_module, context):
    return context.bytes(b'')


@case('text', 'ENOEXEC')
def _(_module, context):
    return context.bytes(b'This is no module.\n' * 10)


@case('magic of ELF only', 'ENOEXEC')
def _(_module, context):
    return context.bytes(b'\x7fELF')


@case('half of it', 'ENOEXEC')
def _(module, context):
    data = context.read(module)
    return context.bytes(data[:len(data) // 2])


@case('last byte missing', 'ENOEXEC')
def _(module, context):
    return context.bytes(context.read(module)[:-1])


@case('an executable by its header', 'ENOEXEC')
def _(module, _context):
    module.pack_into('H', module.header, 16, 2)


@case('no symbol table', 'ENOEXEC')
def _(module, _context):
    module.symtab.type = 1


@case('no struct module', 'ENOEXEC')
def _(module, _context):
    module.rename(module.section('.gnu.linkonce.this_module'), '.gnu.linkonce.that_module')


@case('unknown relocation type', 'ENOEXEC', log='nknown rela relocation')
def _(module, _context):
    section, at = function_place(module)
    rela, entry, offset, symbol, _, addend = module.relocation_at(section, at)
    module.pack_into('QQq', rela.data, entry, offset, symbol << 32 | 200, addend)


@case('symbol of a section that it has not', 'ENOEXEC', log='has an invalid section index')
def _(module, _context):
    module.pack_into('H', module.symtab.data, 24 * module.symbol('lptest_funcs')[0] + 6, 500)


@case('common symbol', 'ENOEXEC', log='fno-common')
def _(module, _context):
    module.pack_into('H', module.symtab.data, 24 * module.symbol('lptest_funcs')[0] + 6, 0xfff2)


@case('code that can be written', 'ENOEXEC', log='invalid WRITE|EXEC flags')
def _(module, _context):
    module.section('.text').flags |= 1


@case('damaged signature', 'EBADMSG')
def _(module, context):
    return context.signed(module, length=1 << 24)


# With module.sig_enforce=1.

@case('enforced: unsigned', 'EKEYREJECTED', log='Loading of unsigned module is rejected', enforce=True)
def _(_module, _context):
    return None


@case('enforced: signed with a key the kernel has not', 'EKEYREJECTED',
      log='Loading of module with unavailable key is rejected', enforce=True)
def _(module, context):
    return context.signed(module)


@case('enforced: damaged signature', 'EBADMSG', enforce=True)
def _(module, context):
    return context.signed(module, length=1 << 24)


@case("enforced: the distribution's own", 'ok', enforce=True, start='lptest_base')
def _(_module, context):
    return context.distribution('pktgen')


@case("enforced: the distribution's own, changed", 'EKEYREJECTED', enforce=True)
def _(_module, context):
    return context.distribution('pktgen', spoil=True)


@case('enforced: text', 'EKEYREJECTED', enforce=True)
def _(_module, context):
    return context.bytes(b'This is no module.\n' * 10)


# The last one: nothing can be loaded after it.
unchanged('modules are disabled', 'lptest_base', 'EPERM', before=['modules-disabled'], enforce=True,
          lppack='EKEYREJECTED', why=SWITCHED)


class Context:
    """Makes the files of the cases of one kernel: OUT/NUMBER/NAME.ko."""

    def __init__(self, cache, release, elsewhere, out):
        self.cache, self.release, self.elsewhere, self.out = cache, release, elsewhere, out
        self.crcs = {}
        with open(f'{cache}/kernels/{release}/build/Module.symvers', encoding='utf-8') as file:
            for line in file:
                crc, name = line.split('\t')[:2]
                self.crcs[name] = int(crc, 16)
        self.folder = self.start = self.check_instead = None
        self.make_key()

    def make_key(self):
        self.key = f'{self.out}/key.pem'
        self.certificate = f'{self.out}/certificate.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', self.key, '-out',
                        self.certificate, '-days', '1', '-subj', '/CN=A stranger'], check=True,
                       stderr=subprocess.DEVNULL)

    def module_path(self, name, release=None):
        release = release or self.release
        for folder in ('modules', 'test-modules', 'selftest-modules'):
            path = f'{self.cache}/{folder}/{release}/{name}.ko'
            if os.path.exists(path):
                return path
        raise FileNotFoundError(f'{name}.ko of {release} is not in {self.cache}; build it first')

    def target(self, name=None):
        return f'{self.folder}/{name or self.start}.ko'

    def written(self, module):
        module.write(self.target())
        return self.target()

    def read(self, module):
        with open(self.written(module), 'rb') as file:
            return file.read()

    def bytes(self, data):
        with open(self.target(), 'wb') as file:
            file.write(data)
        return self.target()

    def renamed(self, module, name):
        module.set_name(name)
        module.replace_modinfo('name', name)
        module.write(self.target(name))
        return self.target(name)

    def klpsym(self, **symbols):
        klpsym.convert(self.module_path('lptest_klpsym'), self.target(), **symbols)
        return self.target()

    def signed(self, module, length=None):
        """As scripts/sign-file of the kernel does it. length: what to claim instead of the signature's."""
        data = self.read(module)
        signature = subprocess.run(['openssl', 'cms', '-sign', '-binary', '-noattr', '-nocerts', '-md', 'sha256',
                                    '-signer', self.certificate, '-inkey', self.key, '-outform', 'DER'],
                                   input=data, check=True, stdout=subprocess.PIPE).stdout
        descriptor = struct.pack('>BBBBB3xI', 0, 0, 2, 0, 0, length or len(signature))
        return self.bytes(data + signature + descriptor + elf.SIGNATURE_MAGIC)

    def other_version(self, name):
        version = self.release.split('.')[1]
        with open(f'{self.cache}/kernels/list', encoding='utf-8') as file:
            other = next(release for release in file.read().split() if release.split('.')[1] != version)
        shutil.copy(self.module_path(name, other), self.target())
        return self.target()

    def distribution(self, name, spoil=False):
        """A module of the distribution, signed with the key that the kernel was built with."""
        path = subprocess.run(['modinfo', '-b', f'{self.cache}/kernels/{self.release}', '-k', self.release, '-n', name],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        unpack = ['xz', '-dc', path] if path.endswith('.xz') else ['cat', path]
        data = bytearray(subprocess.run(unpack, check=True, stdout=subprocess.PIPE).stdout)
        if spoil:
            at = data.index(b'license=GPL')
            data[at:at + 11] = b'license=gpl'
        with open(self.target(name), 'wb') as file:
            file.write(data)
        return self.target(name)

    def make(self, number, item):
        """Returns what the guest loads and what lppack checks."""
        self.folder, self.start, self.check_instead = f'{self.out}/{number:02d}', item.start, None
        os.makedirs(self.folder)
        source = self.module_path(item.start)
        shutil.copy(source, self.target())
        module = elf.Module(source)
        made = item.make(module, self)
        if made is None and self.check_instead is None and item.make is not keep:
            made = self.written(module)
        return made or self.target(), self.check_instead or made or self.target()

