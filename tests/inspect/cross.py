# SPDX-License-Identifier: LGPL-2.1-or-later
"""cross.py LPPACK: compiles imitations of livepatch modules for four architectures, one of them big-endian, in the
shapes of the three builders, and compares what lppack inspect says with what was written."""

import os
import subprocess
import sys
import tempfile

import elf
import facts

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'cross_module.c')
BUILD_ID = '00112233445566778899aabbccddeeff01020304'
# As kernels for these are compiled: s390x and ppc64le with position-independent data, so in .data.rel*.
ARCHITECTURES = {
    'x86_64': ('x86_64-linux-gnu', ['-mcmodel=kernel', '-fno-pic', '-mno-red-zone']),
    'aarch64': ('aarch64-linux-gnu', ['-fno-pic']),
    's390x': ('s390x-linux-gnu', ['-fPIC']),
    'ppc64le': ('powerpc64le-linux-gnu', ['-fPIC', '-mcmodel=medium']),
}
# sizeof(struct klp_func), sizeof(struct klp_object): of 6.1 and 6.12 on x86_64, of a kernel without
# CONFIG_DEBUG_KOBJECT_RELEASE and lists of other lengths, of one with more of everything.
STRIDES = [(152, 168), (120, 136), (200, 264)]
BUILDERS = {'SOURCE': 'source', 'KPATCH': 'kpatch-build', 'KLP_BUILD': 'klp-build'}
KPATCH_SIZES = {'cross_read': 16, 'cross_write': 24, 'cross_open': 32}


def compile_module(arch, shape, strides, replace, path):
    triplet, flags = ARCHITECTURES[arch]
    with tempfile.NamedTemporaryFile(suffix='.o') as compiled:
        subprocess.run([f'{triplet}-gcc', '-std=gnu11', '-O2', '-ffreestanding', '-fno-stack-protector', '-fno-common',
                        '-fno-toplevel-reorder',
                        '-fno-asynchronous-unwind-tables', *flags, f'-DSHAPE_{shape}', f'-DFUNC_SIZE={strides[0]}',
                        f'-DOBJECT_SIZE={strides[1]}', f'-DREPLACE={replace}', f'-DARCH="{arch}"',
                        '-DRELEASE="6.1.0-cross"', '-Wall', '-c', '-o', compiled.name, SOURCE], check=True)
        subprocess.run([f'{triplet}-ld', '-r', f'--build-id=0x{BUILD_ID}', '-o', path, compiled.name], check=True)


def use_livepatch_symbol(path):
    module = elf.Module(path)
    module.livepatch_relocations('.text', 'vmlinux', {'cross_secret': '.klp.sym.vmlinux.cross_secret,2'})
    module.write(path)


def function(name, sympos, size):
    return {'name': name, 'sympos': sympos, 'size': size}


def expected_objects(shape, sizes):
    new = {old: KPATCH_SIZES[old] if shape == 'KPATCH' else sizes[old.replace('cross', 'new')] for old in KPATCH_SIZES}
    both = ['pre_patch', 'post_unpatch']
    objects = [
        {'name': 'vmlinux', 'callbacks': both,
         'functions': [function('cross_read', 0, new['cross_read']), function('cross_write', 3, new['cross_write'])]},
        {'name': 'cross_target', 'callbacks': [] if shape == 'SOURCE' else ['post_unpatch'],
         'functions': [function('cross_open', 0, new['cross_open'])]},
    ]
    if shape == 'SOURCE':
        objects.append({'name': 'cross_watched', 'callbacks': ['post_unpatch'], 'functions': []})
    return objects


def expected_replace(shape, replace):
    if shape != 'SOURCE':
        return {'declared': 'declared', 'verdict': 'not_decoded'}
    word = 'proved' if replace else 'refuted'
    return {'declared': word, 'verdict': word}


def expected(arch, shape, replace, path):
    crcs = {'klp_enable_patch': 'feedf00d', 'klp_shadow_get': '00c0ffee', 'module_layout': '11223344'}
    states = [{'id': 7, 'version': 1}, {'id': 0x5eed, 'version': 2}] if shape == 'SOURCE' else []
    called = facts.run('readelf', '-rW', path).count('.klp.sym.vmlinux.cross_secret')
    return {
        'name': 'cross_module', 'livepatch': True, 'arch': arch, 'release': '6.1.0-cross', 'build_id': BUILD_ID,
        'vermagic': f'6.1.0-cross SMP mod_unload modversions {arch}', 'builder': BUILDERS[shape],
        'replace': expected_replace(shape, replace), 'objects': expected_objects(shape, facts.symbol_sizes(path)),
        'states': states, 'shadow_variables': True, 'exports': ['cross_exported'], 'license': 'GPL',
        'imports': [{'name': name, 'crc': crc} for name, crc in sorted(crcs.items())],
        'klp': {'relocations': [{'object': 'vmlinux', 'section': '.text', 'entries': called}],
                'symbols': [{'object': 'vmlinux', 'name': 'cross_secret', 'sympos': 2}], 'jump_tables': []},
    }


def in_order(objects):
    """lppack gives them an order of its own."""
    return sorted(objects, key=lambda item: (item['name'] != 'vmlinux', item['name']))


def reported(report, wanted):
    got = {key: report.get(key) for key in wanted}
    got['replace'] = {key: report['replace'][key] for key in ('declared', 'verdict')}
    return got


def check(tap, lppack, work, arch, shape, strides, replace, strip):
    path = f'{work}/cross_module.ko'
    compile_module(arch, shape, strides, replace, path)
    use_livepatch_symbol(path)
    wanted = expected(arch, shape, replace, path)
    if strip:
        subprocess.run([f'{ARCHITECTURES[arch][0]}-strip', '--strip-debug', '--keep-section=.klp*', path], check=True)
    title = f'{arch}, {BUILDERS[shape]}, klp_func of {strides[0]} bytes, replace {replace}'
    report = facts.inspect(lppack, path)[path]
    for tree in (wanted, report):
        tree['objects'] = in_order(tree.get('objects', []))
    tap.equal(title, wanted, reported(report, wanted))
    with open(path, 'rb') as file:
        order_byte = file.read(6)[5]
    tap.equal(f'{title}: byte order', 2 if arch == 's390x' else 1, order_byte)


def main():
    lppack = sys.argv[1]
    tap = facts.Tap()
    with tempfile.TemporaryDirectory() as work:
        for arch in ARCHITECTURES:
            for strides in STRIDES:
                check(tap, lppack, work, arch, 'SOURCE', strides, 1, False)
            check(tap, lppack, work, arch, 'SOURCE', STRIDES[0], 0, False)
            check(tap, lppack, work, arch, 'KPATCH', STRIDES[0], 1, False)
            check(tap, lppack, work, arch, 'KLP_BUILD', STRIDES[0], 1, False)
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
