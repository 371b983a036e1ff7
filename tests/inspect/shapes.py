# SPDX-License-Identifier: LGPL-2.1-or-later
"""shapes.py LPPACK {RELEASE MODULES}...: modules with the layouts of kpatch-build and klp-build, and with livepatch
relocations, built for real kernels from tests/vm/modules: lppack inspect against what their sources say."""

import subprocess
import sys
import tempfile

import facts
import klpsym

NO_KLP = {'relocations': [], 'symbols': [], 'jump_tables': []}


def function(name, sympos, symbol):
    return {'name': name, 'sympos': sympos, 'size': symbol}


def item(name, callbacks, *functions):
    return {'name': name, 'callbacks': callbacks, 'functions': list(functions)}


# Instead of a size the symbol of the new code.
WANTED = {
    'lptest_kpatch': {
        'builder': 'kpatch-build', 'replace': {'declared': 'declared', 'verdict': 'supported'}, 'klp': NO_KLP,
        'objects': [item('vmlinux', ['pre_patch'], function('cmdline_proc_show', 0, 'new_cmdline_proc_show')),
                    item('lptest_target', ['post_unpatch'], function('target_value', 1, 'new_target_value'))]},
    'lptest_klpbuild': {
        'builder': 'klp-build', 'replace': {'declared': 'declared', 'verdict': 'supported'}, 'klp': NO_KLP,
        'objects': [item('vmlinux', ['pre_patch'], function('cmdline_proc_show', 0, 'lptest_cmdline_proc_show')),
                    item('lptest_target', [], function('target_value', 1, 'new_target_value'))]},
    'lptest_klpsym': {
        'builder': 'source', 'replace': {'declared': 'proved', 'verdict': 'proved'},
        'klp': {'relocations': [{'object': 'lptest_target', 'section': '.text', 'entries': 1},
                                {'object': 'vmlinux', 'section': '.text', 'entries': 1}],
                'symbols': [{'object': 'lptest_target', 'name': 'target_secret', 'sympos': 1},
                            {'object': 'vmlinux', 'name': 'linux_banner', 'sympos': 0}], 'jump_tables': []},
        'objects': [item('vmlinux', [], function('cmdline_proc_show', 0, 'lptest_cmdline_proc_show'),
                         function('version_proc_show', 0, 'lptest_version_proc_show')),
                    item('lptest_target', [], function('target_value', 0, 'lptest_value'))]},
}


def with_sizes(objects, sizes):
    return [item(o['name'], o['callbacks'],
                 *[function(f['name'], f['sympos'], sizes[f['size']]) for f in o['functions']])
            for o in objects]


def check(tap, lppack, release, name, path, shape):
    wanted = dict(WANTED[name], livepatch=True, name=name, release=release, states=[], build_id=facts.build_id(path))
    wanted['objects'] = with_sizes(wanted['objects'], facts.symbol_sizes(path))
    imports = sorted(s for s in facts.undefined(path) | {'module_layout'} if not s.startswith('.klp.sym.'))
    report = facts.inspect(lppack, path)[path]
    got = {key: report.get(key) for key in wanted}
    got['replace'] = {key: report['replace'][key] for key in ('declared', 'verdict')}
    got['klp'] = {key: sorted(value, key=str) for key, value in report['klp'].items()}
    wanted['klp'] = {key: sorted(value, key=str) for key, value in wanted['klp'].items()}
    tap.equal(f'{release}: {shape}', wanted, got)
    tap.equal(f'{release}: {shape}: imports, all with a CRC', [(symbol, True) for symbol in imports],
              [(i['name'], 'crc' in i) for i in report['imports']])


def main():
    lppack, arguments = sys.argv[1], sys.argv[2:]
    tap = facts.Tap()
    with tempfile.TemporaryDirectory() as work:
        for release, modules in zip(arguments[::2], arguments[1::2]):
            check(tap, lppack, release, 'lptest_kpatch', f'{modules}/lptest_kpatch.ko', 'kpatch-build')
            check(tap, lppack, release, 'lptest_klpbuild', f'{modules}/lptest_klpbuild.ko', 'klp-build')
            subprocess.run(['objcopy', '--rename-section', '.init.klp_objects=__klp_objects', '--rename-section',
                            '.init.klp_funcs=__klp_funcs', f'{modules}/lptest_klpbuild.ko', f'{work}/linked.ko'],
                           check=True)
            check(tap, lppack, release, 'lptest_klpbuild', f'{work}/linked.ko', 'klp-build, sections named as linked')
            klpsym.convert(f'{modules}/lptest_klpsym.ko', f'{work}/klpsym.ko')
            check(tap, lppack, release, 'lptest_klpsym', f'{work}/klpsym.ko', 'livepatch symbols')
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
