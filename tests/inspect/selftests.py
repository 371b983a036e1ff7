# SPDX-License-Identifier: LGPL-2.1-or-later
"""selftests.py LPPACK {RELEASE SOURCES SYMVERS MODULES}...: see tests/inspect/selftests."""

import os
import sys

import csource
import facts


def expected_replace(patch):
    """What can be known: the value in the data, or what its only assignment in the code makes of it."""
    if patch['assigned'] and patch['assigned'][0] in ('true', 'false'):
        raise ValueError('a source that sets replace to a constant: extend this test')
    word = 'proved' if patch['replace'] else 'refuted'
    return {'declared': word, 'verdict': word}


def expected_patch(source, sizes):
    """Of a livepatch; None for another module."""
    patch = source.patch()
    if not patch:
        return {'livepatch': False}
    objects = []
    for item in patch['objects']:
        functions = [{'name': f['name'], 'sympos': f['sympos'], 'size': sizes[f['new_func']]}
                     for f in item['functions']]
        objects.append({'name': item['name'], 'callbacks': item['callbacks'], 'functions': functions})
    # lppack gives them an order of its own.
    objects.sort(key=lambda item: (item['name'] != 'vmlinux', item['name']))
    return {'livepatch': True, 'builder': 'source', 'objects': objects, 'states': patch['states'],
            'replace': expected_replace(patch)}


def expected(name, source, path, release, crcs):
    imports = sorted(facts.undefined(path) | {'module_layout'})
    wanted = expected_patch(source, facts.symbol_sizes(path))
    told = facts.modinfo(path)
    wanted.update({
        'name': name, 'arch': 'x86_64', 'release': release, 'exports': [],
        'build_id': facts.build_id(path),
        'vermagic': dict(told)['vermagic'],
        'depends': dict(told)['depends'] or None,
        'srcversion': dict(told).get('srcversion'),
        'imports': [{'name': symbol, 'crc': crcs.get(symbol)} for symbol in imports],
        'shadow_variables': source.uses_shadow_variables(),
        'signature': None,
        'klp': {'relocations': [], 'symbols': [], 'jump_tables': []},
        'file_size': os.path.getsize(path),
        'modinfo': sorted(told),
        'macros': [],
    })
    return wanted


def reported(report, wanted, source):
    """The same keys of the report, in the same shape."""
    got = {key: report.get(key) for key in wanted}
    got['vermagic'] = report['vermagic'].strip()
    got['depends'] = report.get('depends') or None
    got['modinfo'] = sorted((item['key'], item['value'].strip()) for item in report['modinfo'])
    got['macros'] = sorted(set(source.modinfo()) - set(got['modinfo']))
    if report['livepatch']:
        got['replace'] = {key: report['replace'][key] for key in ('declared', 'verdict')}
    return got


def debug_sections(path):
    return any(' .debug_' in line for line in facts.run('readelf', '-SW', path).splitlines())


def check_module(tap, lppack, release, sources, crcs, path):
    name = os.path.basename(path).removesuffix('.ko')
    source = csource.Source(f'{sources}/{name}.c')
    report = facts.inspect(lppack, path)[path]
    wanted = expected(name, source, path, release, crcs)
    has_debug = debug_sections(path)
    title = f'{release}: {name}, {"with debug data" if has_debug else "stripped"}'
    tap.equal(title, wanted, reported(report, wanted, source))
    findings = [f['id'] for f in report['findings']]
    tap.equal(f'{title}: tells of debug data', (has_debug, has_debug), (report['debug_size'] > 0, 'debug' in findings))
    return has_debug


def check_kernel(tap, lppack, release, sources, symvers, modules):
    crcs = facts.symvers(symvers)
    names = sorted(name for name in os.listdir(sources) if name.endswith('.c'))
    for stripped in (False, True):
        folder = modules + '/stripped' * stripped
        debug = [check_module(tap, lppack, release, sources, crcs, f'{folder}/{name[:-2]}.ko') for name in names]
        tap.equal(f'{release}: {len(names)} modules, {"none" if stripped else "all"} with debug data',
                  [not stripped] * len(names), debug)
    tap.ok(len(names) >= 10, f'{release}: at least 10 modules')


def main():
    lppack, arguments = sys.argv[1], sys.argv[2:]
    tap = facts.Tap()
    for i in range(0, len(arguments), 4):
        check_kernel(tap, lppack, *arguments[i:i + 4])
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
