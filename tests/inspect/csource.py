# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the C source of a livepatch says: the initialisers of its klp structs, read without a compiler."""

import os
import re

CALLBACKS = ('pre_patch', 'post_patch', 'pre_unpatch', 'post_unpatch')


class Source:
    def __init__(self, path):
        self.path = path
        self.text = strip_comments(read_with_includes(path))
        self.macros = dict(read_macros(self.text))

    def initialiser(self, kind, name):
        match = re.search(rf'struct {kind} {name}(\[\])?\s*=\s*{{', self.text)
        if not match:
            raise ValueError(f'{self.path}: no struct {kind} {name} with an initialiser')
        return braces(self.text, match.end() - 1)

    def number(self, text):
        text = self.macros.get(text, text)
        return {'true': 1, 'false': 0}[text] if text in ('true', 'false') else int(text, 0)

    def string(self, text):
        """String literals, one after the other, and __stringify(MACRO)."""
        parts = re.findall(r'__stringify\((\w+)\)|"([^"]*)"', text)
        return ''.join(self.macros.get(macro, macro) if macro else literal for macro, literal in parts)

    def functions(self, name):
        for item in items(self.initialiser('klp_func', name)):
            yield {'name': self.string(item['old_name']), 'sympos': self.number(item.get('old_sympos', '0')),
                   'new_func': item['new_func']}

    def objects(self, name):
        for item in items(self.initialiser('klp_object', name)):
            given = fields(item.get('callbacks', '{}')[1:-1])
            object_name = item.get('name', 'NULL')
            yield {'name': 'vmlinux' if object_name == 'NULL' else self.string(object_name),
                   'callbacks': [name for name in CALLBACKS if name in given],
                   'functions': list(self.functions(item['funcs']))}

    def states(self, name):
        for item in items(self.initialiser('klp_state', name)):
            yield {'id': self.number(item['id']), 'version': self.number(item.get('version', '0'))}

    def patch(self):
        """None if there is no struct klp_patch."""
        if not re.search(r'struct klp_patch \w+\s*=\s*{', self.text):
            return None
        patch = fields(self.initialiser('klp_patch', r'\w+'))
        return {'objects': list(self.objects(patch['objs'])),
                'states': list(self.states(patch['states'])) if 'states' in patch else [],
                'replace': bool(self.number(patch.get('replace', 'false'))),
                'assigned': re.findall(r'\bpatch\s*(?:\.|->)\s*replace\s*=\s*(\w+)\s*;', self.text)}

    def modinfo(self):
        """The (key, value) pairs of the macros, in order."""
        for macro, arguments in re.findall(r'\bMODULE_(LICENSE|AUTHOR|DESCRIPTION|INFO)\(([^;]*)\);', self.text):
            key, _, rest = arguments.partition(',')
            if macro == 'INFO':
                yield key.strip(), self.string(rest)
            else:
                yield macro.lower(), self.string(arguments)

    def uses_shadow_variables(self):
        return re.search(r'\bklp_shadow_\w+\s*\(', self.text) is not None


def read_with_includes(path):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    return re.sub(r'^#include "([^"]+)"$',
                  lambda m: read_with_includes(os.path.join(os.path.dirname(path), m.group(1))), text, flags=re.M)


def strip_comments(text):
    """Strings with comment signs in them do not occur in these sources."""
    return re.sub(r'/\*.*?\*/|//[^\n]*', ' ', text, flags=re.S)


def read_macros(text):
    """#define NAME VALUE, within #if defined(ARCHITECTURE) that of x86_64."""
    live = [True]
    for line in text.splitlines():
        if re.match(r'#\s*if', line):
            live.append('__x86_64__' in line)
        elif re.match(r'#\s*el', line):
            live[-1] = '__x86_64__' in line
        elif re.match(r'#\s*endif', line):
            live.pop()
        else:
            match = re.match(r'#\s*define\s+(\w+)\s+(\S+)\s*$', line)
            if match and all(live):
                yield match.groups()


def braces(text, at):
    """What stands between the brace at `at` and its partner."""
    depth = 0
    for i in range(at, len(text)):
        depth += {'{': 1, '}': -1}.get(text[i], 0)
        if depth == 0:
            return text[at + 1:i]
    raise ValueError('a brace without a partner')


def split(text):
    """At the commas that are in no braces or parentheses."""
    depth, part = 0, ''
    for c in text:
        depth += {'{': 1, '(': 1, '}': -1, ')': -1}.get(c, 0)
        if c == ',' and depth == 0:
            yield part.strip()
            part = ''
        else:
            part += c
    if part.strip():
        yield part.strip()


def fields(text):
    """Designated initialisers: name to value."""
    return dict(re.match(r'\.(\w+)\s*=\s*(.*)', part, re.S).groups() for part in split(text) if part)


def items(text):
    """Of an array of structs: those before the empty one that ends it."""
    for part in split(text):
        inner = fields(part.strip()[1:-1])
        if not inner:
            return
        yield inner
