# SPDX-License-Identifier: LGPL-2.1-or-later
"""Facts of modules by lppack inspect and by other tools, and TAP of their comparison."""

import json
import re
import subprocess


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, passed, name):
        self.count += 1
        self.failed += not passed
        print(f'{"ok" if passed else "not ok"} {self.count} - {name}')

    def equal(self, name, wanted, got):
        """Of two dicts only what differs is shown."""
        self.ok(wanted == got, name)
        if wanted == got:
            return
        if isinstance(wanted, dict) and isinstance(got, dict):
            for key in sorted(set(wanted) | set(got)):
                if wanted.get(key) != got.get(key):
                    print(f'#   {key}: wanted {wanted.get(key)!r}\n#   {" " * len(key)}  got    {got.get(key)!r}')
        else:
            print(f'#   wanted {wanted!r}\n#   got    {got!r}')

    def finish(self):
        print(f'1..{self.count}')
        return 1 if self.failed else 0


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def inspect(lppack, *paths):
    """By path. Status 18 and the like are for what cannot be read at all."""
    result = subprocess.run([lppack, 'inspect', '--json', *paths], check=False, stdout=subprocess.PIPE, text=True)
    return {item['file']: item for item in json.loads(result.stdout)['files']}


def symbol_sizes(path):
    """By nm, of those that have one."""
    sizes = {}
    for line in run('nm', '-S', path).splitlines():
        match = re.match(r'[0-9a-f]+ ([0-9a-f]+) \w (\S+)$', line)
        if match:
            sizes[match.group(2)] = int(match.group(1), 16)
    return sizes


def undefined(path):
    return {line.split()[-1] for line in run('nm', '-u', path).splitlines()}


def build_id(path):
    match = re.search(r'Build ID: ([0-9a-f]+)', run('readelf', '-nW', path))
    return match.group(1) if match else None


def modinfo(path):
    """A list of (key, value). modinfo(8) would join parm and parmtype."""
    section = run('objcopy', '--dump-section', '.modinfo=/dev/stdout', path, '/dev/null')
    return [(key, value.strip()) for key, _, value in (item.partition('=') for item in section.split('\0')) if key]


def symvers(path):
    """Of Module.symvers: name to CRC."""
    with open(path, encoding='utf-8') as file:
        rows = [line.rstrip('\n').split('\t') for line in file]
    return {row[1]: row[0][2:].rjust(8, '0') for row in rows}
